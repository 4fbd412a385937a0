"""What waits now, and what stands in its way: figures for operators, from the rows alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Min, Q, When

from notifications import catalogue, trees
from notifications.models import ChannelHealth, Delivery, Notice
from notifications.reach import quiet

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Queue:
    """What of a lane is not over. `age` is that of the job that has been due for longest, in seconds."""

    lane: str
    due: int
    sending: int
    retrying: int
    held: int
    age: float


def queues(now: datetime) -> list[Queue]:
    """Lanes in which nothing waits are there, too. Index: delivery_queue, which holds just these rows."""
    is_due = Q(due_at__lte=now)
    is_sending = Q(state=State.SENDING, due_at__gt=now)
    groups = (
        Delivery.objects.active()
        .order_by()
        .values("lane")
        .annotate(
            due=Count("pk", filter=is_due),
            sending=Count("pk", filter=is_sending),
            retrying=Count("pk", filter=Q(state=State.RETRYING, due_at__gt=now)),
            held=Count("pk", filter=Q(state=State.PENDING, due_at__gt=now)),
            oldest=Min("due_at", filter=is_due),
        )
    )
    found = {row["lane"]: row for row in groups}
    return [_queue(lane, found.get(lane), now) for lane in trees.LANES]


def _queue(lane: str, row: Mapping[str, Any] | None, now: datetime) -> Queue:
    if row is None:
        return Queue(lane, 0, 0, 0, 0, 0.0)
    age = (now - row["oldest"]).total_seconds() if row["oldest"] else 0.0
    return Queue(lane, row["due"], row["sending"], row["retrying"], row["held"], age)


@dataclass(frozen=True, slots=True)
class Unplanned:
    count: int
    age: float


def unplanned(now: datetime) -> Unplanned:
    """Notices no worker has looked at yet. More than a moment means that none does. Index: unplanned_notice."""
    waiting = Notice.objects.filter(planned_at=None).aggregate(count=Count("pk"), oldest=Min("created_at"))
    age = (now - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0.0
    return Unplanned(waiting["count"], age)


def held_by_quiet_hours(now: datetime) -> int:
    """Deliveries that wait while their recipients' clocks say quiet. Index: delivery_queue."""
    hours = "notice__recipient__quiet_hours"
    waiting = Delivery.objects.waiting().filter(channel__in=trees.NOISY, due_at__gt=now, is_clear=False)
    groups = (
        waiting.exclude(notice__importance=Notice.Importance.URGENT)
        .filter(**{f"{hours}__isnull": False})
        .order_by()
        .values_list("kind", f"{hours}__zone", f"{hours}__windows")
        .annotate(count=Count("pk"))
    )
    return sum(
        count
        for kind, zone, windows, count in groups
        if catalogue.kind(kind).respects_quiet_hours and quiet.ends_at(windows, zone, now)
    )


def breakers() -> list[ChannelHealth]:
    """Of all that ever failed; what stands open comes first."""
    is_closed = Case(When(state=ChannelHealth.State.CLOSED, then=1), default=0)
    return list(ChannelHealth.objects.order_by(is_closed, "name"))
