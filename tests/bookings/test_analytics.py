"""A provider's figures, by hand and by a slow recomputation of all rows."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings import analytics, auditing, days, stats
from bookings.analytics import Day, PeakHour, Trend
from bookings.models import Invoice, Plan, Provider, ProviderStats, Reservation, Slot, Subscription
from bookings.schedule import hours_of, offered
from bookings.services import reservations, subscriptions
from core.clocks import DAY, INSTANT, Interval, at_or_after, local_day
from core.unit import unit
from payments.models import LedgerEntry, Payment
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ProviderFactory, ServiceFactory
from tests.properties import tries

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
WEEK = 7 * DAY

numbers = count()


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-06-17 12:00")  # a Wednesday


@pytest.fixture
def spa():
    """Two seats an hour, at all hours, paid at the desk."""
    provider = ProviderFactory(accepts_cash=True)
    return ServiceFactory(provider=provider, price=500_00, requires_payment=False)


def enter(reservation, amount, at):
    """Money that moved then, by the ledger."""
    payment = Payment.objects.get(subject_key=str(reservation.pk))
    with unit():
        stats.entered(reservation.provider, entry_of(payment, amount, at))


def entry_of(payment, amount, at):
    kind = LedgerEntry.Kind.CHARGE if amount > 0 else LedgerEntry.Kind.REFUND
    terms = {"payee": payment.payee, "currency": payment.currency, "dedupe_key": f"entry {next(numbers)}"}
    return LedgerEntry.objects.create(payment=payment, kind=kind, amount=amount, occurred_at=at, **terms)


def figures(service, now=NOW):
    return analytics.provider(Provider.objects.get(pk=service.provider_id), now)


class TestTrend:
    @pytest.mark.parametrize(
        ("value", "before", "trend"),
        [
            (3, 2, Trend(1, 50.0, 1, None)),
            (1, 3, Trend(-2, -66.7, -1, None)),
            (2, 2, Trend(0, 0.0, 0, None)),
            (2, 0, Trend(2, None, 1, "new")),
            (0, 0, Trend(0, None, 0, "flat")),
            (-5, 0, Trend(-5, None, -1, None)),
            (5, -5, Trend(10, None, 1, None)),
        ],
    )
    def test_it_is_in_percent_of_what_was_before_if_anything_was(self, value, before, trend):
        assert analytics.trend(value, before) == trend


class TestToday:
    def test_of_nothing_there_is_nothing_to_say(self, spa):
        shown = figures(spa)

        assert (shown.totalReservations, shown.todayRevenue, shown.capacityUtilization) == (0, 0, 0.0)
        assert (shown.reservationTrend, shown.revenueTrend, shown.subscriptionTrend) == (None, None, None)
        assert (shown.averageRating, shown.peakHours, shown.capacityTrend) == (None, [], 0.0)
        assert (shown.as_of, shown.zone, shown.currency) == (NOW, "UTC", "EGP")

    def test_where_nothing_is_offered_nothing_can_be_divided(self, spa):
        Provider.objects.update(is_active=False)

        assert (figures(spa).capacityUtilization, figures(spa).capacityTrend) == (None, None)

    def test_reservations_are_compared_with_those_until_the_same_hour_a_week_ago(self, spa, reserve):
        for hour in (0, 12):
            reserve(spa, start_at=NOW + WEEK, now=NOW.replace(hour=hour))
        for hour in (0, 12, 13):
            reserve(spa, start_at=NOW + DAY + hour * HOUR, now=NOW.replace(hour=hour) - WEEK)
        reserve(spa, start_at=NOW + 2 * DAY, now=NOW.replace(hour=12, minute=1) - WEEK)
        reserve(spa, start_at=NOW + 2 * DAY, now=NOW.replace(hour=0) - INSTANT)

        shown = figures(spa)

        assert (shown.totalReservations, shown.todayReservations) == (7, 2)
        assert (shown.trends["reservations"], shown.reservationTrend) == (Trend(0, 0.0, 0, None), 0.0)

    def test_so_is_what_was_earned_less_what_was_given_back(self, spa, reserve):
        for paid_at, hour in [(NOW, 1), (NOW - HOUR, 2), (NOW - WEEK, 3), (NOW - WEEK + HOUR, 4)]:
            reserved = reserve(spa, start_at=NOW + 8 * DAY + hour * HOUR, now=paid_at)
            reservations.take_cash(reserved, now=paid_at)
        enter(reserved, -100_00, NOW)
        enter(reserved, -1, NOW + INSTANT)

        shown = figures(spa)

        assert (shown.totalRevenue, shown.todayRevenue, shown.revenueTrend) == (1900_00 - 1, 900_00, 80.0)

    def test_utilization_is_of_the_seats_until_now_and_moves_in_points(self, spa, reserve):
        reserve(spa, start_at=NOW - 2 * HOUR, seats=2, now=NOW - DAY)
        reserve(spa, start_at=NOW, now=NOW - DAY)
        reserve(spa, start_at=NOW - WEEK - HOUR, now=NOW - WEEK - DAY)

        shown = figures(spa, NOW + HOUR / 2)

        # Two hours and a half of 25; a week before it was one.
        assert (shown.capacityUtilization, shown.capacityTrend) == (10.0, 6.0)

    def test_a_week_before_is_by_the_clocks(self):
        """In Cairo they were put forward in between, and once they skipped what they show now."""
        spa = ServiceFactory(provider=ProviderFactory(zone="Africa/Cairo"))
        spring = figures(spa, utc("2026-04-26 09:00")).windows
        skipped = figures(spa, utc("2026-04-30 21:30")).windows

        assert (spring.today.end, spring.week_before.end) == (utc("2026-04-26 09:00"), utc("2026-04-19 10:00"))
        assert (skipped.today.start, skipped.week_before) == (
            utc("2026-04-30 21:00"),
            Interval(utc("2026-04-23 22:00"), utc("2026-04-23 22:00")),
        )


class TestRating:
    def test_of_fewer_than_three_nothing_is_said(self, spa):
        row = ProviderStats.objects.filter(provider=spa.provider)
        row.update(rating_sum=9, rating_count=2)
        assert figures(spa).averageRating is None

        row.update(rating_sum=13, rating_count=3)
        assert figures(spa).averageRating == 4.33


class TestSubscriptions:
    def test_they_are_compared_with_those_that_were_active_a_week_ago(self, spa):
        free, paid = PlanFactory(provider=spa.provider, price=0), PlanFactory(provider=spa.provider)

        def subscribe(plan, at, by="stripe"):
            return subscriptions.subscribe(UserFactory(), plan, by=by, now=at)

        for at in (NOW - 8 * DAY, NOW - DAY):
            subscribe(free, at)
            subscribe(paid, at, by="cash")
            subscriptions.cancel_subscription(subscribe(free, at), now=NOW - HOUR)
            subscribe(paid, at)  # nobody pays
        subscriptions.cancel_subscription(subscribe(free, NOW - 9 * DAY), now=NOW - 8 * DAY)
        subscriptions.cancel_subscription(subscribe(paid, NOW - 9 * DAY), now=NOW - HOUR)

        shown = figures(spa)

        assert (shown.activeSubscriptions, shown.trends["subscriptions"]) == (4, Trend(1, 33.3, 1, None))


class TestWeeks:
    def test_peaks_are_the_fullest_hours_of_the_last_eight_weeks(self, spa, reserve):
        monday = utc("2026-06-15 00:00")
        booked = [(1, 10, 2, range(1, 9)), (4, 18, 1, range(1, 9)), (2, 18, 1, range(1, 9)), (6, 7, 2, [3])]
        for weekday, hour, seats, weeks in booked:
            for ago in weeks:
                start_at = monday - ago * WEEK + weekday * DAY + hour * HOUR
                reserve(spa, start_at=start_at, seats=seats, now=start_at - DAY)
        reserve(spa, start_at=monday + HOUR, seats=2, now=monday)  # this week is not full
        Provider.objects.update(created_at=monday - 8 * WEEK)
        days.count_everywhere(NOW)

        assert figures(spa).peakHours == [PeakHour(1, 10, 2.0), PeakHour(2, 18, 1.0), PeakHour(4, 18, 1.0)]

    def test_what_came_fewer_than_three_times_is_no_peak(self, spa, reserve):
        for ago in (1, 2):
            start_at = utc("2026-06-16 10:00") - ago * WEEK
            reserve(spa, start_at=start_at, now=start_at - DAY)
        Provider.objects.update(created_at=NOW - 2 * WEEK - 2 * DAY)
        days.count_everywhere(NOW)

        assert figures(spa).peakHours == []

    def test_the_series_ends_with_today_and_knows_what_was_counted(self, spa, reserve):
        reserve(spa, start_at=NOW - DAY, seats=2, now=NOW - 2 * DAY)
        Provider.objects.update(created_at=NOW - 2 * DAY)
        days.count_everywhere(NOW)

        series = figures(spa).series

        assert [day.date for day in series] == [date(2026, 6, 17) - ago * DAY for ago in range(27, -1, -1)]
        assert series[:25] == [Day(day.date, None, None, None) for day in series[:25]]
        assert [(day.created, day.revenue, day.utilization) for day in series[25:]] == [
            (1, 0, 0.0),
            (0, 0, 4.2),
            (0, 0, 0.0),
        ]


# The slow recomputation: quarter of an hour by quarter of an hour, of all rows.

CHANGES = {
    "Africa/Cairo": ["2026-04-23 22:00", "2026-10-29 21:00"],
    "Australia/Lord_Howe": ["2026-04-04 15:00", "2026-10-03 15:30"],
    "Pacific/Apia": ["2011-12-30 10:00", "2012-03-31 14:00"],
    "America/New_York": ["2026-03-08 07:00", "2026-11-01 06:00"],
    "Asia/Kathmandu": ["2026-01-01 00:00"],
}
Status = Reservation.Status
WEEKLY = [{"weekday": day, "start": "08:00", "end": "02:00"} for day in range(5)]


def tell(draw):
    """Any history of a provider until `now`, near a clock change, written as rows."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = utc(draw(st.sampled_from(CHANGES[zone])))
    now = change + draw(st.integers(-8, 9 * 96)) * QUARTER
    provider = ProviderFactory(zone=zone, capacity=draw(st.sampled_from([None, 3])), hours=WEEKLY)
    Provider.objects.filter(pk=provider.pk).update(created_at=now - draw(st.integers(1, 66)) * DAY)
    users = [UserFactory() for _ in range(3)]
    services = [
        ServiceFactory(provider=provider, duration_minutes=60),
        ServiceFactory(provider=provider, duration_minutes=90, buffer_minutes=15, hours=WEEKLY[2:]),
    ]
    for at in draw(st.lists(st.integers(0, 68 * 3), max_size=12, unique=True)):
        service = services[at % 2]
        day = (now - at // 3 * DAY + DAY).astimezone(ZoneInfo(zone)).date()
        if slots := offered(service, hours_of(service, day, day), day):
            book(draw, service, slots[at % len(slots)], users, now)
    payment = Payment.objects.create(
        subject_kind="any", subject_key=str(provider.pk), payer=users[0], payee=provider.payee, gateway="cash",
        amount=1, currency=provider.currency, created_at=now,
    )  # fmt: skip
    for ago, amount in draw(st.lists(st.tuples(st.integers(0, 40 * 96), st.integers(-9, 9)), max_size=6)):
        if amount:
            entry_of(payment, amount, now - ago * QUARTER)
    for ago in draw(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=4)):
        subscribe(draw, provider, max(ago) * QUARTER, min(ago) * QUARTER, now)
    return provider, now


