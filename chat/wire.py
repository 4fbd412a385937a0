"""Seed 004's words for its chat, spelled as its app reads them: docs/clients/004-chat-notifications.md."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers
from uuid_utils.compat import uuid7

from chat.media import media_in
from chat.sending import Draft
from core.errors import DomainError
from core.ids import uuid_or_none
from notifications.wire import NOBODY, envelope
from realtime.commands import derived_id
from realtime.frames import refusal
from realtime.protocol import BadFrame

FRAME_BYTES = 8192

Data = Mapping[str, Any]


class FrameTooBig(BadFrame):
    code = "frame_too_big"
    message = f"A frame has at most {FRAME_BYTES} bytes."


# Ours


def message(data: Data, media_url: str) -> dict[str, Any]:
    """From an object of kind `chat.message`."""
    return envelope("message", **_of(data), media_url=media_url)


def conversation_updated(data: Data) -> dict[str, Any]:
    """Of the same object. To its sender this says that it is stored, and what its id is."""
    return envelope("conversation:updated", **_of(data))


def _of(data: Data) -> dict[str, Any]:
    return {
        "id": data["id"],
        "client_id": data["client_id"],
        "conversation_id": data["conversation_id"],
        "sender_id": data["sender_id"],
        "content": data["body"],
        "message_type": data["kind"],
        "timestamp": data["created_at"],
    }


def typing(data: Data) -> dict[str, Any]:
    return envelope("typing", conversation_id=data["conversation_id"], sender_id=data["user_id"])


def delivered(conversation_id: str, reader: str, message_id: str) -> dict[str, Any]:
    return envelope("message:delivered", conversation_id=conversation_id, sender_id=reader, content=message_id)


def read_receipt(conversation_id: str, reader: str, message_id: str) -> dict[str, Any]:
    return envelope("read_receipt", conversation_id=conversation_id, sender_id=reader, content=message_id)


def seen(conversation_id: str, reader: str) -> dict[str, Any]:
    """The app takes all messages but those of the one whose id stands here for seen."""
    return envelope("messages:seen", conversation_id=conversation_id, sender_id=reader, content=reader)


def unread(total: int) -> dict[str, Any]:
    return envelope("unread:update", content=str(total))


def refused(frame: Data, why: DomainError) -> dict[str, Any]:
    """The app has no word for it: its switch passes this over. `content` is for people, `data` for programs."""
    return envelope(
        "error",
        client_id=_text(frame, "client_id"),
        conversation_id=_text(frame, "conversation_id") or NOBODY,
        content=_words(why),
        message_type=_text(frame, "type"),  # of the frame that is refused
        data=refusal(why.envelope()),
    )


def _words(why: DomainError) -> str:
    """Of fields that need another look, what is wrong with them."""
    said = [text for texts in why.details.values() if isinstance(texts, list) for text in texts]
    return " ".join(map(str, said)) or why.message


def _text(frame: Data, key: str) -> str:
    value = frame.get(key)
    return value[:64] if isinstance(value, str) else ""


# The app's


class FrameIn(serializers.Serializer):
    """Of what it sends, the keys that mean something; those it has no use for are null."""

    conversation_id = serializers.UUIDField()
    content = serializers.CharField(
        max_length=FRAME_BYTES, required=False, allow_null=True, allow_blank=True, trim_whitespace=False
    )
    media_url = serializers.CharField(max_length=2048, required=False, allow_null=True, allow_blank=True)
    client_id = serializers.CharField(max_length=200, required=False, allow_null=True, allow_blank=True)


def draft(user_id: UUID, said: Data) -> Draft:
    """From what `FrameIn` made of a `message`."""
    return Draft(
        user_id,
        client_id(user_id, said.get("client_id")),
        said["conversation_id"],
        said.get("content") or "",
        media_in(said["media_url"]) if said.get("media_url") else None,
    )


def client_id(user_id: UUID, name: str | None) -> UUID:
    """Its own name for a message, if it has one; what has none is as new each time it comes."""
    if not name:
        return uuid7()
    return uuid_or_none(name) or derived_id(user_id, name)
