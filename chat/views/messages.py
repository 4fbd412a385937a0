from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from uuid_utils.compat import uuid7

from chat import history, kinds, search, selectors, shapes
from chat.sending import Draft
from chat.serializers import (
    BodyIn,
    ConversationUnreadOut,
    FoundOut,
    LinkedMessageOut,
    MessagesOut,
    PageIn,
    ReceiptsOut,
    SayIn,
    SearchIn,
    SentOut,
    SeqIn,
)
from chat.services import messages, receipts
from chat.views import showing
from core.api import read
from realtime.api import caller, idempotent
from realtime.commands import current_command


class Messages(APIView):
    @extend_schema(parameters=[PageIn], responses=MessagesOut)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        place = selectors.place_in(conversation_id, caller(request))
        page = history.page(place, **read(PageIn, request.query_params))
        shown = [showing.message(request, message) for message in page.messages]
        return Response({"messages": shown, "has_older": page.has_older, "has_newer": page.has_newer})

    @extend_schema(request=SayIn, responses={201: SentOut})
    @idempotent
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Known by its Idempotency-Key: who sends the same again has sent it once."""
        sender, command = caller(request), current_command()
        wanted = read(SayIn, request.data)
        draft = Draft(sender, command or uuid7(), conversation_id, **wanted, command=command)
        sent = messages.send_message(draft, now=timezone.now())
        return Response(shapes.sent(sent), status=status.HTTP_201_CREATED)


class OneMessage(APIView):
    @extend_schema(responses=LinkedMessageOut)
    def get(self, request: Request, message_id: UUID) -> Response:
        return Response(showing.message(request, selectors.message_seen_by(caller(request), message_id)))

    @extend_schema(request=BodyIn, responses=LinkedMessageOut)
    def patch(self, request: Request, message_id: UUID) -> Response:
        """One's own, for a time."""
        body = read(BodyIn, request.data)["body"]
        edited = messages.edit_message(request.user, message_id, body, now=timezone.now())
        return Response(showing.message(request, edited))

    @extend_schema(responses=LinkedMessageOut)
    def delete(self, request: Request, message_id: UUID) -> Response:
        """One's own, for everybody: its place stays, and nothing else."""
        deleted = messages.delete_message(request.user, message_id, now=timezone.now())
        return Response(showing.message(request, deleted))


class Search(APIView):
    @extend_schema(parameters=[SearchIn], responses=FoundOut)
    def get(self, request: Request) -> Response:
        wanted = read(SearchIn, request.query_params)
        page = search.find(caller(request), wanted.pop("q"), **wanted)
        shown = [showing.message(request, message) for message in page.messages]
        return Response({"messages": shown, "has_older": page.has_older})


class Read(APIView):
    @extend_schema(request=SeqIn, responses=ConversationUnreadOut)
    @idempotent
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Up to this message. Nobody unreads."""
        seq = read(SeqIn, request.data)["seq"]
        place = receipts.mark_read(request.user, conversation_id, seq, now=timezone.now())
        return Response(shapes.unread_at(place))


class Delivered(APIView):
    @extend_schema(request=SeqIn, responses=ConversationUnreadOut)
    @idempotent
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Up to this message: for those who are not on a socket, where it follows from what they acknowledge."""
        seq = read(SeqIn, request.data)["seq"]
        place = receipts.mark_delivered(request.user, conversation_id, seq, now=timezone.now())
        return Response(shapes.unread_at(place))


class Receipts(APIView):
    @extend_schema(responses=ReceiptsOut)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """How far each of those in it has come; of large groups nobody is told."""
        place = selectors.place_in(conversation_id, caller(request))
        [shown] = kinds.receipts([str(place.conversation_id)]).values()
        return Response(shown)
