"""Seed 004's words for notices, spelled as its app reads them: docs/clients/004-chat-notifications.md."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers

from notifications.models import Device, Notice
from notifications.serializers import NoticeOut, instant

NOBODY = str(UUID(int=0))

MOST_PER_PAGE = 50


def envelope(type: str, **said: Any) -> dict[str, Any]:
    """All its keys, whatever is said: the app drops a frame whose `conversation_id` is no text."""
    return {
        "type": type,
        "id": "",
        "client_id": "",
        "conversation_id": NOBODY,
        "sender_id": NOBODY,
        "content": "",
        "message_type": "",
        "media_url": "",
        "data": {},
        "timestamp": instant(timezone.now()),
        **said,
    }


def notification(data: Mapping[str, Any]) -> dict[str, Any]:
    """From an object of kind `notifications.notice`."""
    return envelope("notification", data=told(data))


def unread(count: int) -> dict[str, Any]:
    return envelope("notification:unread", data={"count": count})


def told(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": data["id"],
        "title": data["title"],
        "message": data["body"],
        "type": data["kind"],
        "image_url": data["data"].get("image_url", ""),
        "data": data["data"],
        "is_read": data["read_at"] is not None,
        "created_at": data["created_at"],
    }


class NotificationOut(serializers.Serializer):
    """With both spellings: the app reads one, and its server has always sent the other."""

    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    title = serializers.CharField()
    message = serializers.CharField()
    type = serializers.CharField()
    image_url = serializers.CharField()
    data = serializers.DictField(child=serializers.CharField())
    is_read = serializers.BooleanField()
    isRead = serializers.BooleanField()  # noqa: N815
    created_at = serializers.DateTimeField()
    createdAt = serializers.DateTimeField()  # noqa: N815
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Notice) -> dict[str, Any]:
        data = NoticeOut(instance).data
        shown = told(data)
        return {
            **shown,
            "user_id": str(instance.recipient_id),
            "isRead": shown["is_read"],
            "createdAt": shown["created_at"],
            "updated_at": data["read_at"] or data["seen_at"] or data["created_at"],
        }


class PageIn(serializers.Serializer):
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    limit = serializers.IntegerField(min_value=1, default=20, help_text=f"At most {MOST_PER_PAGE} are answered.")


class NotificationsOut(serializers.Serializer):
    notifications = NotificationOut(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    limit = serializers.IntegerField()
    unread_count = serializers.IntegerField()


class CountOut(serializers.Serializer):
    count = serializers.IntegerField()


class DoneOut(serializers.Serializer):
    message = serializers.CharField()


class TokenIn(serializers.Serializer):
    fcm_token = serializers.CharField(max_length=4096)


class ChatDeviceIn(TokenIn):
    device_type = serializers.ChoiceField(choices=Device.Platform.choices, default=Device.Platform.ANDROID)
