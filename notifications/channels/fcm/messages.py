"""The messages as they go over the wire: JSON, built and checked by the SDK."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from firebase_admin import messaging

from notifications.channels.fcm.answers import NotSent
from notifications.channels.http import brief
from notifications.channels.lifetime import lifetime
from notifications.channels.parcel import Outcome, Parcel, Verdict

LARGEST = 4096  # bytes
LARGEST_OF_TOPIC = 2048
RESERVED_WORDS = {"from", "message_type"}
RESERVED_PREFIXES = ("google.", "gcm.")

CLICK_ACTION = "FLUTTER_NOTIFICATION_CLICK"  # what Flutter's apps listen for
PROBE = {"type": "probe"}


def notice(parcel: Parcel) -> str:
    message = _clear(parcel) if parcel.is_clear else _visible(parcel)
    message.fcm_options = messaging.FCMOptions(analytics_label=parcel.kind)
    return _checked(_addressed(message, parcel), LARGEST)


def probe(parcel: Parcel) -> str:
    """The least that can be said to an address: if FCM refuses this too, it is the address that is wrong."""
    return _checked(_addressed(messaging.Message(data=PROBE), parcel), LARGEST)


def topic_probe() -> str:
    return _checked(messaging.Message(topic="preflight", data=PROBE), LARGEST_OF_TOPIC)


def broadcast(topic: str, title: str, body: str, data: Mapping[str, str]) -> str:
    message = messaging.Message(
        topic=topic,
        notification=messaging.Notification(title, body),
        data={**data, "title": title, "body": body},
    )
    return _checked(message, LARGEST_OF_TOPIC)


def _visible(parcel: Parcel) -> messaging.Message:
    ttl = lifetime(parcel)
    # With a notification block Android draws it without the app, but then every message is collapsible and throttled.
    app_draws = parcel.renders_data
    return messaging.Message(
        data={
            **parcel.data,
            "nid": str(parcel.nid),
            "kind": parcel.kind,
            "channel": parcel.kind,
            "title": parcel.title,
            "body": parcel.body,
        },
        notification=None if app_draws else messaging.Notification(parcel.title, parcel.body),
        android=messaging.AndroidConfig(
            priority="high", ttl=ttl, notification=None if app_draws else _android_notification(parcel)
        ),
        apns=_apns({"apns-priority": "10", "apns-collapse-id": str(parcel.nid)}, ttl, _alert(parcel)),
        webpush=_webpush(parcel, ttl, "high" if parcel.is_urgent else "normal"),
    )


def _clear(parcel: Parcel) -> messaging.Message:
    ttl = lifetime(parcel)
    return messaging.Message(
        data={"type": "clear", "nid": str(parcel.nid), "badge": str(parcel.badge)},
        android=messaging.AndroidConfig(priority="normal", ttl=ttl),
        apns=_apns({"apns-priority": "5"}, ttl, messaging.Aps(content_available=True, badge=parcel.badge)),
        webpush=_webpush(parcel, ttl, "low"),
    )


def _android_notification(parcel: Parcel) -> messaging.AndroidNotification:
    return messaging.AndroidNotification(channel_id=parcel.kind, tag=str(parcel.nid), click_action=CLICK_ACTION)


def _alert(parcel: Parcel) -> messaging.Aps:
    return messaging.Aps(
        alert=messaging.ApsAlert(title=parcel.title, body=parcel.body),
        badge=parcel.badge,
        sound="default",
        thread_id=parcel.kind,
        custom_data={"interruption-level": "time-sensitive"} if parcel.is_urgent else None,
    )


def _apns(headers: dict[str, str], ttl: timedelta, aps: messaging.Aps) -> messaging.APNSConfig:
    expiration = int((datetime.now(UTC) + ttl).timestamp())
    return messaging.APNSConfig({**headers, "apns-expiration": str(expiration)}, messaging.APNSPayload(aps))


def _webpush(parcel: Parcel, ttl: timedelta, urgency: str) -> messaging.WebpushConfig | None:
    if parcel.platform != "web":
        return None
    app_draws = parcel.renders_data or parcel.is_clear
    return messaging.WebpushConfig(
        headers={"TTL": str(int(ttl.total_seconds())), "Urgency": urgency},
        notification=None if app_draws else messaging.WebpushNotification(tag=str(parcel.nid)),
    )


def _addressed(message: messaging.Message, parcel: Parcel) -> messaging.Message:
    # Not by the constructor, whose argument `token` is deprecated: tokens in the field stay good, and only say so.
    if parcel.address_kind == "fid":
        message.fid = parcel.address
    else:
        message.token = parcel.address
    return message


def _checked(message: messaging.Message, most: int) -> str:
    if reserved := sorted(key for key in message.data if _is_reserved(key)):
        raise _refused("LOCAL", f"Reserved keys in the data: {', '.join(reserved)}")
    try:
        wire = str(message)
        # Escapes and repetitions make the wire longer than what FCM counts, never shorter.
        size = len(wire) if len(wire) <= most else _size(json.loads(wire))
    except ValueError as error:
        raise _refused("LOCAL", str(error)) from error
    if size > most:
        raise _refused("TOO_BIG", f"{size} bytes of at most {most}.")
    return wire


def _is_reserved(key: str) -> bool:
    return key in RESERVED_WORDS or key.startswith(RESERVED_PREFIXES)


def _size(message: dict[str, dict[str, dict[str, str]]]) -> int:
    """What a device is handed: of Android keys and values, of Apple the payload as it stands."""
    android = message.get("android", {}).get("notification", {})
    apple = message.get("apns", {}).get("payload", {})
    common = _weight(message.get("data", {})) + _weight(message.get("notification", {}))
    return common + max(_weight(android), len(json.dumps(apple, ensure_ascii=False).encode()))


def _weight(block: Mapping[str, object]) -> int:
    return sum(len(key.encode()) + len(str(value).encode()) for key, value in block.items())


def _refused(code: str, error: str) -> NotSent:
    return NotSent(Outcome(Verdict.REJECTED, code, error=brief(error)))
