"""How bookings went in a time: reservations by when they begin, and days that are over by what they came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate

from bookings.models import Provider, ProviderDay, ProviderStats, Reservation
from bookings.operators.scope import AHEAD, Scope
from core.counting import ratio

Status = Reservation.Status

OVER = [Status.COMPLETED, Status.NO_SHOW]


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of those that begin in the time, by the day they begin (UTC)."""

    by_day: Mapping[tuple[date, str], int]

    def count(self, *statuses: str) -> int:
        return sum(count for (_, status), count in self.by_day.items() if status in statuses)

    @property
    def cancellation_rate(self) -> float | None:
        """Of those that were ever booked."""
        return ratio(self.count(Status.CANCELLED), self.count(Status.CANCELLED, *Reservation.SEATED))

    @property
    def no_show_rate(self) -> float | None:
        """Of those at which somebody should have been."""
        return ratio(self.count(Status.NO_SHOW), self.count(*OVER))


@dataclass(frozen=True, slots=True)
class Day:
    """What all local days of this date came to, in one currency."""

    created: int
    revenue: int
    used: int
    offered: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Counters of all time; `made`, `revenue` and `percent` of the time chosen."""

    stats: ProviderStats
    made: int
    revenue: int
    percent: float | None

    @property
    def provider(self) -> Provider:
        return self.stats.provider


def reservations(scope: Scope) -> QuerySet[Reservation]:
    """Their statuses are named, so that an index finds those of one provider."""
    begin = {"start_at__gte": scope.span.start, "start_at__lt": scope.span.end + AHEAD}
    return Reservation.objects.filter(scope.of_provider, status__in=Status.values, **begin)


def fates(scope: Scope) -> Fates:
    day = TruncDate("start_at", tzinfo=UTC)
    counted = reservations(scope).order_by().values_list(day, "status").annotate(count=Count("*"))
    return Fates({(begun_on, status): count for begun_on, status, count in counted})


def days(scope: Scope) -> dict[str, dict[date, Day]]:
    """By currency."""
    sums = {"created": Sum("created"), "revenue": Sum("revenue")}
    sums |= {"used": Sum("used_minutes"), "offered": Sum("offered_minutes")}
    found: dict[str, dict[date, Day]] = {}
    rows = counted_days(scope).order_by("provider__currency", "date").values("date", currency=F("provider__currency"))
    for row in rows.annotate(**{f"of_{name}": sum for name, sum in sums.items()}):
        found.setdefault(row["currency"], {})[row["date"]] = Day(*(row[f"of_{name}"] for name in sums))
    return found


def counted_days(scope: Scope) -> QuerySet[ProviderDay]:
    since, until = scope.span.start.date(), scope.span.end.date()
    return ProviderDay.objects.filter(scope.of_provider, date__gte=since, date__lte=until)


def busiest(scope: Scope, at_most: int) -> list[Busy]:
    """Those with most reservations ever; of one provider, itself."""
    kept = ProviderStats.objects.filter(scope.of_provider).select_related("provider")
    stats = list(kept.order_by("-total_reservations", "pk")[:at_most])
    made = _of_days(scope, [one.pk for one in stats])
    return [Busy(one, *made.get(one.pk, (0, 0, None))) for one in stats]


def _of_days(scope: Scope, providers: Sequence[UUID]) -> dict[UUID, tuple[int, int, float | None]]:
    sums = (
        counted_days(scope)
        .filter(provider__in=providers)
        .order_by()
        .values_list("provider")
        .annotate(Sum("created"), Sum("revenue"), Sum("used_minutes"), Sum("offered_minutes"))
    )
    return {
        provider: (created, revenue, round(100 * used / offered, 1) if offered else None)
        for provider, created, revenue, used, offered in sums
    }
