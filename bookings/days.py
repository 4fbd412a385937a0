"""What the local days of providers that are over came to, counted once: whatever changes it later also changes the row,
or takes it away (`bookings.stats`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, Least

from bookings import stats
from bookings.models import Provider, ProviderDay, Reservation
from bookings.occupancy import NO_TIME, Block, blocks, occupancy_of
from bookings.schedule import local_date
from core.clocks import DAY, Interval, clock_change, local_day, offsets_differ
from core.sweeping import each
from core.unit import unit
from payments.models import LedgerEntry

MOST = 20_000  # days that are counted in one sweep
SETTLED = timedelta(minutes=5)  # after its end: whoever booked on that day has committed, or never will

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def count_everywhere(now: datetime) -> None:
    """Beat: all days that are over and were not counted. Each in a unit of its own."""
    each(islice(_due(now - SETTLED), MOST), _count)


@unit
def count(provider_id: UUID, day: date) -> None:
    """Whoever changes what is counted waits, and then finds the row."""
    stats.locked(provider_id)
    provider = Provider.objects.get(pk=provider_id)
    ProviderDay.objects.get_or_create(provider=provider, date=day, defaults=_figures(provider, day))


def made_in(provider: Provider, span: Interval) -> int:
    """Reservations, without those that nobody took up."""
    made = Reservation.objects.filter(provider=provider, created_at__gte=span.start, created_at__lt=span.end)
    return made.exclude(status=Reservation.Status.EXPIRED).count()


def revenue_in(provider: Provider, span: Interval) -> int:
    """In minor units of its currency, less what was given back."""
    entries = LedgerEntry.objects.filter(payee=provider.payee, currency=provider.currency)
    of_span = entries.filter(occurred_at__gte=span.start, occurred_at__lt=span.end)
    return of_span.aggregate(sum=Sum("amount"))["sum"] or 0


def hours_shown(span: Interval, zone: str) -> Iterator[tuple[int, Interval]]:
    """What the clocks of `zone` show, hour by hour; one that they show twice comes twice."""
    clock, start = ZoneInfo(zone), span.start
    while start < span.end:
        local = start.astimezone(clock)
        end = start + HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        if offsets_differ(clock, start, end):
            end = clock_change(clock, start, end)
        yield local.hour, Interval(start, min(end, span.end))
        start = end


def _count(due: tuple[UUID, date]) -> None:
    count(*due)


def _figures(provider: Provider, day: date) -> dict[str, Any]:
    span = local_day(day, provider.zone)
    found = blocks(provider, span)
    of_day = occupancy_of(found, span, provider.capacity)
    shown = list(hours_shown(span, provider.zone))
    return {
        "created": made_in(provider, span),
        "revenue": revenue_in(provider, span),
        "offered_minutes": of_day.offered // MINUTE,
        "used_minutes": of_day.used // MINUTE,
        "load": _by_hour((hour, _used(found, time)) for hour, time in shown),
        "lengths": _by_hour((hour, time.end - time.start) for hour, time in shown),
    }


def _used(found: Iterable[Block], span: Interval) -> timedelta:
    return sum((block.used * block.time.shared_with(span) for block in found if block.used), NO_TIME)


def _by_hour(times: Iterable[tuple[int, timedelta]]) -> list[int]:
    """Minutes of each of the 24."""
    by_hour: Counter[int] = Counter()
    for hour, time in times:
        by_hour[hour] += time // MINUTE
    return [by_hour[hour] for hour in range(24)]


def _due(settled: datetime) -> Iterator[tuple[UUID, date]]:
    """Of providers that have fewer rows than days, those days that have none."""
    made = Reservation.objects.filter(provider=OuterRef("pk")).order_by("created_at").values("created_at")[:1]
    begun = Least("created_at", Coalesce(Subquery(made), F("created_at")))
    providers = Provider.objects.annotate(begun_at=begun, counted=Count("days")).order_by("pk")
    for provider in providers.iterator():
        first, today = local_date(provider.begun_at, provider), local_date(settled, provider)
        if provider.counted < (today - first).days:
            yield from ((provider.pk, day) for day in _uncounted(provider, first, today))


def _uncounted(provider: Provider, first: date, today: date) -> list[date]:
    counted = set(provider.days.values_list("date", flat=True))
    days = (first + n * DAY for n in range((today - first).days))
    return [day for day in days if day not in counted]
