from typing import Any

from accounts.models import User
from notifications.models import Delivery, Notice
from notifications.reach.devices import all_of
from notifications.reach.preferences import quiet_hours_of
from notifications.reach.serializers import DeviceOut, QuietHoursOut
from notifications.serializers import NoticeOut, instant


def notices(user: User) -> list[dict[str, Any]]:
    """All she was told and that is kept, with what was sent for it."""
    told = Notice.objects.filter(recipient=user, withdrawn_at=None).select_related("recipient").order_by("id")
    return [
        {
            **NoticeOut(notice).data,
            "archived_at": instant(notice.archived_at),
            "deliveries": [_sent(delivery) for delivery in notice.deliveries.all()],
        }
        for notice in told.prefetch_related("deliveries")
    ]


def devices(user: User) -> list[dict[str, Any]]:
    """Without the addresses, which are secrets of the push service."""
    return [
        {**DeviceOut(device).data, "locale": device.locale, "last_seen_at": instant(device.last_seen_at)}
        for device in all_of(user)
    ]


def preferences(user: User) -> list[dict[str, Any]]:
    """What she said herself; a kind that is empty means all kinds."""
    return list(user.notice_preferences.order_by("kind", "channel").values("kind", "channel", "is_enabled"))


def quiet_hours(user: User) -> dict[str, Any]:
    return QuietHoursOut(quiet_hours_of(user)).data


def _sent(delivery: Delivery) -> dict[str, Any]:
    return {"channel": delivery.channel, "state": delivery.state, "ended_at": instant(delivery.ended_at)}
