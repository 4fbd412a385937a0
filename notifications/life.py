"""The whole life of a notice in sentences that can be read to a caller: why did she get it, or why not?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notifications import wording
from notifications.models import Attempt, Delivery, Device, DeviceChange, Notice
from realtime.models import Cursor, Epoch

State = Delivery.State

BEFORE = timedelta(days=30)  # so long before the notice, what became of her devices is told
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
    deliveries: Sequence[Delivery]

    @property
    def is_over(self) -> bool:
        return not any(delivery.state in Delivery.ACTIVE for delivery in self.deliveries)


def life_of(notice: Notice) -> Life:
    deliveries = list(notice.deliveries.order_by("planned_at", "step", "pk"))
    devices = Device.objects.in_bulk([delivery.device_id for delivery in deliveries if delivery.device_id])
    ways = {delivery.pk: wording.way(delivery, devices.get(delivery.device_id)) for delivery in deliveries}
    attempts = Attempt.objects.filter(delivery__in=list(ways)).order_by("at", "pk")
    lines = [
        *_of_devices(notice),
        *_of_notice(notice),
        *_of_acks(notice),
        *(line for delivery in deliveries for line in _of_delivery(delivery, ways[delivery.pk])),
        *(_of_attempt(attempt, ways[attempt.delivery_id]) for attempt in attempts),
    ]
    return Life(sorted(lines, key=lambda line: line.at), deliveries)


def _of_notice(notice: Notice) -> Iterator[Line]:
    place = "in her inbox from now on" if notice.is_listed else "not shown in the inbox"
    yield Line(notice.created_at, f"Told: a notice of kind {notice.kind}, {notice.importance}; {place}.")
    if notice.planned_at:
        yield Line(notice.planned_at, "A worker planned which ways it goes.")
    for at, text, tone in [
        (notice.seen_at, "She saw it in a list.", Tone.GOOD),
        (notice.read_at, "She read it.", Tone.GOOD),
        (notice.archived_at, "She archived it.", Tone.PLAIN),
        (notice.withdrawn_at, "It was withdrawn: what it told of was no longer so.", Tone.PLAIN),
        (notice.expires_at, "Its time is over: from now on it is not sent any more.", Tone.PLAIN),
    ]:
        if at:
            yield Line(at, text, tone)


def _of_acks(notice: Notice) -> Iterator[Line]:
    """A cursor knows how far a device has come, not when it passed this notice: the line stands where it was told."""
    if notice.offset is None:
        return
    epoch = Epoch.objects.filter(pk=1).values("value")[:1]
    reached = Cursor.objects.filter(user_id=notice.recipient_id, epoch=epoch, acked__gte=notice.offset)
    for cursor in reached.order_by("device"):
        device = cursor.device[:8]
        if cursor.acked_foreground >= notice.offset:
            text = f"Her app on {device} has it by the socket, and was being looked at: no push was needed for that."
            yield Line(notice.created_at, text, Tone.GOOD)
        else:
            yield Line(notice.created_at, f"Her app on {device} has it by the socket, but nobody was looking at it.")


def _of_delivery(delivery: Delivery, way: str) -> Iterator[Line]:
    if delivery.state == State.SKIPPED and not delivery.begun_at:
        yield Line(delivery.planned_at, f"{way}: not sent, because {wording.reason(delivery)}.", Tone.BAD)
        return
    yield Line(delivery.planned_at, f"{way}: {wording.plan(delivery)}.")
    if delivery.received_at:
        yield Line(delivery.received_at, f"{way}: her app confirmed that it arrived.", Tone.GOOD)
    if delivery.opened_at:
        yield Line(delivery.opened_at, f"{way}: she tapped it.", Tone.GOOD)
    if delivery.ended_at and delivery.state not in (State.ACCEPTED, State.OPENED):
        yield Line(delivery.ended_at, f"{way}: {wording.end(delivery)}.", wording.tone_of_end(delivery))


def _of_attempt(attempt: Attempt, way: str) -> Line:
    is_good = attempt.verdict == "accepted"
    return Line(attempt.at, f"{way}: {wording.attempt(attempt)}.", Tone.GOOD if is_good else Tone.BAD)


def _of_devices(notice: Notice) -> Iterable[Line]:
    changes = DeviceChange.objects.filter(
        user_id=notice.recipient_id, at__gte=notice.created_at - BEFORE, at__lte=notice.created_at + BEFORE
    )
    return [Line(change.at, wording.device_change(change)) for change in changes.order_by("-at")[:CHANGES]]
