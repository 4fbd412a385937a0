"""Conversations as a list of them shows them to one who is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chat import selectors
from chat.models import Conversation, Message, Participant


@dataclass(frozen=True, slots=True)
class Listed:
    """`place` is the reader's own; `last_message` the newest one, where she sees it."""

    conversation: Conversation
    participants: Sequence[Participant]
    place: Participant
    last_message: Message | None


def listed(conversations: Sequence[Conversation], user_id: UUID) -> list[Listed]:
    """Those of them that she is in, in their order."""
    ids = [conversation.pk for conversation in conversations]
    participants = selectors.participants_of(ids)
    last = selectors.newest_messages(user_id).filter(conversation__in=ids).select_related("media")
    messages = {message.conversation_id: message for message in last}
    places = {
        place.conversation_id: place
        for place in Participant.objects.active().filter(user=user_id, conversation__in=ids)
    }
    return [
        Listed(one, participants[one.pk], places[one.pk], messages.get(one.pk))
        for one in conversations
        if one.pk in places
    ]
