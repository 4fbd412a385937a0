from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notifications.messages import text_of
from notifications.models import Notice


def instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


class SubjectOut(serializers.Serializer):
    kind = serializers.CharField()
    key = serializers.CharField()


class NoticeOut(serializers.Serializer):
    """A notice in its reader's words. The object of kind `notifications.notice`."""

    READS = [
        "kind", "subject_kind", "subject_key", "title", "body", "params", "data", "importance",
        "created_at", "expires_at", "seen_at", "read_at", "recipient__locale", "recipient__zone",
    ]  # fmt: skip

    id = serializers.UUIDField()
    kind = serializers.CharField()
    about = SubjectOut()
    title = serializers.CharField()
    body = serializers.CharField()
    data = serializers.DictField(child=serializers.CharField())
    importance = serializers.ChoiceField(choices=Notice.Importance.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: Notice) -> dict[str, Any]:
        # By hand: a unit may render thousands.
        reader = instance.recipient
        text = text_of(instance, reader.locale, reader.zone)
        return {
            "id": str(instance.pk),
            "kind": instance.kind,
            "about": {"kind": instance.subject_kind, "key": instance.subject_key},
            "title": text.title,
            "body": text.body,
            "data": instance.data,
            "importance": instance.importance,
            "created_at": instant(instance.created_at),
            "expires_at": instant(instance.expires_at),
            "seen_at": instant(instance.seen_at),
            "read_at": instant(instance.read_at),
        }


class UnreadOut(serializers.Serializer):
    """The number for a badge. The object of kind `notifications.inbox`."""

    unread = serializers.IntegerField()


class IdsField(serializers.ListField):
    """Those that are not hers, or are gone, are passed over."""

    child = serializers.UUIDField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)


class InboxIn(serializers.Serializer):
    unread = serializers.BooleanField(default=False, help_text="Only what was not read.")


class IdsIn(serializers.Serializer):
    ids = IdsField()


class ReadIn(serializers.Serializer):
    """Either some, or all."""

    ids = IdsField(required=False)
    all = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return only_one(attrs, "ids", "all")


class SeenIn(serializers.Serializer):
    """Either some, or all from one on that are older."""

    ids = IdsField(required=False)
    upto = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return only_one(attrs, "ids", "upto")


class ReceiptsIn(serializers.Serializer):
    """Of pushes: `nid` is in their data. Without a device, that of the token's session is meant."""

    received = IdsField(default=list)
    opened = IdsField(default=list)
    device = serializers.UUIDField(default=None, allow_null=True)


def only_one(attrs: dict[str, Any], *names: str) -> dict[str, Any]:
    said = [name for name in names if attrs.get(name) not in (None, False)]
    if len(said) != 1:
        raise serializers.ValidationError(_("Say one of these: {names}.").format(names=", ".join(names)))
    return attrs
