"""What rows of the outbox mean, in words for operators."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from notifications import catalogue, trees
from notifications.channels.parcel import Verdict
from notifications.models import Attempt, Delivery, Device, DeviceChange

State = Delivery.State
Reason = Delivery.Reason
What = DeviceChange.What
Devices = Mapping[UUID, Device]

CHANNELS = {
    trees.FCM: "Push (FCM)",
    trees.ONESIGNAL: "Push (OneSignal)",
    trees.EMAIL: "Email",
    trees.SMS: "Text message",
}
PROVIDERS = {trees.FCM: "FCM", trees.ONESIGNAL: "OneSignal", trees.EMAIL: "The mail server", trees.SMS: "Twilio"}

REASONS = {
    Reason.MUTED: "it is off on this channel in the recipient's settings",
    Reason.ACKED: "an app in the foreground had it already",
    Reason.SEEN: "it had been seen already",
    Reason.READ: "it had been read already",
    Reason.DIGESTED: "there were too many of its kind; it is told in a summary",
    Reason.NOT_CONFIGURED: "this server has no access to the provider",
    Reason.STALE: "the device had not been heard of for weeks",
    Reason.INACTIVE: "the account is not active",
    Reason.SUPERSEDED: "something newer took its place",
    Reason.HELD: "it waited on purpose until its time was over",
}
NO_ADDRESS = {
    trees.FCM: "no device was registered, or none any more",
    trees.ONESIGNAL: "there was nobody to push to",
    trees.EMAIL: "there was no verified email address",
    trees.SMS: "there was no verified phone number",
}
KNOWS_ALREADY = {Reason.ACKED, Reason.SEEN, Reason.READ}

VERDICTS = {
    Verdict.ACCEPTED: "took it",
    Verdict.DEAD: "knows no such address any more: the app was removed, or got a new address",
    Verdict.REJECTED: "refused the message as malformed, which is a defect of ours",
    Verdict.MISCONFIGURED: "refused us: our credentials or settings are wrong, and nothing goes until they are mended",
    Verdict.LIMITED: "had too many messages from us",
    Verdict.TRANSIENT: "gave no clear answer; it may have arrived or not",
    Verdict.UNSENT: "could not be reached; it did not arrive",
}

ENDS = {
    State.FAILED: "given up",
    State.DEAD_ADDRESS: "over, since the address is dead",
    State.WITHDRAWN: "not sent, because the notice was withdrawn",
    State.EXPIRED: "not sent any more, because its time was over",
}

CHANGES = {
    What.REGISTERED: "A device was registered",
    What.REFRESHED: "A device was given a new address",
    What.MOVED: "A device was registered by somebody else",
    What.UNBOUND: "A device was unbound",
    What.DIED: "The provider called a device's address dead",
    What.AGED: "A device was deleted, unheard of for too long",
}


def way(delivery: Delivery, devices: Devices) -> str:
    words = CHANNELS.get(delivery.channel, delivery.channel)
    if delivery.device_id:
        words += f" to {device(delivery.device_id, devices)}"
    return f"{words}, taking it off the screen" if delivery.is_clear else words


def device(device_id: UUID, devices: Devices) -> str:
    """By its fingerprint, which is no secret; of one that is gone only the id is known."""
    return str(devices[device_id]) if device_id in devices else f"a device that is gone, {str(device_id)[-8:]}"


def reason(delivery: Delivery) -> str:
    if delivery.reason == Reason.NO_ADDRESS:
        return NO_ADDRESS.get(delivery.channel, "there was no address")
    return REASONS.get(Reason(delivery.reason), delivery.reason) if delivery.reason in Reason else delivery.reason


def plan(delivery: Delivery) -> str:
    if delivery.held_until is None:
        return "planned, to go at once"
    until = f"planned, to wait until {clock(delivery.held_until)}"
    ack_wait = timedelta(seconds=catalogue.kind(delivery.kind).ack_seconds)
    if delivery.step:
        return f"{until} for the ways before it"
    if delivery.held_until <= delivery.planned_at + ack_wait:
        return f"{until} for an app in the foreground to acknowledge it"
    return f"{until}, the end of quiet hours"


def attempt(attempt: Attempt, channel: str) -> str:
    provider = PROVIDERS.get(channel, channel)
    words = f"{provider} {VERDICTS[Verdict(attempt.verdict)]}"
    facts = [attempt.code, f"HTTP {attempt.http}" if attempt.http else "", f"{attempt.milliseconds} ms"]
    words += f" ({', '.join(fact for fact in facts if fact)})"
    if attempt.retry_after is not None:
        words += f"; it asked us to wait {attempt.retry_after:g} s"
    if attempt.error:
        words += f"; it said “{attempt.error.rstrip('.')}”"
    return words


def end(delivery: Delivery) -> str:
    if delivery.state == State.SKIPPED:
        return f"not sent, because {reason(delivery)}"
    words = ENDS[State(delivery.state)]
    if delivery.reason == Reason.HELD:
        return f"not sent, because {reason(delivery)}"
    if delivery.reason:
        return f"{words}, because an operator must first look at this kind of notice ({delivery.reason})"
    return f"{words} ({delivery.code})" if delivery.code and delivery.state == State.FAILED else words


def device_change(change: DeviceChange, devices: Devices) -> str:
    words = f"{CHANGES[What(change.what)]} ({device(change.device_id, devices)})"
    return f"{words}: {change.reason}." if change.reason else f"{words}."


def clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
