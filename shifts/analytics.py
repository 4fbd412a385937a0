"""How well shifts are covered. All figures are of the shifts that begin in a span of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from core.counting import count_by_status, ratio
from shifts.models import Shift, ShiftOffer, ShiftQuerySet

ACCEPTED = Q(status__in=[ShiftOffer.Status.ACCEPTED, ShiftOffer.Status.DROPPED], responded_at__isnull=False)
DECLINED = Q(status=ShiftOffer.Status.REJECTED) | Q(status=ShiftOffer.Status.EXPIRED, delivered_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Coverage:
    since: datetime
    until: datetime
    by_status: dict[str, int]
    offers_pending: int
    fill_rate: float | None
    acceptance_rate: float | None
    time_to_fill_s: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """The shifts that begin on a day, by UTC."""

    filled: int = 0
    unfilled: int = 0
    open: int = 0
    time_to_fill_s: float | None = None


def by_day(since: datetime, until: datetime, *, location: str = "") -> dict[date, Day]:
    shifts = _beginning(since, until, location)
    day = TruncDate("start_at", tzinfo=UTC)
    counted = (
        shifts.order_by()
        .values_list(day)
        .annotate(
            filled=Count("pk", filter=Q(status__in=Shift.WORKED)),
            unfilled=Count("pk", filter=Q(status=Shift.Status.UNFILLED)),
            open=Count("pk", filter=Q(status=Shift.Status.OPEN)),
        )
    )
    waits: dict[date, list[timedelta]] = {}
    for begun_on, assigned_at, offered_at in _answered(shifts).values_list(day, "assigned_at", "offered_at"):
        waits.setdefault(begun_on, []).append(assigned_at - offered_at)
    return {begun_on: Day(*counts, _seconds(waits.get(begun_on, []))) for begun_on, *counts in counted}


def coverage(since: datetime, until: datetime, now: datetime, *, location: str = "") -> Coverage:
    shifts = _beginning(since, until, location)
    offers = ShiftOffer.objects.filter(shift__in=shifts)
    counts = offers.aggregate(
        pending=Count("pk", filter=Q(status=ShiftOffer.Status.PENDING)),
        accepted=Count("pk", filter=ACCEPTED),
        declined=Count("pk", filter=DECLINED),
    )
    return Coverage(
        since=since,
        until=until,
        by_status=count_by_status(shifts, Shift.Status.values),
        offers_pending=counts["pending"],
        fill_rate=_fill_rate(shifts.filter(start_at__lte=now)),
        acceptance_rate=ratio(counts["accepted"], counts["accepted"] + counts["declined"]),
        time_to_fill_s=_time_to_fill(shifts),
    )


def _beginning(since: datetime, until: datetime, location: str) -> ShiftQuerySet:
    shifts = Shift.objects.filter(start_at__gte=since, start_at__lt=until)
    return shifts.filter(location_name=location) if location else shifts


def _fill_rate(started: ShiftQuerySet) -> float | None:
    """Of the shifts that have begun and were ever held out, those that somebody works."""
    held_out = started.exclude(status__in=[Shift.Status.DRAFT, Shift.Status.CANCELLED])
    return ratio(held_out.worked().count(), held_out.count())


def _time_to_fill(shifts: ShiftQuerySet) -> float | None:
    """The median from the first offer of a round to somebody's yes."""
    return _seconds(
        [assigned - offered for assigned, offered in _answered(shifts).values_list("assigned_at", "offered_at")]
    )


def _answered(shifts: ShiftQuerySet) -> ShiftQuerySet:
    return shifts.worked().filter(offered_at__lte=F("assigned_at"))


def _seconds(waits: Sequence[timedelta]) -> float | None:
    return median(waits).total_seconds() if waits else None
