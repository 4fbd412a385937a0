from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import live
from chat.models import Block
from chat.serializers import BlockedOut, MessageReportIn, MessageReportOut, PresenceOut
from chat.services import moderation, people
from chat.views.pages import NewestBlocks
from core.api import read
from realtime import presence
from realtime.api import caller, idempotent


class Presence(APIView):
    @extend_schema(operation_id="chat_my_presence_list", responses=PresenceOut(many=True))
    def get(self, request: Request) -> Response:
        """Of those the caller has a conversation of two with. What changes comes as signals `chat.presence`."""
        reader = caller(request)
        partners = live.partners_of([reader]).get(reader, [])
        here, seen = presence.online(partners), presence.last_seen(partners)
        shown = [{"user_id": one, "is_online": one in here, "last_seen_at": seen.get(one)} for one in partners]
        return Response(PresenceOut(shown, many=True).data)


class Blocks(generics.ListAPIView[Block]):
    """Whom the caller has blocked."""

    serializer_class = BlockedOut
    pagination_class = NewestBlocks
    queryset = Block.objects.none()

    def get_queryset(self) -> QuerySet[Block]:
        return Block.objects.filter(blocker=caller(self.request))


class OneBlock(APIView):
    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, user_id: UUID) -> Response:
        """What they have together of direct conversations is closed to the other, and nobody writes there."""
        people.block(request.user, user_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID) -> Response:
        """Also of one whom the caller has not blocked: nothing is told of who exists."""
        people.unblock(request.user, user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Reports(APIView):
    @extend_schema(request=MessageReportIn, responses={201: MessageReportOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """For moderators to look at. A message is reported once by each; a repeat answers the first."""
        report = moderation.report_message(request.user, **read(MessageReportIn, request.data), now=timezone.now())
        return Response(MessageReportOut(report).data, status=status.HTTP_201_CREATED)