def book(draw, service, slot, users, now):
    is_closed = draw(st.integers(0, 5)) == 0
    statuses = [Status.CANCELLED, Status.EXPIRED] if is_closed else list(Status)
    row = Slot(
        provider=service.provider,
        service=service,
        start_at=slot.start,
        end_at=slot.end,
        capacity=4,
        is_closed=is_closed,
    )
    made = []
    for user, status in zip(users, draw(st.lists(st.sampled_from(statuses), max_size=3)), strict=False):
        seats, created_at = draw(st.integers(1, 2)), slot.start - draw(st.integers(1, 20 * 96)) * QUARTER
        if row.held + row.confirmed + seats > row.capacity or created_at > now:
            continue
        row.held += seats if status == Status.PENDING else 0
        row.confirmed += seats if status in Reservation.SEATED else 0
        made.append(
            Reservation(
                user=user, provider=service.provider, service=service, slot=row, service_name="Massage",
                start_at=slot.start, end_at=slot.end, zone=service.provider.zone, seats=seats, status=status, price=0,
                currency="EGP", created_at=created_at, updated_at=created_at,
                hold_expires_at=slot.start if status == Status.PENDING else None,
                confirmed_at=created_at if status in Reservation.SEATED else None,
                cancelled_at=created_at if status == Status.CANCELLED else None,
            )
        )  # fmt: skip
    row.save()
    Reservation.objects.bulk_create(made)


