"""What programs hear. A message, what is unread, who has read how far, and the conversation itself are four objects, so
that what changes often is small.
"""

from collections.abc import Collection
from uuid import UUID

from chat import shapes
from chat.models import Message
from realtime.publishing import Fact

CONVERSATION = "chat.conversation"
UNREAD = "chat.unread"
RECEIPTS = "chat.receipts"
MESSAGE = "chat.message"
OF_CONVERSATION = [CONVERSATION, UNREAD, RECEIPTS]  # under its id

MESSAGE_SENT = "chat.message_sent"


def message_sent(message: Message, users: Collection[UUID], command: UUID | None) -> list[Fact]:
    others = [user for user in users if user != message.sender_id]
    return [
        Fact(MESSAGE_SENT, (MESSAGE, message.pk), users, command, data=shapes.message(message)),
        Fact("chat.unread_changed", (UNREAD, message.conversation_id), others, command),
    ]


def message_edited(message: Message, users: Collection[UUID]) -> Fact:
    return Fact("chat.message_edited", (MESSAGE, message.pk), users)


def message_deleted(message: Message, users: Collection[UUID]) -> list[Fact]:
    return [
        Fact("chat.message_deleted", (MESSAGE, message.pk), users),
        unread_changed(message.conversation_id, users),
    ]


def unread_changed(conversation_id: UUID, users: Collection[UUID]) -> Fact:
    return Fact("chat.unread_changed", (UNREAD, conversation_id), users)


def receipts_changed(conversation_id: UUID, users: Collection[UUID]) -> Fact:
    return Fact("chat.receipts_changed", (RECEIPTS, conversation_id), users)


def conversation_changed(name: str, conversation_id: UUID, users: Collection[UUID]) -> list[Fact]:
    """Of who is in it, too: those who came see all of it, those who went see none of it any more."""
    return [
        Fact(f"chat.{name}", (CONVERSATION, conversation_id), users),
        unread_changed(conversation_id, users),
        receipts_changed(conversation_id, users),
    ]


def setting_changed(conversation_id: UUID, user_id: UUID) -> Fact:
    """One's own, such as mute."""
    return Fact("chat.setting_changed", (CONVERSATION, conversation_id), [user_id])


def message_shown(message: Message, users: Collection[UUID]) -> Fact:
    """To those who came back: the newest, which was there before."""
    return Fact("chat.message_shown", (MESSAGE, message.pk), users)
