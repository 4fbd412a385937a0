from typing import Any

from django.utils import timezone

from accounts.models import User
from core.api import read
from notifications import selectors, services
from notifications.serializers import IdsIn, ReceiptsIn, SeenIn


def mark_seen(user: User, data: dict[str, Any]) -> dict[str, Any]:
    seen = read(SeenIn, data)
    if "upto" in seen:
        services.mark_seen_upto(user, seen["upto"], now=timezone.now())
    else:
        services.mark_seen(user, seen["ids"], now=timezone.now())
    return unread(user)


def mark_read(user: User, data: dict[str, Any]) -> dict[str, Any]:
    services.mark_read(user, read(IdsIn, data)["ids"], now=timezone.now())
    return unread(user)


def mark_all_read(user: User, data: dict[str, Any]) -> dict[str, Any]:
    services.mark_all_read(user, now=timezone.now())
    return unread(user)


def archive(user: User, data: dict[str, Any]) -> dict[str, Any]:
    services.archive(user, read(IdsIn, data)["ids"], now=timezone.now())
    return unread(user)


def note_receipts(user: User, data: dict[str, Any]) -> dict[str, Any]:
    receipts = read(ReceiptsIn, data)
    device_ids = selectors.devices_of(user, device_id=receipts.pop("device"), session_id=None)
    services.note_receipts(user, **receipts, device_ids=device_ids, now=timezone.now())
    return unread(user)


def unread(user: User) -> dict[str, Any]:
    return {"unread": selectors.unread_count(user)}


COMMANDS = {
    "notifications.mark_seen": mark_seen,
    "notifications.mark_read": mark_read,
    "notifications.mark_all_read": mark_all_read,
    "notifications.archive": archive,
    "notifications.note_receipts": note_receipts,
}
