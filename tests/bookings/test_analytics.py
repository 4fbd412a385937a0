"""A provider's figures, by hand and by a slow recomputation of all rows."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings import analytics, auditing, days, stats
from bookings.analytics import Day, PeakHour, Trend
from bookings.models import Provider, ProviderStats
from bookings.services import reservations, subscriptions
from core.clocks import DAY, INSTANT, Interval
from core.unit import unit
from payments.models import Payment
from tests.bookings.histories import entry_of, slowly, tell, utc
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ProviderFactory, ServiceFactory
from tests.properties import tries

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
WEEK = 7 * DAY


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

        def subscribe(plan, at):
            return subscriptions.subscribe(UserFactory(), plan, by="cash", now=at)

        for at in (NOW - 8 * DAY, NOW - DAY):
            subscribe(free, at)
            subscribe(paid, at)
            subscriptions.cancel_subscription(subscribe(free, at), now=NOW - HOUR)
        subscriptions.cancel_subscription(subscribe(free, NOW - 9 * DAY), now=NOW - 8 * DAY)

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


@contextmanager
def forgotten():
    """Whatever is written inside."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@settings(max_examples=tries(10))
@given(st.data())
def test_the_figures_are_what_a_slow_recomputation_of_all_rows_says(data):
    with forgotten():
        provider, now = tell(data.draw)
        provider.refresh_from_db()
        auditing.repair(provider)
        days.count_everywhere(now + days.SETTLED)

        shown = analytics.provider(provider, now)

        expected = slowly(provider, now)
        days_expected = expected.pop("series")
        assert {name: getattr(shown, name) for name in expected} == expected
        assert [day for day in shown.series[:-1] if day not in days_expected] == []
        assert [day.date for day in shown.series[:-1]] == [day.date for day in days_expected]
