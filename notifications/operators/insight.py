"""How notifications are doing: figures for operators, from the rows alone, so that every process answers the same.

What is counted over a time is what was planned in it. A delivery is:

* handed over: a provider accepted it;
* lost: it should have gone and did not (failed, dead address, or expired although it was not held on purpose so long);
* out: it was not to go (muted, read, acknowledged, withdrawn, stale, ...), and has no part in any rate;
* waiting: not over yet.

The delivery rate is handed over ÷ (handed over + lost). Clears, which only take notices off screens, are not counted.
The dwell time is from the commit that told of a notice to the moment its hand-over was written down; of a delivery that
was held on purpose, from the end of that. A group is one query, whatever it finds.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from core.measuring import Parts, Percentiles, Seconds
from notifications.conf import limits
from notifications.models import Delivery, Device, DeviceChange, Notice

State = Delivery.State
Reason = Delivery.Reason

HANDED_OVER = [State.ACCEPTED, State.OPENED]
IS_HANDED_OVER = Q(state__in=HANDED_OVER)
IS_LOST = Q(state__in=[State.FAILED, State.DEAD_ADDRESS]) | Q(state=State.EXPIRED) & ~Q(reason=Reason.HELD)
IS_WAITING = Q(state__in=Delivery.ACTIVE)
WAIT = Seconds(Coalesce("held_until", "notice__created_at"), "ended_at")
ALL = Q()
COUNTS = {
    "handed_over": Count("pk", filter=IS_HANDED_OVER),
    "lost": Count("pk", filter=IS_LOST),
    "waiting": Count("pk", filter=IS_WAITING),
    "count": Count("pk"),
}


def ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(slots=True)
class Tally:
    """Of deliveries that have something in common."""

    handed_over: int = 0
    lost: int = 0
    waiting: int = 0
    count: int = 0
    received: int = 0
    opened: int = 0

    def add(self, other: Self) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def out(self) -> int:
        return self.count - self.handed_over - self.lost - self.waiting

    @property
    def rate(self) -> float | None:
        return ratio(self.handed_over, self.handed_over + self.lost)

    @property
    def received_rate(self) -> float | None:
        """As apps confirm it; one that does not counts as not received. Only pushes are confirmed."""
        return ratio(self.received, self.handed_over)

    @property
    def opened_rate(self) -> float | None:
        return ratio(self.opened, self.handed_over)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many deliveries of a kind on a lane ended, or wait, in the same way."""

    kind: str
    channel: str
    lane: str
    state: str
    reason: str
    code: str
    tally: Tally


def outcomes(since: datetime, until: datetime, only: Q = ALL) -> list[Outcome]:
    """What is counted about a window comes from here: its figures are sums of these. Index: delivery_planned."""
    groups = (
        _planned(since, until, only)
        .values_list("kind", "channel", "lane", "state", "reason", "code")
        .annotate(**COUNTS, received=Count("received_at"), opened=Count("opened_at"))
    )
    return [
        Outcome(kind, channel, lane, state, reason, code, Tally(*counts))
        for kind, channel, lane, state, reason, code, *counts in groups
    ]


def total(since: datetime, until: datetime) -> Tally:
    """Of the window; nothing is confirmed in it. Index: delivery_planned."""
    return Tally(**_planned(since, until, ALL).aggregate(**COUNTS))


def tallies_over_time(parts: Parts, only: Q = ALL) -> dict[str, list[Tally]]:
    """Of each channel; nothing is confirmed in them. Index: delivery_planned."""
    # Apart from the others: grouped by time as well, PostgreSQL would sort all rows by all columns.
    planned = _planned(parts.since, parts.until, only)
    groups = planned.values_list("channel", parts.number_of("planned_at")).annotate(**COUNTS)
    found: defaultdict[str, list[Tally]] = defaultdict(lambda: [Tally() for _ in range(parts.count)])
    for channel, part, *counted in groups:
        found[channel][part] = Tally(*counted)
    return dict(sorted(found.items()))


def tallies(of: Iterable[Outcome], *by: str) -> dict[tuple[str, ...], Tally]:
    """Such as `tallies(outcomes, "kind", "channel")`."""
    sums: defaultdict[tuple[str, ...], Tally] = defaultdict(Tally)
    for outcome in of:
        sums[tuple(getattr(outcome, name) for name in by)].add(outcome.tally)
    return dict(sorted(sums.items()))


