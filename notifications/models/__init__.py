from notifications.models.broadcasts import Broadcast
from notifications.models.deliveries import Attempt, Delivery, DeliveryQuerySet
from notifications.models.devices import Device, DeviceChange, DeviceQuerySet
from notifications.models.notices import Digest, Notice, NoticeQuerySet
from notifications.models.providers import ChannelHealth
from notifications.models.reach import Preference, QuietHours

__all__ = [
    "Attempt",
    "Broadcast",
    "ChannelHealth",
    "Delivery",
    "DeliveryQuerySet",
    "Device",
    "DeviceChange",
    "DeviceQuerySet",
    "Digest",
    "Notice",
    "NoticeQuerySet",
    "Preference",
    "QuietHours",
]
