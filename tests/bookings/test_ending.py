"""How reservations end, what is said of them afterwards, and what is left of those who are gone."""

from datetime import timedelta

import pytest

from accounts import services as accounts
from bookings import deadlines, leaving, reminders
from bookings.errors import (
    BegunAlready,
    NotBookable,
    NotCompleted,
    NotConfirmed,
    NotYet,
    ReservationOver,
    ReviewedAlready,
)
from bookings.models import Provider, Reservation, Subscription, WaitlistEntry
from bookings.services import reservations, subscriptions, waiting
from tests.bookings.hearing import folded, fresh, told
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.bookings import PlanFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


class TestCompleting:
    def test_once_it_has_begun_and_not_before(self, reserve, service):
        reservation = reserve(service)
        with pytest.raises(NotYet):
            reservations.complete_reservation(reservation, now=reservation.start_at - INSTANT)

        done = reservations.complete_reservation(reservation, now=reservation.start_at)
        assert (done.status, done.ended_at, done.slot.confirmed) == ("completed", reservation.start_at, 1)

    def test_the_desk_may_say_which_of_the_two_it_was_after_all(self, reserve, service):
        reservation = reserve(service)
        missed = reservations.mark_no_show(reservation, now=reservation.start_at)
        assert (missed.status, missed.slot.confirmed) == ("no_show", 1)

        assert reservations.complete_reservation(missed, now=reservation.end_at).status == "completed"

    def test_what_was_never_confirmed_is_neither(self, reserve, paid_service):
        with pytest.raises(NotConfirmed):
            reservations.mark_no_show(reserve(paid_service), now=reserve(paid_service).end_at)

    def test_where_nobody_says_anything_it_is_completed_a_day_later(self, reserve, service):
        reservation = reserve(service)
        a_day_later = reservation.end_at + 24 * HOUR
        deadlines.keep(a_day_later - INSTANT)
        assert Reservation.objects.get().status == "confirmed"

        deadlines.keep(a_day_later)
        assert Reservation.objects.get().status == "completed"

    def test_what_has_begun_is_not_cancelled_by_its_customer(self, reserve, service):
        reservation = reserve(service)
        terms = {"now": reservation.start_at}
        with pytest.raises(BegunAlready):
            reservations.cancel_reservation(reservation, by="user", **terms)
        with pytest.raises(BegunAlready):
            reservations.reschedule_reservation(reservation, start_at=reservation.start_at + HOUR, **terms)

        assert reservations.cancel_reservation(reservation, by="provider", **terms).status == "cancelled"

    def test_what_is_over_stays_over(self, reserve, service):
        reservation = reserve(service)
        reservations.complete_reservation(reservation, now=reservation.end_at)
        with pytest.raises(ReservationOver) as refusal:
            reservations.cancel_reservation(reservation, by="provider", now=reservation.end_at)
        assert refusal.value.details == {"status": "completed"}


class TestReviews:
    @pytest.fixture
    def completed(self, reserve, service):
        reservation = reserve(service)
        return reservations.complete_reservation(reservation, now=reservation.end_at)

    def test_each_of_what_was_completed_is_counted_once(self, completed):
        reservations.review_reservation(completed, rating=4, comment="Warm.")
        with pytest.raises(ReviewedAlready):
            reservations.review_reservation(completed, rating=1)

        stats = completed.provider.stats
        stats.refresh_from_db()
        assert (stats.rating_sum, stats.rating_count) == (4, 1)

    def test_only_who_was_there_says_how_it_was(self, reserve, service):
        reservation = reserve(service)
        with pytest.raises(NotCompleted):
            reservations.review_reservation(reservation, rating=5)


class TestRemindingOfReservations:
    DAY_AHEAD = 24 * HOUR

    def remind(self, at):
        reminders.remind_everywhere(at)

    def test_a_day_ahead_and_once(self, reserve, service, customer):
        reservation = reserve(service, customer)
        self.remind(reservation.start_at - self.DAY_AHEAD - INSTANT)
        assert "Upcoming Reservation" not in told(customer)
        for _ in range(2):
            self.remind(reservation.start_at - self.DAY_AHEAD)

        assert told(customer).count("Upcoming Reservation") == 1

    def test_not_of_what_was_booked_within_that_day(self, reserve, service, customer, now):
        reservation = reserve(service, customer, now=now + 25 * HOUR)
        self.remind(reservation.start_at - HOUR)

        assert "Upcoming Reservation" not in told(customer)

    def test_not_of_what_was_cancelled_and_what_was_said_is_taken_back(self, reserve, service, customer, now):
        reservation = reserve(service, customer)
        self.remind(reservation.start_at - self.DAY_AHEAD)
        reservations.cancel_reservation(reservation, by="provider", now=now)
        self.remind(reservation.start_at - HOUR)

        assert told(customer) == ["Reservation Updated", "Reservation Updated"]

    def test_of_another_time_once_more(self, reserve, service, customer):
        reservation = reserve(service, customer)
        at = reservation.start_at - self.DAY_AHEAD
        self.remind(at)
        later = reservation.start_at + 48 * HOUR
        reservations.reschedule_reservation(reservation, start_at=later, now=at)
        self.remind(at)
        assert "Upcoming Reservation" not in told(customer)

        self.remind(later - self.DAY_AHEAD)
        assert told(customer).count("Upcoming Reservation") == 1


class TestLeaving:
    def leave(self, user, now):
        accounts.delete_account(user, password=PASSWORD)
        leaving.leave_everywhere(now)

    def test_a_customer_who_is_gone_comes_no_more_and_is_not_named(self, reserve, service, customer, now):
        said = {"attendees": [{"name": "Mona", "type": "family"}], "notes": "A bad back."}
        coming = reserve(service, customer, **said)
        waited = reserve(service, seats=1, start_at=coming.start_at + HOUR)
        reserve(service, start_at=waited.start_at)
        entry = waiting.join_waitlist(customer, service, start_at=waited.start_at, now=now)
        subscriptions.subscribe(
            customer, PlanFactory(provider=service.provider, price=0), subscribers=[{"name": "Mona"}], now=now
        )
        self.leave(customer, now)

        coming.refresh_from_db()
        assert (coming.status, coming.cancelled_by, coming.attendees, coming.notes) == ("cancelled", "user", [], "")
        assert coming.slot.confirmed == 0
        assert WaitlistEntry.objects.get(pk=entry.pk).status == "left"
        subscription = Subscription.objects.get()
        assert (subscription.status, subscription.cancelled_by, subscription.subscribers) == ("cancelled", "system", [])

    def test_with_a_provider_nobody_books_any_more_and_all_get_their_money(self, reserve, service, customer, now):
        reservation = reserve(service, customer)
        self.leave(service.provider.owner, now)

        reservation.refresh_from_db()
        assert (reservation.status, reservation.cancelled_by) == ("cancelled", "provider")
        service.provider.refresh_from_db()
        with pytest.raises(NotBookable):
            reserve(service)
        assert told(customer)[-1] == "Reservation Updated"

    def test_who_worked_for_a_provider_sees_nothing_of_it_any_more(self, reserve, service, now):
        colleague = UserFactory()
        service.provider.staff.add(colleague)
        service.provider = Provider.objects.get()
        reserve(service)
        assert folded(colleague) == fresh(colleague)
        assert len(fresh(colleague)["bookings.reservation_reference"]) == 1

        self.leave(colleague, now)
        assert list(Provider.objects.get().staff.all()) == []
        assert Reservation.objects.get().status == "confirmed"
