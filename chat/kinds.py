"""How a conversation looks in its readers' views. Who is not, or no longer, in it sees nothing of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from chat import selectors, shapes
from chat.conf import limits
from chat.models import Conversation, Message, Participant
from core.sql import Columns, as_uuid, relation
from realtime.kinds import Key, Kind, Reader


def conversations(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    participants = selectors.participants_of([UUID(key) for key in keys])
    found = Conversation.objects.filter(pk__in=keys)
    return {str(one.pk): shapes.conversation(one, participants[one.pk]) for one in found}


def own_conversations(readers: Collection[Reader]) -> dict[Reader, Mapping[str, Any]]:
    return {reader: shapes.own_conversation(place) for reader, place in _places(readers).items()}


def nothing_shared(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    return {key: {} for key in keys}


def own_unread(readers: Collection[Reader]) -> dict[Reader, Mapping[str, Any]]:
    """The busiest of all: read without the ORM."""
    if not readers:
        return {}
    keys, users = zip(*readers, strict=True)
    columns: Columns = {
        "conversation_id": ("uuid", [key.replace("-", "") for key in keys]),
        "user_id": ("uuid", users),
    }
    wanted, parameters = relation("wanted", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT place.conversation_id, place.user_id,
                       conversation.last_seq, place.read_seq, place.uncounted
                FROM {wanted}
                JOIN chat_participant place
                     ON place.conversation_id = wanted.conversation_id AND place.user_id = wanted.user_id
                JOIN chat_conversation conversation ON conversation.id = place.conversation_id
                WHERE place.left_at IS NULL AND place.blocked_at IS NULL""",
            parameters,
        )
        rows = cursor.fetchall()
    return {(str(as_uuid(place)), as_uuid(user)): shapes.unread(*counts) for place, user, *counts in rows}


def receipts(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    """In large groups nobody is told."""
    read: dict[Key, Mapping[str, Any]] = {key: {"participants": {}} for key in keys}
    active = defaultdict(list)
    for place in Participant.objects.active().filter(conversation__in=keys).order_by("pk"):
        active[place.conversation_id].append(place)
    for conversation_id, places in active.items():
        if len(places) <= limits.receipts_upto:
            shown = {str(place.user_id): shapes.receipt(place) for place in places}
            read[str(conversation_id)] = {"participants": shown}
    return read


def own_receipts(readers: Collection[Reader]) -> dict[Reader, Mapping[str, Any]]:
    return {reader: {} for reader in _places(readers)}


def messages(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    found = Message.objects.filter(pk__in=keys).select_related("media")
    return {str(message.pk): shapes.message(message) for message in found}


def _places(readers: Collection[Reader]) -> dict[Reader, Participant]:
    wanted = set(readers)
    places = {(str(place.conversation_id), place.user_id): place for place in _active(wanted)}
    return {reader: places[reader] for reader in wanted if reader in places}


def _active(readers: Collection[Reader]) -> QuerySet[Participant]:
    """Of these readers in these conversations; perhaps of one in the conversation of another, too."""
    conversations, users = {key for key, _ in readers}, {user_id for _, user_id in readers}
    return Participant.objects.active().filter(conversation__in=conversations, user__in=users)


def own_keys(user_id: UUID) -> Iterable[Key]:
    return map(str, selectors.conversations_read_by(user_id).values_list("pk", flat=True))


def newest_keys(user_id: UUID) -> Iterable[Key]:
    return map(str, selectors.newest_messages(user_id).values_list("pk", flat=True))


CONVERSATION = Kind(render=conversations, own=own_conversations, keys_of=own_keys, rank=21)
UNREAD = Kind(render=nothing_shared, own=own_unread, keys_of=own_keys, rank=20)
RECEIPTS = Kind(render=receipts, own=own_receipts, keys_of=own_keys, rank=23)
MESSAGE = Kind(render=messages, keys_of=newest_keys, is_windowed=True, rank=22)