def subscribe(draw, provider, began, ended, now):
    """Anything that may have become of one that began and perhaps ended so long ago."""
    status = draw(st.sampled_from(Subscription.Status.values))
    price = draw(st.sampled_from([0, 100]))
    was_paid = draw(st.booleans()) or status in Subscription.RUNNING
    plan = Plan.objects.create(provider=provider, name="Any", price=price)
    if status == "pending":
        price = price or 100
    one = Subscription.objects.create(
        user=provider.owner, provider=provider, plan=plan, plan_name="Any", price=price, currency=provider.currency,
        gateway="cash", interval="month", interval_count=1, zone=provider.zone, status=status, renews=True,
        anchor_at=now - began, expires_at=now + DAY, created_at=now - began, updated_at=now - ended,
        cancelled_at=now - ended if status == "cancelled" else None,
    )  # fmt: skip
    if price:
        paid = "paid" if was_paid and status != "pending" else "open"
        Invoice.objects.create(subscription=one, period=0, amount=price, status=paid, created_at=now - began)


def was_active(one, at):
    """By its own row and its first invoice."""
    ever = one.price == 0 or one.invoices.filter(status="paid").exists()
    is_over = one.status in {"cancelled", "expired"} and one.updated_at <= at
    return ever and one.status != "pending" and one.anchor_at <= at and not is_over


