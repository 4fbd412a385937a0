"""The whole life of a notice, in sentences that can be read to a caller: why did she get it, or why not?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notifications.channels.parcel import Verdict
from notifications.models import Attempt, Delivery, Device, DeviceChange, Notice
from notifications.operators import wording
from notifications.operators.insight import HANDED_OVER
from realtime import presence

AROUND = timedelta(days=30)  # so long before and after the notice, what became of devices is told
CHANGES = 10


class Tone(StrEnum):
    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Life:
    lines: Sequence[Line]
    ways: Sequence[tuple[str, Delivery]]
    is_over: bool


def life_of(notice: Notice) -> Life:
    deliveries = list(notice.deliveries.order_by("planned_at", "step", "pk"))
    changes = _changes_around(notice)
    devices = Device.objects.in_bulk({one.device_id for one in [*deliveries, *changes] if one.device_id})
    ways = [(wording.way(one, devices), one) for one in deliveries]
    lines = [
        *(Line(change.at, wording.device_change(change, devices)) for change in changes),
        *_of_notice(notice),
        *_of_sockets(notice),
        *(line for way, delivery in ways for line in _of_delivery(way, delivery)),
        *_of_attempts(ways),
    ]
    is_over = notice.planned_at is not None and not any(one.state in Delivery.ACTIVE for one in deliveries)
    return Life(sorted(lines, key=lambda line: line.at), ways, is_over)


def _of_notice(notice: Notice) -> Iterator[Line]:
    place = "It is in the inbox from now on" if notice.is_listed else "It is not shown in the inbox"
    yield Line(notice.created_at, f"A notice of kind {notice.kind} was told; it is {notice.importance}. {place}.")
    if notice.planned_at:
        yield Line(notice.planned_at, "A worker planned its ways.")
    for at, text, tone in [
        (notice.seen_at, "It was seen in a list.", Tone.GOOD),
        (notice.read_at, "It was read.", Tone.GOOD),
        (notice.archived_at, "It was archived.", Tone.PLAIN),
        (notice.withdrawn_at, "It was withdrawn: what it told of was no longer so.", Tone.PLAIN),
        (notice.expires_at, "It expires: from here on it is not sent any more.", Tone.PLAIN),
    ]:
        if at:
            yield Line(at, text, tone)


def _of_sockets(notice: Notice) -> Iterator[Line]:
    """A cursor knows how far a device has come but not when it came there, so this stands where the notice was told."""
    if notice.offset is None:
        return
    cursors = presence.cursors().filter(user_id=notice.recipient_id, acked__gte=notice.offset)
    for cursor in cursors.order_by("device"):
        is_in_sight = cursor.acked_foreground >= notice.offset
        sight = "while somebody looked at it" if is_in_sight else "in the background"
        text = f"The app on device {cursor.device[-8:]} got it by its socket, {sight}."
        yield Line(notice.created_at, text, Tone.GOOD if is_in_sight else Tone.PLAIN)


def _of_delivery(way: str, delivery: Delivery) -> Iterator[Line]:
    if delivery.ended_at != delivery.planned_at:
        yield Line(delivery.planned_at, f"{way}: {wording.plan(delivery)}.")
    if delivery.received_at:
        yield Line(delivery.received_at, f"{way}: the app confirmed that it arrived.", Tone.GOOD)
    if delivery.opened_at:
        yield Line(delivery.opened_at, f"{way}: it was tapped.", Tone.GOOD)
    if delivery.ended_at and delivery.state not in HANDED_OVER:
        tone = Tone.GOOD if delivery.reason in wording.KNOWS_ALREADY else Tone.BAD
        yield Line(delivery.ended_at, f"{way}: {wording.end(delivery)}.", tone)
    if delivery.state in Delivery.WAITING:
        what = "the next try is due" if delivery.attempts else "it is due, unless it has become needless"
        yield Line(delivery.due_at, f"{way}: {what}.")


def _of_attempts(ways: Iterable[tuple[str, Delivery]]) -> Iterator[Line]:
    by_id = {delivery.pk: (way, delivery) for way, delivery in ways}
    for attempt in Attempt.objects.filter(delivery__in=list(by_id)).order_by("at", "pk"):
        way, delivery = by_id[attempt.delivery_id]
        tone = Tone.GOOD if attempt.verdict == Verdict.ACCEPTED else Tone.BAD
        yield Line(attempt.at, f"{way}: {wording.attempt(attempt, delivery.channel)}.", tone)


def _changes_around(notice: Notice) -> list[DeviceChange]:
    around = (notice.created_at - AROUND, notice.created_at + AROUND)
    changes = DeviceChange.objects.filter(user_id=notice.recipient_id, at__range=around)
    return list(changes.order_by("-at")[:CHANGES])
