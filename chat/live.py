"""What is worth knowing only now: who types, and who is there. No row, no second chance."""

from collections import defaultdict
from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from chat import selectors
from chat.models import Conversation, Participant
from chat.serializers import TypingIn
from core.api import read
from realtime import hints, presence

TYPING = "chat.typing"
PRESENCE = "chat.presence"


def hear_typing(user_id: UUID, data: dict[str, Any]) -> None:
    said = read(TypingIn, data)
    place = selectors.place_in(said["conversation_id"], user_id)
    others = [user for user in selectors.active_users(place.conversation_id) if user != user_id]
    shown = {"conversation_id": place.conversation_id, "user_id": user_id, "is_typing": said["is_typing"]}
    hints.signal(TYPING, shown, others)


def tell_presence(users: Collection[UUID]) -> None:
    """They came or went; those who share a conversation of two with them, and are here, hear of it."""
    partners = partners_of(users)
    here = presence.online({*users, *(partner for of_one in partners.values() for partner in of_one)})
    for user_id, of_one in partners.items():
        if listening := [partner for partner in of_one if partner in here]:
            shown = {"user_id": user_id, "is_online": user_id in here}
            transaction.on_commit(partial(hints.signal, PRESENCE, shown, listening), robust=True)


def partners_of(users: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Whom each has a conversation of two with that is open to both."""
    direct = Participant.objects.active().filter(conversation__kind=Conversation.Kind.DIRECT)
    mine = direct.filter(user__in=users)
    in_conversation: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for conversation_id, user_id in direct.filter(conversation__in=mine.values("conversation")).values_list(
        "conversation", "user"
    ):
        in_conversation[conversation_id].append(user_id)
    found: defaultdict[UUID, dict[UUID, None]] = defaultdict(dict)  # once each, whatever they have together
    for two in in_conversation.values():
        if len(two) == 2:
            found[two[0]][two[1]] = found[two[1]][two[0]] = None
    return {user_id: list(found[user_id]) for user_id in users if user_id in found}
