from typing import Any

from django.db.models import F

from accounts.models import User
from chat.models import Block, Media, Message, MessageReport, Participant

PLACE = ["conversation_id", "role", "is_muted", "joined_at", "left_at", "delivered_seq", "read_seq"]
CONVERSATION = {
    "kind": F("conversation__kind"),
    "title": F("conversation__title"),
    "context": F("conversation__context"),
}
MESSAGE = [
    "id", "conversation_id", "seq", "client_id", "kind", "body", "media_id", "created_at", "edited_at", "deleted_at",
]  # fmt: skip
MEDIA = ["id", "kind", "name", "content_type", "size", "created_at"]
REPORT = ["message_id", "reason", "note", "status", "created_at"]


def chat(user: User) -> dict[str, Any]:
    """What she is in and what she has said; not what others said to her, which is theirs."""
    places = Participant.objects.filter(user=user).order_by("joined_at", "pk")
    active = places.active()
    return {
        "conversations": list(active.values(*PLACE, **CONVERSATION)),
        "closed_conversations": list(places.exclude(pk__in=active.values("pk")).values(*PLACE)),
        "messages": list(Message.objects.filter(sender=user).order_by("created_at", "pk").values(*MESSAGE)),
        "media": list(Media.objects.filter(uploader=user).order_by("created_at", "pk").values(*MEDIA)),
        "blocks": list(Block.objects.filter(blocker=user).order_by("pk").values("blocked_id", "created_at")),
        "reports": list(MessageReport.objects.filter(reporter=user).order_by("pk").values(*REPORT)),
    }
