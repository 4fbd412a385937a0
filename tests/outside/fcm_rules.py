"""What FCM accepts as a message."""

import json
import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.outside.fcm_errors import Violations, error, fcm, invalid, malformed, too_big

TARGETS = ("token", "fid", "topic", "condition")
FIELDS = frozenset(
    {*TARGETS, "name", "data", "notification", "android", "android_v2", "androidV2", "webpush", "apns"}
    | {"fcm_options", "fcmOptions"}
)
RESERVED = re.compile(r"(from|message_type|google\..*|gcm\.notification\..*)", re.DOTALL)
TTL = re.compile(r"(\d{1,9})(\.\d{1,9})?s")
LONGEST_TTL = 2_419_200
TOPIC = re.compile(r"[a-zA-Z0-9\-_.~%]{1,900}")
CONDITION_TOPIC = re.compile(r"'([a-zA-Z0-9\-_.~%]{1,900})' in topics")
LABEL = re.compile(r"[a-zA-Z0-9\-_.~%]{1,50}")
MOST_BYTES, MOST_TOPIC_BYTES = 4096, 2048


def either(block: dict[str, Any], name: str) -> Any:
    """The API reads snake_case and camelCase alike."""
    if name in block:
        return block[name]
    head, *tail = name.split("_")
    return block.get(head + "".join(word.title() for word in tail))


def target_of(message: dict[str, Any]) -> tuple[str, str]:
    return next(((kind, message[kind]) for kind in TARGETS if message.get(kind)), ("", ""))


def refusal(message: Any) -> web.Response | None:
    if shape := malformation(message):
        return malformed(*shape)
    kind, _ = target_of(message)
    if not kind:
        return error(400, "INVALID_ARGUMENT", "Recipient of the message is not set.", fcm("INVALID_ARGUMENT"))
    if found := list(violations(message)):
        return invalid(found)
    return oversize(message, MOST_TOPIC_BYTES if kind in ("topic", "condition") else MOST_BYTES)


def malformation(message: Any) -> tuple[str, str] | None:
    if not isinstance(message, dict):
        return "message", "Invalid value at 'message' (type.googleapis.com/google.firebase.fcm.v1.Message)"
    if unknown := message.keys() - FIELDS:
        name = min(unknown)
        return "message", f"Invalid JSON payload received. Unknown name \"{name}\" at 'message': Cannot find field."
    targets = [kind for kind in TARGETS if message.get(kind)]
    if len(targets) > 1:
        return "message", f"Invalid value at 'message' (oneof), oneof field 'target' is already set: '{targets[1]}'"
    for block in ("data", "notification", "android", "webpush", "apns"):
        if not isinstance(message.get(block, {}), dict):
            return f"message.{block}", f"Invalid value at 'message.{block}'"
    for number, value in enumerate(message.get("data", {}).values()):
        if not isinstance(value, str):
            field = f"message.data[{number}].value"
            return field, f"Invalid value at '{field}' (TYPE_STRING), {json.dumps(value)}"
    return None


def violations(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in message.get("data", {}):
        if RESERVED.fullmatch(key):
            yield f"message.data[{key}]", f"Invalid data payload key: {key}"
    topic, condition = message.get("topic"), message.get("condition")
    if topic and not TOPIC.fullmatch(topic):
        yield "message.topic", "Invalid topic name."
    if condition and not 1 <= len(CONDITION_TOPIC.findall(condition)) <= 5:
        yield "message.condition", "Invalid condition expression provided."
    yield from android_violations(message.get("android", {}))
    yield from apns_violations(message.get("apns", {}))
    ttl = message.get("webpush", {}).get("headers", {}).get("TTL")
    if ttl is not None and not str(ttl).isdigit():
        yield "message.webpush.headers[TTL]", "Invalid TTL header."
    label = either(either(message, "fcm_options") or {}, "analytics_label")
    if label and not LABEL.fullmatch(label):
        yield "message.fcm_options.analytics_label", "Invalid analytics label."


def android_violations(android: dict[str, Any]) -> Violations:
    found = []
    ttl = android.get("ttl")
    if ttl is not None:
        match = TTL.fullmatch(ttl) if isinstance(ttl, str) else None
        if match is None:
            found.append(("message.android.ttl", "Invalid duration format; a number of seconds ending in 's'."))
        elif float(ttl[:-1]) > LONGEST_TTL:
            found.append(("message.android.ttl", f"TTL must be between 0 and {LONGEST_TTL} seconds."))
    if str(android.get("priority", "normal")).lower() not in ("normal", "high"):
        found.append(("message.android.priority", "Invalid message priority."))
    return found


def apns_violations(apns: dict[str, Any]) -> Violations:
    found = []
    headers, aps = apns.get("headers", {}), apns.get("payload", {}).get("aps", {})
    if not all(isinstance(value, str) for value in headers.values()):
        found.append(("message.apns.headers", "Invalid value (TYPE_STRING)."))
        return found
    priority = headers.get("apns-priority", "10")
    if priority not in ("1", "5", "10"):
        found.append(("message.apns.headers[apns-priority]", "Invalid APNs priority."))
    if len(headers.get("apns-collapse-id", "").encode()) > 64:
        found.append(("message.apns.headers[apns-collapse-id]", "The collapse identifier exceeds 64 bytes."))
    is_background = aps.get("content-available") == 1 and not {"alert", "badge", "sound"} & aps.keys()
    if is_background and headers.get("apns-priority") == "10":
        found.append(("message.apns.headers[apns-priority]", "Background notifications cannot have priority 10."))
    return found


def oversize(message: dict[str, Any], most: int) -> web.Response | None:
    data, notification = message.get("data", {}), message.get("notification", {})
    common = weight(data) + weight(notification)
    android = message.get("android", {})
    if common + weight(android.get("data", {})) + weight(android.get("notification", {})) > most:
        return too_big("Android message is too big")
    payload = message.get("apns", {}).get("payload")
    if payload and len(json.dumps(payload, ensure_ascii=False).encode()) + common > most:
        return too_big("APNs message is too big")
    return None


def weight(block: dict[str, Any]) -> int:
    return sum(len(key.encode()) + len(str(value).encode()) for key, value in block.items())