def blocks(provider, first, last):
    """Time, seats and how many of them are used, of everything that begins on these days."""
    found = []
    for service in provider.services.all():
        rows = {row.start_at: row for row in service.slots.all()}
        for n in range((last - first).days + 1):
            day = first + n * DAY
            for slot in offered(service, hours_of(service, day, day), day):
                row = rows.get(slot.start)
                used = (
                    sum(one.seats for one in row.reservations.all() if one.status in Reservation.SEATED) if row else 0
                )
                seats = (0 if row.is_closed else row.capacity) if row else service.capacity
                found.append((slot.start, slot.end, seats, used))
    return found


def by_quarters(provider, found):
    """Seats that could be taken, and that were, in each quarter of an hour."""
    seats, used = Counter(), Counter()
    for start, end, of_slot, taken in found:
        for n in range((end - start) // QUARTER):
            seats[start + n * QUARTER] += of_slot
            used[start + n * QUARTER] += taken
    if provider.capacity is not None:
        seats = Counter({at: min(number, provider.capacity) for at, number in seats.items()})
    return seats, used


def quarters(start, end):
    return [start + n * QUARTER for n in range((end - start) // QUARTER)]


def share(seats, used, times):
    whole = sum(seats[at] for at in times)
    return round(100 * (sum(used[at] for at in times) / whole), 1) if whole else None


def slowly(provider, now):
    """The figures that follow from the rows, by their names."""
    clock = ZoneInfo(provider.zone)
    today = now.astimezone(clock).date()
    first = max(today - 64 * DAY, min([provider.created_at, *made(provider)]).astimezone(clock).date())
    seats, used = by_quarters(provider, blocks(provider, first - 2 * DAY, today))
    start, before = local_day(today, provider.zone).start, local_day(today - WEEK, provider.zone).start
    until = at_or_after(today - WEEK, now.astimezone(clock).time(), provider.zone)
    now_used, then_used = share(seats, used, quarters(start, now)), share(seats, used, quarters(before, until))
    monday = today - today.weekday() * DAY
    load, times = Counter(), Counter()
    for at in quarters(
        local_day(max(first, monday - 8 * WEEK), provider.zone).start, local_day(monday, provider.zone).start
    ):
        local = at.astimezone(clock)
        times[local.weekday(), local.hour] += 1
        load[local.weekday(), local.hour] += used[at]
    known = {at: load[at] / times[at] for at in times if times[at] >= 12 and load[at]}
    peaks = sorted(known, key=lambda at: (-known[at], at[1], at[0]))[:3]
    money = [(entry.occurred_at, entry.amount) for entry in LedgerEntry.objects.filter(payee=provider.payee)]
    earned = [sum(amount for at, amount in money if a <= at <= b) for a, b in [(start, now), (before, until)]]
    counted = [sum(1 for at in made(provider) if a <= at <= b) for a, b in [(start, now), (before, until)]]
    active = [sum(was_active(one, at) for one in provider.subscriptions.all()) for at in (now, until)]
    return {
        "totalReservations": len(made(provider)),
        "confirmedReservations": provider.reservations.filter(status__in=Reservation.SEATED).count(),
        "totalRevenue": sum(amount for _, amount in money),
        "todayReservations": counted[0],
        "todayRevenue": earned[0],
        "capacityUtilization": now_used,
        "capacityTrend": None if None in (now_used, then_used) else round(now_used - then_used, 1),
        "activeSubscriptions": active[0],
        "trends": {
            name: analytics.trend(*pair)
            for name, pair in {"reservations": counted, "revenue": earned, "subscriptions": active}.items()
        },
        "peakHours": [PeakHour(weekday, hour, round(known[weekday, hour], 2)) for weekday, hour in peaks],
        "series": [
            a_day(provider, today - ago * DAY, first, seats, used, money)
            for ago in range(27, 0, -1)
            if not local_day(today - ago * DAY, provider.zone).is_empty
        ],
    }


def a_day(provider, day, first, seats, used, money):
    if day < first:
        return Day(day, None, None, None)
    span = local_day(day, provider.zone)
    created = sum(1 for at in made(provider) if span.start <= at < span.end)
    revenue = sum(amount for at, amount in money if span.start <= at < span.end)
    return Day(day, created, revenue, share(seats, used, quarters(span.start, span.end)))


def made(provider):
    return [one.created_at for one in provider.reservations.all() if one.status != Status.EXPIRED]


@contextmanager
def forgotten():
    """Whatever is written inside."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@settings(max_examples=tries(15))
@given(st.data())
def test_the_figures_are_what_a_slow_recomputation_of_all_rows_says(data):
    with forgotten():
        provider, now = tell(data.draw)
        provider.refresh_from_db()
        auditing.repair(provider)
        days.count_everywhere(now + days.SETTLED)

        shown = analytics.provider(provider, now)

        expected = slowly(provider, now)
        assert {name: getattr(shown, name) for name in expected} | {"series": shown.series[:-1]} == expected
