"""How the objects of a reader's view look. The same words in events, in the fresh view and in REST.

Functions instead of serializers, since a message is shown thousands of times a second.
"""

from collections.abc import Iterable
from typing import Any

from chat.models import Conversation, Media, Message, Participant
from notifications.serializers import instant


def message(message: Message) -> dict[str, Any]:
    """`media` names no address: those are signed for one reader and expire. See `GET /api/chat/media/{id}/link`."""
    return {
        "id": str(message.pk),
        "conversation_id": str(message.conversation_id),
        "seq": message.seq,
        "sender_id": str(message.sender_id),
        "client_id": str(message.client_id),
        "kind": message.kind,
        "body": message.body,
        "media": media(message.media) if message.media_id and message.media else None,
        "created_at": instant(message.created_at),
        "edited_at": instant(message.edited_at),
        "deleted_at": instant(message.deleted_at),
    }


def sent(message: Message) -> dict[str, Any]:
    """The answer to whoever sent it."""
    return {
        "id": str(message.pk),
        "conversation_id": str(message.conversation_id),
        "client_id": str(message.client_id),
        "seq": message.seq,
        "created_at": instant(message.created_at),
    }


def changed(message: Message) -> dict[str, Any]:
    """The answer to whoever edited or deleted it. Without its words, since answers are kept."""
    return {**sent(message), "edited_at": instant(message.edited_at), "deleted_at": instant(message.deleted_at)}


def media(media: Media) -> dict[str, Any]:
    return {
        "id": str(media.pk),
        "kind": media.kind,
        "name": media.name,
        "content_type": media.content_type,
        "size": media.size,
        "width": media.width,
        "height": media.height,
    }


def conversation(conversation: Conversation, participants: Iterable[Participant]) -> dict[str, Any]:
    return {
        "id": str(conversation.pk),
        "kind": conversation.kind,
        "title": conversation.title,
        "context": conversation.context,
        "created_at": instant(conversation.created_at),
        "participants": [person(participant) for participant in participants],
    }


def person(participant: Participant) -> dict[str, Any]:
    """Those who have gone stay: somebody must have written what they wrote."""
    return {
        "user_id": str(participant.user_id),
        "name": participant.user.full_name,
        "role": participant.role,
        "is_active": participant.left_at is None and participant.blocked_at is None,
    }


def own_conversation(participant: Participant) -> dict[str, Any]:
    return {"is_muted": participant.is_muted, "since_seq": participant.since_seq}


def receipt(participant: Participant) -> dict[str, int]:
    return {"delivered_seq": participant.delivered_seq, "read_seq": participant.read_seq}


def unread(last_seq: int, read_seq: int, uncounted: int) -> dict[str, int]:
    return {"unread": last_seq - read_seq - uncounted, "read_seq": read_seq}


def unread_at(place: Participant) -> dict[str, int]:
    """With its conversation."""
    return unread(place.conversation.last_seq, place.read_seq, place.uncounted)
