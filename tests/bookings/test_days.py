"""What local days come to, also those of clock changes; and what changes a day that was counted already."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings import days, deadlines
from bookings.models import Provider, ProviderDay, Reservation, Slot, SpecialDay
from bookings.services import providers, reservations
from core.clocks import DAY, local_day
from payments import commanding
from payments import services as payments
from payments.selectors import paid_payments
from tests.factories.bookings import ProviderFactory, ServiceFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SPRING, AUTUMN = date(2026, 4, 24), date(2026, 10, 29)  # in Cairo: midnight is skipped; eleven at night comes twice
MONDAY = date(2026, 6, 1)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opened(zone="UTC", *, hours=None, capacity=None, **facts):
    """Two seats an hour, at all hours unless some are named: of a provider that was there before any of these days."""
    provider = ProviderFactory(zone=zone, capacity=capacity, accepts_cash=True, **({"hours": hours} if hours else {}))
    Provider.objects.update(created_at=utc("2026-01-01"))
    provider.refresh_from_db()
    return ServiceFactory(provider=provider, **facts)


def counted(service, day):
    days.count(service.provider_id, day)
    return ProviderDay.objects.get(provider=service.provider, date=day)


def shown(by_hour):
    """Without the hours in which nothing is."""
    return {hour: minutes for hour, minutes in enumerate(by_hour) if minutes}


def paid_in_cash(reservation, now):
    return reservations.take_cash(reservation, now=now)


@pytest.fixture
def booked(reserve):
    """An hour with so many seats, booked on the day before."""

    def booked(service, start_at, seats=1):
        return reserve(service, start_at=start_at, seats=seats, now=start_at - DAY)

    return booked


class TestCounted:
    def test_a_day_is_what_was_made_paid_offered_and_used(self, booked):
        service = opened(price=500_00, requires_payment=False)
        ten = utc("2026-06-01 10:00")
        paid_in_cash(booked(service, ten, seats=2), now=ten)
        booked(service, ten + DAY)

        monday = counted(service, MONDAY)

        assert (monday.created, monday.revenue) == (1, 1000_00)  # made on that day for the next one
        assert (monday.offered_minutes, monday.used_minutes) == (2 * 24 * 60, 120)
        assert shown(monday.load) == {10: 120}
        assert monday.lengths == [60] * 24

    def test_what_nobody_took_up_was_not_made(self, reserve):
        service = opened(price=500_00)
        noon = utc("2026-06-01 12:00")
        reserve(service, start_at=noon + DAY, now=noon)
        deadlines.keep(noon + HOUR)

        assert counted(service, MONDAY).created == 0

    def test_a_night_belongs_to_both_of_its_days(self, booked):
        service = opened(duration_minutes=120, hours=[{"weekday": 0, "start": "23:00", "end": "01:00"}])
        booked(service, utc("2026-06-01 23:00"))

        monday, tuesday = counted(service, MONDAY), counted(service, MONDAY + DAY)

        assert (monday.offered_minutes, monday.used_minutes, shown(monday.load)) == (120, 60, {23: 60})
        assert (tuesday.offered_minutes, tuesday.used_minutes, shown(tuesday.load)) == (120, 60, {0: 60})

    def test_what_is_closed_is_not_offered(self, booked):
        service = opened(hours=[{"weekday": 0, "start": "10:00", "end": "12:00"}])
        providers.close_slot(booked(service, utc("2026-06-01 10:00")).slot)
        deadlines.clear_closed_slots(utc("2026-06-01 09:00"))
        SpecialDay.objects.create(provider=service.provider, date=MONDAY + 7 * DAY)

        assert (counted(service, MONDAY).offered_minutes, counted(service, MONDAY).used_minutes) == (120, 0)
        assert counted(service, MONDAY + 7 * DAY).offered_minutes == 0

    def test_a_slot_that_was_booked_counts_whatever_the_hours_are_now(self, booked):
        service = opened(hours=[{"weekday": 0, "start": "10:00", "end": "12:00"}])
        booked(service, utc("2026-06-01 10:00"))
        providers.revise_provider(service.provider, hours=[{"weekday": 0, "start": "10:30", "end": "13:30"}])

        monday = counted(service, MONDAY)

        # From ten to eleven as it was booked; 10:30 is in its way; 11:30 and 12:30 are free.
        assert (monday.offered_minutes, monday.used_minutes) == (2 * 180, 60)

    def test_a_service_that_is_offered_no_more_counts_as_it_was_booked(self, booked):
        service = opened()
        booked(service, utc("2026-06-01 10:00"))
        providers.revise_service(service, is_active=False, now=utc("2026-06-01 11:00"))

        assert (counted(service, MONDAY).offered_minutes, counted(service, MONDAY).used_minutes) == (120, 60)

    def test_no_more_is_offered_than_the_provider_takes_at_once(self, booked):
        service = opened(capacity=3, hours=[{"weekday": 0, "start": "10:00", "end": "12:00"}])
        ServiceFactory(provider=service.provider, duration_minutes=90)
        booked(service, utc("2026-06-01 10:00"), seats=2)

        monday = counted(service, MONDAY)

        # Four seats until 11:30, of which three can be taken; then the two of one service.
        assert (monday.offered_minutes, monday.used_minutes) == (3 * 90 + 2 * 30, 120)


class TestClockChanges:
    def test_cairo_has_no_midnight_in_spring(self, booked):
        service = opened("Africa/Cairo")
        booked(service, local_day(SPRING, "Africa/Cairo").start)

        day = counted(service, SPRING)

        assert (day.offered_minutes, shown(day.load)) == (2 * 23 * 60, {1: 60})
        assert day.lengths == [0, *[60] * 23]

    def test_eleven_at_night_comes_twice_in_autumn(self, booked):
        service = opened("Africa/Cairo")
        booked(service, utc("2026-10-29 20:00"))
        booked(service, utc("2026-10-29 21:00"), seats=2)

        day = counted(service, AUTUMN)

        assert (day.offered_minutes, shown(day.load)) == (2 * 25 * 60, {23: 180})
        assert day.lengths == [*[60] * 23, 120]

    @pytest.mark.parametrize(
        ("day", "minutes", "hour", "length"),
        [(date(2026, 4, 5), 24 * 60 + 30, 1, 90), (date(2026, 10, 4), 24 * 60 - 30, 2, 30)],
    )
    def test_lord_howe_moves_its_clocks_by_half_an_hour(self, day, minutes, hour, length):
        lengths = counted(opened("Australia/Lord_Howe"), day).lengths

        assert (sum(lengths), lengths[hour]) == (minutes, length)
        assert [of_hour for of_hour in lengths if of_hour != 60] == [length]

    def test_of_a_day_that_the_calendar_skips_there_is_nothing(self):
        day = counted(opened("Pacific/Apia"), date(2011, 12, 30))

        assert (day.created, day.revenue, day.offered_minutes, sum(day.lengths)) == (0, 0, 0, 0)


class TestEverywhere:
    def test_every_day_that_is_over_is_counted_once(self):
        service = opened("Africa/Cairo")
        Provider.objects.update(created_at=utc("2026-04-22 12:00"))
        midnight = local_day(SPRING, "Africa/Cairo").end

        days.count_everywhere(midnight)  # somebody who booked a moment ago may not have committed yet
        assert list(service.provider.days.values_list("date", flat=True).order_by("date")) == [
            SPRING - 2 * DAY,
            SPRING - DAY,
        ]
        rows = set(service.provider.days.values_list("pk", flat=True))
        days.count_everywhere(midnight + days.SETTLED)

        assert rows < set(service.provider.days.values_list("pk", flat=True))
        assert service.provider.days.filter(date=SPRING).count() == service.provider.days.count() - 2 == 1

    def test_what_was_taken_away_is_counted_again(self):
        service = opened()
        Provider.objects.update(created_at=utc("2026-05-28"))
        days.count_everywhere(utc("2026-06-02 01:00"))
        service.provider.days.filter(date=MONDAY - DAY).delete()

        days.count_everywhere(utc("2026-06-02 02:00"))

        assert service.provider.days.count() == 5

    def test_days_begin_with_the_first_reservation_where_that_was_earlier(self, booked):
        service = opened()
        booked(service, utc("2026-06-01 10:00"))
        Provider.objects.update(created_at=utc("2026-06-03"))

        days.count_everywhere(utc("2026-06-02 01:00"))

        assert service.provider.days.earliest("date").date == MONDAY - DAY


class TestLater:
    @pytest.fixture
    def monday(self):
        """It is over, and was counted."""

        def monday(service):
            days.count_everywhere(utc("2026-06-02 00:10"))
            return service.provider.days.get(date=MONDAY)

        return monday

    def test_what_the_gateway_says_late_is_of_the_day_on_which_it_was(self, booked, monday):
        service = opened(price=500_00, requires_payment=False)
        first = booked(service, utc("2026-06-01 10:00"))
        second = booked(service, utc("2026-06-01 11:00"))
        paid_in_cash(first, now=utc("2026-06-01 10:30"))
        assert monday(service).revenue == 500_00

        paid_in_cash(second, now=utc("2026-06-01 11:30"))
        assert service.provider.days.get(date=MONDAY).revenue == 1000_00
        [payment] = paid_payments(("bookings.reservation", first.pk))
        payments.refund_payment(payment, amount=200_00, reason="kindness", now=utc("2026-06-01 23:00"))
        commanding.carry_out_due(utc("2026-06-01 23:01"))
        assert service.provider.days.get(date=MONDAY).revenue == 800_00
        ProviderDay.objects.all().delete()
        assert counted(service, MONDAY).revenue == 800_00

    def test_a_hold_that_lapses_after_midnight_was_not_made(self, reserve, monday):
        service = opened(price=500_00, hold_minutes=60)
        reserve(service, start_at=utc("2026-06-03 12:00"), now=utc("2026-06-01 23:59"))
        assert monday(service).created == 1

        deadlines.keep(utc("2026-06-02 01:00"))

        assert service.provider.days.get(date=MONDAY).created == 0

    def test_who_is_cancelled_afterwards_has_used_nothing(self, booked, monday):
        service = opened()
        reservation = booked(service, utc("2026-06-01 10:00"))
        assert monday(service).used_minutes == 60

        reservations.cancel_reservation(
            reservation, by=Reservation.By.PROVIDER, now=utc("2026-06-02 00:20"), because="She was ill"
        )
        assert not service.provider.days.filter(date=MONDAY).exists()

        assert monday(service).used_minutes == 0
        assert monday(service).created == 0

    def test_what_ends_as_it_should_changes_nothing(self, booked, monday):
        service = opened()
        reservation = booked(service, utc("2026-06-01 10:00"))
        row = monday(service)

        reservations.complete_reservation(reservation, now=utc("2026-06-02 00:20"))

        assert monday(service) == row
        assert Slot.objects.get().confirmed == 1
