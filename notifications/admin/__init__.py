from notifications.admin.broadcasts import BroadcastAdmin
from notifications.admin.deliveries import ChannelHealthAdmin, DeliveryAdmin
from notifications.admin.notices import NoticeAdmin
from notifications.admin.people import DeviceAdmin, DeviceChangeAdmin, DigestAdmin, PreferenceAdmin, QuietHoursAdmin

__all__ = [
    "BroadcastAdmin",
    "ChannelHealthAdmin",
    "DeliveryAdmin",
    "DeviceAdmin",
    "DeviceChangeAdmin",
    "DigestAdmin",
    "NoticeAdmin",
    "PreferenceAdmin",
    "QuietHoursAdmin",
]
