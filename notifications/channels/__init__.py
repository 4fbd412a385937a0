"""The ways to people, by name. A channel is imported when it is first used: what it needs weighs, and web processes
need none of it.
"""

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.channels.parcel import Channel
from notifications.trees import EMAIL, FCM, ONESIGNAL, SMS

PLACES = {
    FCM: "notifications.channels.fcm.Fcm",
    ONESIGNAL: "notifications.channels.onesignal.OneSignal",
    EMAIL: "notifications.channels.email.Email",
    SMS: "notifications.channels.sms.Sms",
}
NEEDED = {
    FCM: ["FIREBASE_CREDENTIALS"],
    ONESIGNAL: ["ONESIGNAL_APP_ID", "ONESIGNAL_API_KEY"],
    EMAIL: [],  # Django always has a mail backend
    SMS: ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"],
}


def is_configured(name: str) -> bool:
    return all(getattr(settings, setting) for setting in NEEDED[name])


_made: dict[str, Channel] = {}  # those of this process, with their connections


def channel(name: str) -> Channel:
    if name not in _made:
        # Lanes of one channel may begin at once: all take the one that came first, and another has no connections yet.
        _made.setdefault(name, import_string(PLACES[name])())
    return _made[name]


def in_use() -> list[Channel]:
    return list(_made.values())


def forget() -> None:
    _made.clear()
