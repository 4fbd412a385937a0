"""How a provider's business goes, by the seed's names: today against the same part of the day a week before.

Counters are read, not counted; what is over is read by the day (`bookings.days`), and the rest counts a few rows that
an index finds. Money is in minor units. What cannot be divided is None.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q

from bookings.days import made_in, revenue_in
from bookings.models import Invoice, Provider, ProviderDay, ProviderStats, Subscription
from bookings.occupancy import occupancy, percent
from bookings.schedule import local_date
from core.clocks import DAY, INSTANT, Interval, at_or_after, local_day
from core.counting import percent_change

WEEK = 7 * DAY
PEAK_WEEKS = 8  # full ones, from Monday
PEAKS = 3
PEAK_MINUTES = 180  # of such an hour in all these weeks: it came three times
SERIES_DAYS = 28  # today included
LEAST_RATINGS = 3
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Trend:
    """`state`: new, where nothing was before; flat, where nothing is either."""

    delta: int
    pct: float | None
    direction: int
    state: str | None


@dataclass(frozen=True, slots=True)
class PeakHour:
    """`weekday` is 0 on Monday; `load` is how many seats were taken on average in such an hour."""

    weekday: int
    hour: int
    load: float


@dataclass(frozen=True, slots=True)
class Day:
    """None where nobody has counted it yet."""

    date: date
    created: int | None
    revenue: int | None
    utilization: float | None


@dataclass(frozen=True, slots=True)
class Windows:
    """What is compared with what, and when the peaks were: days, the second not included."""

    today: Interval
    week_before: Interval
    peaks: tuple[date, date]


@dataclass(frozen=True, slots=True)
class ProviderFigures:
    """`capacityUtilization`: of today's seats, weighed by their time, until now. `capacityTrend`: in percentage points.
    The other trends are the percentages of `trends`.
    """

    as_of: datetime
    zone: str
    currency: str
    windows: Windows
    totalReservations: int  # noqa: N815
    confirmedReservations: int  # noqa: N815
    totalRevenue: int  # noqa: N815
    averageRating: float | None  # noqa: N815
    peakHours: list[PeakHour]  # noqa: N815
    todayReservations: int  # noqa: N815
    reservationTrend: float | None  # noqa: N815
    todayRevenue: int  # noqa: N815
    revenueTrend: float | None  # noqa: N815
    capacityUtilization: float | None  # noqa: N815
    capacityTrend: float | None  # noqa: N815
    activeSubscriptions: int  # noqa: N815
    subscriptionTrend: float | None  # noqa: N815
    trends: dict[str, Trend]
    series: list[Day]


def provider(provider: Provider, now: datetime) -> ProviderFigures:
    windows = _windows(provider, now)
    stats = ProviderStats.objects.filter(pk=provider.pk).first() or ProviderStats()
    days = list(provider.days.filter(date__gte=windows.peaks[0]).order_by("date"))
    (made, made_before), (revenue, revenue_before), (used, used_before) = (
        (figure(provider, windows.today), figure(provider, windows.week_before))
        for figure in (_made, _revenue, _utilization)
    )
    trends = {
        "reservations": trend(made, made_before),
        "revenue": trend(revenue, revenue_before),
        "subscriptions": trend(
            stats.active_subscriptions, _active_at(provider, windows.week_before.end, stats.active_subscriptions)
        ),
    }
    return ProviderFigures(
        as_of=now,
        zone=provider.zone,
        currency=provider.currency,
        windows=windows,
        totalReservations=stats.total_reservations,
        confirmedReservations=stats.confirmed_reservations,
        totalRevenue=stats.revenue,
        averageRating=average_rating(stats),
        peakHours=_peak_hours(day for day in days if day.date < windows.peaks[1]),
        todayReservations=made,
        reservationTrend=trends["reservations"].pct,
        todayRevenue=revenue,
        revenueTrend=trends["revenue"].pct,
        capacityUtilization=used,
        capacityTrend=None if used is None or used_before is None else round(used - used_before, 1),
        activeSubscriptions=stats.active_subscriptions,
        subscriptionTrend=trends["subscriptions"].pct,
        trends=trends,
        series=_series(provider, days, Day(local_date(now, provider), made, revenue, used)),
    )


def trend(value: int, before: int) -> Trend:
    delta = value - before
    return Trend(
        delta=delta,
        pct=percent_change(before, value),
        direction=(delta > 0) - (delta < 0),
        state=None if before or value < 0 else "new" if value else "flat",
    )


def average_rating(stats: ProviderStats) -> float | None:
    """Of a few nothing is said: each of them would be known by it."""
    return round(stats.rating_sum / stats.rating_count, 2) if stats.rating_count >= LEAST_RATINGS else None


def _windows(provider: Provider, now: datetime) -> Windows:
    """The clocks of a week ago showed what they show now; where they skipped that, it is the moment they did."""
    local = now.astimezone(ZoneInfo(provider.zone))
    today = local.date()
    before = today - WEEK
    monday = today - today.weekday() * DAY
    return Windows(
        today=Interval(local_day(today, provider.zone).start, now),
        week_before=Interval(local_day(before, provider.zone).start, at_or_after(before, local.time(), provider.zone)),
        peaks=(monday - PEAK_WEEKS * WEEK, monday),
    )


def _made(provider: Provider, span: Interval) -> int:
    return made_in(provider, _through(span))


def _revenue(provider: Provider, span: Interval) -> int:
    return revenue_in(provider, _through(span))


def _through(span: Interval) -> Interval:
    """What happens in this moment is seen in it."""
    return Interval(span.start, span.end + INSTANT)


def _utilization(provider: Provider, span: Interval) -> float | None:
    return occupancy(provider, span).percent


def _active_at(provider: Provider, at: datetime, active: int) -> int:
    """From how many are now, back by what has changed since."""
    begun = Exists(Invoice.objects.filter(subscription=OuterRef("pk"), period=0, status=Invoice.Status.PAID))
    status = Subscription.Status
    since = Subscription.objects.filter(provider=provider, updated_at__gt=at).aggregate(
        begun=Count("pk", filter=Q(status__in=Subscription.RUNNING, anchor_at__gt=at)),
        ended=Count(
            "pk",
            filter=Q(begun | Q(price=0), status__in=[status.CANCELLED, status.EXPIRED], anchor_at__lte=at),
        ),
    )
    return active - since["begun"] + since["ended"]


def _peak_hours(days: Iterable[ProviderDay]) -> list[PeakHour]:
    """The hours of the week in which most seats were taken; between equals, the earlier hour."""
    load: Counter[tuple[int, int]] = Counter()
    lengths: Counter[tuple[int, int]] = Counter()
    for day in days:
        for hour in range(24):
            load[day.date.weekday(), hour] += day.load[hour]
            lengths[day.date.weekday(), hour] += day.lengths[hour]
    known = {at: load[at] / lengths[at] for at in lengths if lengths[at] >= PEAK_MINUTES and load[at]}
    highest = sorted(known, key=lambda at: (-known[at], at[1], at[0]))[:PEAKS]
    return [PeakHour(weekday, hour, round(known[weekday, hour], 2)) for weekday, hour in highest]


def _series(provider: Provider, days: Sequence[ProviderDay], today: Day) -> list[Day]:
    counted = {day.date: day for day in days}
    before = [today.date - n * DAY for n in range(SERIES_DAYS - 1, 0, -1)]
    past = [_day(date, counted.get(date)) for date in before if not local_day(date, provider.zone).is_empty]
    return [*past, today]


def _day(date: date, counted: ProviderDay | None) -> Day:
    if counted is None:
        return Day(date, None, None, None)
    offered, used = counted.offered_minutes * MINUTE, counted.used_minutes * MINUTE
    return Day(date, counted.created, counted.revenue, percent(used, offered))
