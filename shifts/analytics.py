"""How well shifts are covered. All figures are of the shifts that begin in a span of time."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Count, F, Q

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


def coverage(since: datetime, until: datetime, now: datetime) -> Coverage:
    shifts = Shift.objects.filter(start_at__gte=since, start_at__lt=until)
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


def _fill_rate(started: ShiftQuerySet) -> float | None:
    """Of the shifts that have begun and were ever held out, those that somebody works."""
    held_out = started.exclude(status__in=[Shift.Status.DRAFT, Shift.Status.CANCELLED])
    return ratio(held_out.worked().count(), held_out.count())


def _time_to_fill(shifts: ShiftQuerySet) -> float | None:
    """The median from the first offer of a round to somebody's yes."""
    answered = shifts.worked().filter(offered_at__lte=F("assigned_at"))
    waits = [assigned - offered for assigned, offered in answered.values_list("assigned_at", "offered_at")]
    return median(waits).total_seconds() if waits else None