def counts(of: Iterable[Outcome], *by: str) -> dict[tuple[str, ...], int]:
    """The most frequent first."""
    sums: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for outcome in of:
        sums[tuple(getattr(outcome, name) for name in by)] += outcome.tally.count
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def failures(of: Iterable[Outcome]) -> dict[tuple[str, ...], int]:
    """By channel, state and code."""
    lost = tallies((outcome for outcome in of if outcome.tally.lost), "channel", "state", "code")
    return dict(sorted(((key, tally.lost) for key, tally in lost.items()), key=lambda item: (-item[1], item[0])))


def skips(of: Iterable[Outcome]) -> dict[tuple[str, ...], int]:
    """By reason and channel."""
    return counts((outcome for outcome in of if outcome.state == State.SKIPPED), "reason", "channel")


@dataclass(frozen=True, slots=True)
class Dwell:
    """Seconds until hand-over, of deliveries of a kind on a channel that were held on purpose, or that were not."""

    kind: str
    channel: str
    is_held: bool
    count: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Told:
    """Notices, and those of them that a worker has looked at."""

    count: int
    planned: int


def dwells(since: datetime, until: datetime, *by: str, only: Q = ALL) -> list[Dwell]:
    """Per kind and channel, or per what `by` names of the two. Index: delivery_planned."""
    groups = (
        _handed_over(since, until, only)
        .annotate(is_held=Q(held_until__isnull=False))
        .values("is_held", *(by or ("kind", "channel")))
        .annotate(count=Count("pk"), percentiles=Percentiles(WAIT))
        .order_by("is_held", *(by or ("kind", "channel")))
    )
    return [
        Dwell(row.get("kind", ""), row.get("channel", ""), row["is_held"], row["count"], *row["percentiles"])
        for row in groups
    ]


def dwells_over_time(parts: Parts, only: Q = ALL) -> list[Sequence[float] | None]:
    """p50, p95 and p99 of what went at once; None where nothing did. Index: delivery_planned."""
    immediate = _handed_over(parts.since, parts.until, only).filter(held_until=None)
    found = dict(immediate.values_list(parts.number_of("planned_at")).annotate(percentiles=Percentiles(WAIT)))
    return [found.get(part) for part in range(parts.count)]


def told(since: datetime, until: datetime, kind: str = "") -> Told:
    """Index: notice_created."""
    notices = Notice.objects.filter(created_at__gte=since, created_at__lt=until)
    wanted = notices.filter(kind=kind) if kind else notices
    return Told(**wanted.aggregate(count=Count("pk"), planned=Count("planned_at")))


def _planned(since: datetime, until: datetime, only: Q) -> QuerySet[Delivery]:
    return Delivery.objects.filter(only, planned_at__gte=since, planned_at__lt=until, is_clear=False).order_by()


def _handed_over(since: datetime, until: datetime, only: Q) -> QuerySet[Delivery]:
    return _planned(since, until, only).filter(IS_HANDED_OVER, ended_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Fleet:
    """The devices of a platform. Only fresh ones are pushed to."""

    platform: str
    fresh: int
    stale: int
    dead: int


def fleet(now: datetime) -> list[Fleet]:
    """Reads all devices."""
    is_stale = Q(last_seen_at__lt=now - timedelta(days=limits.stale_days))
    groups = (
        Device.objects.order_by("platform")
        .values_list("platform")
        .annotate(
            fresh=Count("pk", filter=Q(is_enabled=True) & ~is_stale),
            stale=Count("pk", filter=Q(is_enabled=True) & is_stale),
            dead=Count("pk", filter=Q(is_enabled=False)),
        )
    )
    return [Fleet(*group) for group in groups]


def device_changes(since: datetime) -> dict[str, int]:
    """How often each thing happened to an address. Index on `at`."""
    changes = DeviceChange.objects.filter(at__gte=since).order_by()
    found = dict(changes.values_list("what").annotate(count=Count("pk")))
    return {what.value: found.get(what, 0) for what in DeviceChange.What}


def device_changes_by_day(since: datetime) -> dict[date, dict[str, int]]:
    """Days in UTC, newest first. Index on `at`."""
    changes = DeviceChange.objects.filter(at__gte=since).annotate(day=TruncDate("at")).order_by()
    days: defaultdict[date, dict[str, int]] = defaultdict(lambda: {what.value: 0 for what in DeviceChange.What})
    for day, what, count in changes.values_list("day", "what").annotate(count=Count("pk")):
        days[day][what] = count
    return dict(sorted(days.items(), reverse=True))
