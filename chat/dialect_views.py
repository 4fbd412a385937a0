"""The REST side of seed 004's app, as far as it is about its chat. Its errors are `{"error": text}`."""

from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.dialects import DialectView
from chat import dialect_serializers as shapes
from chat import dialect_shapes, history, selectors
from chat.dialect_shapes import Address
from chat.listing import listed
from chat.media import signed_url
from chat.models import Conversation, Participant
from chat.posting import Reading, read_all
from chat.services.conversations import open_conversation
from core.api import read
from core.ids import uuid_or_none
from notifications.wire import DoneOut
from realtime.api import caller

MOST_CONVERSATIONS = 100


class Conversations(DialectView):
    @extend_schema(responses=shapes.SeedConversationOut(many=True))
    def get(self, request: Request) -> Response:
        reader = caller(request)
        newest = selectors.conversations_read_by(reader).order_by("-last_at", "-pk")[:MOST_CONVERSATIONS]
        conversations = listed(list(newest), reader)
        ticks = dialect_shapes.ticks([one.conversation.pk for one in conversations], reader)
        address = _address(request)
        return Response(
            [dialect_shapes.conversation(one, ticks[one.conversation.pk], address) for one in conversations]
        )

    @extend_schema(request=shapes.BeginIn, responses={201: shapes.SeedBegunOut})
    def post(self, request: Request) -> Response:
        """The one these people have about this car, or a new one: 201 for both."""
        wanted = read(shapes.BeginIn, request.data)
        others, car_id, title = wanted["participant_ids"], wanted["car_id"] or "", wanted["car_title"] or ""
        conversation, _ = open_conversation(
            request.user,
            others,
            now=timezone.now(),
            title=title if len(others) == 1 else "",
            context=dialect_shapes.context(car_id, title, others[0], wanted["context"] or {}),
        )
        return Response(_begun(request, conversation), status=status.HTTP_201_CREATED)


class Messages(DialectView):
    @extend_schema(parameters=[shapes.PageIn], responses=shapes.SeedMessagesOut)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        return Response(_page(request, conversation_id))


class History(DialectView):
    @extend_schema(parameters=[shapes.HistoryIn], responses=shapes.SeedMessagesOut)
    def get(self, request: Request) -> Response:
        return Response(_page(request, read(shapes.HistoryIn, request.query_params)["conversation_id"]))


class Read(DialectView):
    @extend_schema(request=shapes.SeedReadIn, responses=DoneOut)
    def put(self, request: Request, conversation_id: UUID) -> Response:
        """Up to this message. A name the app made up for one that came without an id means the newest."""
        name = read(shapes.SeedReadIn, request.data)["message_id"]
        place = selectors.place_in(conversation_id, caller(request))
        newest = place.conversation.last_seq
        [outcome] = read_all([Reading(place.user_id, conversation_id, uuid_or_none(name), newest, is_read=True)])
        if isinstance(outcome, Exception):
            raise outcome
        return Response({"message": "Messages marked as read"})


def _page(request: Request, conversation_id: UUID) -> dict[str, Any]:
    """Messages are numbered without a gap, so that a page is found without counting."""
    asked = read(shapes.PageIn, request.query_params)
    page, size = asked["page"], min(asked["page_size"], shapes.MOST_PER_PAGE)
    place = selectors.place_in(conversation_id, caller(request))
    newest = place.conversation.last_seq
    found = history.page(place, before=newest + 1 - (page - 1) * size, limit=size).messages
    names = dialect_shapes.names(selectors.participants_of([conversation_id])[conversation_id])
    ticks = dialect_shapes.ticks([conversation_id], place.user_id)[conversation_id]
    address = _address(request)
    return {
        "messages": [dialect_shapes.message(one, ticks, names, address) for one in reversed(found)],
        "total_count": newest - place.since_seq,
        "page": page,
        "page_size": size,
    }


def _begun(request: Request, conversation: Conversation) -> dict[str, Any]:
    reader = caller(request)
    [one] = listed([selectors.place_in(conversation.pk, reader).conversation], reader)
    places = Participant.objects.filter(conversation=conversation).select_related("user").order_by("pk")
    ticks = dialect_shapes.ticks([conversation.pk], reader)[conversation.pk]
    return dialect_shapes.opened(one, ticks, places, _address(request))


def _address(request: Request) -> Address:
    base = request.build_absolute_uri("/").removesuffix("/")
    sign = partial(signed_url, reader_id=caller(request), now=timezone.now(), base=base)
    return lambda media: sign(media.pk)
