"""What people read. Of a message a locked phone shows the beginning."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_noop

from chat.events import MESSAGE
from chat.models import Message
from notifications.messages import Message as Words

MESSAGES = "chat_messages"

SHOWN = 100  # characters; seed 004 cuts there


def message_sent(message: Message, to: Mapping[UUID, int]) -> Words:
    """`to` says where in her stream each heard of it."""
    data = {
        "type": "chat_message",
        "conversation_id": str(message.conversation_id),
        "message_id": str(message.pk),
        "sender_id": str(message.sender_id),
        "click_action": "FLUTTER_NOTIFICATION_CLICK",
    }
    return Words(
        MESSAGES,
        (MESSAGE, message.pk),
        gettext_noop("New Message"),
        _body(message),
        to=list(to),
        params={"text": _shortened(message.body)},
        data=data,
        offsets=to,
    )


def _body(message: Message) -> str:
    if message.body:
        return "{text}"
    return gettext_noop("A picture") if message.kind == Message.Kind.IMAGE else gettext_noop("A file")


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
