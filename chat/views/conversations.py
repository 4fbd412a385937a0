from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import commands, selectors
from chat.listing import listed
from chat.models import Conversation
from chat.serializers import ConversationOut, MutedIn, OpenedOut, OpenIn, PeopleIn, TitleIn
from chat.services import conversations
from chat.views import showing
from chat.views.pages import LatestActivity
from core.api import read
from realtime.api import caller, idempotent


class Conversations(generics.ListAPIView[Conversation]):
    """Those the caller is in, the latest activity first."""

    serializer_class = ConversationOut
    pagination_class = LatestActivity
    queryset = Conversation.objects.none()

    def get_queryset(self) -> QuerySet[Conversation]:
        return selectors.conversations_read_by(caller(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(
            [showing.conversation(request, one) for one in listed(page, caller(request))]
        )

    @extend_schema(request=OpenIn, responses={201: OpenedOut, 200: OpenedOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """The one these people have about this already (200), or a new one (201)."""
        opened = commands.open_conversation(request.user, request.data)
        return Response(opened, status=status.HTTP_201_CREATED if opened["is_new"] else status.HTTP_200_OK)


class OneConversation(APIView):
    @extend_schema(responses=ConversationOut)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        return _shown(request, conversation_id)

    @extend_schema(request=TitleIn, responses=ConversationOut)
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        """A group has another name, by its owner."""
        conversations.rename(request.user, conversation_id, **read(TitleIn, request.data))
        return _shown(request, conversation_id)


class Mute(APIView):
    @extend_schema(request=MutedIn, responses=ConversationOut)
    def put(self, request: Request, conversation_id: UUID) -> Response:
        """Whether the caller hears no pushes of it."""
        conversations.mute(request.user, conversation_id, **read(MutedIn, request.data))
        return _shown(request, conversation_id)


class Participants(APIView):
    @extend_schema(request=PeopleIn, responses={204: None})
    @idempotent
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """They see what is said from now on. By the owner of a group."""
        wanted = read(PeopleIn, request.data)
        conversations.add_participants(request.user, conversation_id, **wanted, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class OneParticipant(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: UUID, user_id: UUID) -> Response:
        """By the owner of a group."""
        conversations.remove_participant(request.user, conversation_id, user_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Leave(APIView):
    @extend_schema(request=None, responses={204: None})
    @idempotent
    def post(self, request: Request, conversation_id: UUID) -> Response:
        conversations.leave(request.user, conversation_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _shown(request: Request, conversation_id: UUID) -> Response:
    reader = caller(request)
    place = selectors.place_in(conversation_id, reader)
    [one] = listed([place.conversation], reader)
    return Response(showing.conversation(request, one))
