"""How the objects of a reader's view look. The same words in events, in the fresh view and in REST."""

from collections.abc import Iterable
from typing import Any

from chat.models import Conversation, Media, Message, Participant


def message(message: Message) -> dict[str, Any]:
    """`media` names no address: those are signed for one reader and expire. See `GET /api/chat/media/{id}/link`."""
    return {
        "id": message.pk,
        "conversation_id": message.conversation_id,
        "seq": message.seq,
        "sender_id": message.sender_id,
        "client_id": message.client_id,
        "kind": message.kind,
        "body": message.body,
        "media": media(message.media) if message.media_id and message.media else None,
        "created_at": message.created_at,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
    }


def media(media: Media) -> dict[str, Any]:
    return {
        "id": media.pk,
        "kind": media.kind,
        "name": media.name,
        "content_type": media.content_type,
        "size": media.size,
        "width": media.width,
        "height": media.height,
    }


def conversation(conversation: Conversation, participants: Iterable[Participant]) -> dict[str, Any]:
    return {
        "id": conversation.pk,
        "kind": conversation.kind,
        "title": conversation.title,
        "context": conversation.context,
        "created_at": conversation.created_at,
        "participants": [person(participant) for participant in participants],
    }


def person(participant: Participant) -> dict[str, Any]:
    """Those who have gone stay: somebody must have written what they wrote."""
    return {
        "user_id": participant.user_id,
        "name": participant.user.full_name,
        "role": participant.role,
        "is_active": participant.left_at is None and participant.blocked_at is None,
    }


def own_conversation(participant: Participant) -> dict[str, Any]:
    return {"is_muted": participant.is_muted, "since_seq": participant.since_seq}


def receipt(participant: Participant) -> dict[str, int]:
    return {"delivered_seq": participant.delivered_seq, "read_seq": participant.read_seq}


def unread(last_seq: int, participant: Participant) -> dict[str, int]:
    count = last_seq - participant.read_seq - participant.uncounted
    return {"unread": count, "read_seq": participant.read_seq}
