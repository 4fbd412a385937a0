"""How many there are: of a slot, and of a provider who takes no more people at once than that."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from bookings import deadlines, seats
from bookings.errors import BelowBooked, HoldLapsed, ReservedAlready, SeatsFree, SlotClosed, SlotFull, TooManyHolds
from bookings.listing import listed
from bookings.models import Slot, WaitlistEntry
from bookings.services import providers, reservations, waiting
from core.unit import unit
from tests.bookings.hearing import heard, told
from tests.factories.accounts import UserFactory
from tests.factories.bookings import ProviderFactory, ServiceFactory, on_the_hour

pytestmark = pytest.mark.django_db

LAPSED = timedelta(minutes=10)


def at_noon(now):
    """Where slots of an hour and of an hour and a half begin."""
    return on_the_hour(since=now).replace(hour=12)


@pytest.fixture
def wait(now):
    def wait(slot, user=None, wanted=1):
        terms = {"start_at": slot.start_at, "seats_wanted": wanted, "now": now}
        return waiting.join_waitlist(user or UserFactory(), slot.service, **terms)

    return wait


def status(entry):
    return WaitlistEntry.objects.get(pk=entry.pk).status


class TestSlots:
    def test_seats_that_are_not_there_are_refused_whole(self, reserve, service):
        reserve(service)
        with pytest.raises(SlotFull) as refusal:
            reserve(service, seats=3)

        assert refusal.value.details == {"available": 1}
        assert Slot.objects.get().confirmed == 1

    def test_behind_the_counter_stands_a_constraint(self, reserve, service):
        slot = reserve(service, seats=2).slot
        with pytest.raises(IntegrityError), unit():
            seats.release(slot, 3, "confirmed")
        with pytest.raises(IntegrityError), unit():
            Slot.objects.update(held=1)

    def test_a_service_of_no_seats_is_full(self, reserve, now):
        service = ServiceFactory(capacity=0)
        with pytest.raises(SlotFull):
            reserve(service)

        at = on_the_hour(since=now)
        [slot] = [one for one in listed(service, at.date(), at.date(), now) if one.start == at]
        assert (slot.free, slot.status, str(slot.label)) == (0, "full", "Fully Booked")

    def test_a_customer_holds_five_slots_at_most(self, reserve, paid_service, customer, now):
        at = on_the_hour(since=now)
        for hours in range(5):
            reserve(paid_service, customer, start_at=at + timedelta(hours=hours))
        another = {"start_at": at + timedelta(hours=5)}
        with pytest.raises(TooManyHolds):
            reserve(paid_service, customer, **another)

        assert reserve(paid_service, customer, **another, now=now + LAPSED).status == "pending"

    def test_who_let_her_own_hold_lapse_may_take_it_again(self, reserve, paid_service, customer, now):
        reserve(paid_service, customer, seats=2)

        assert reserve(paid_service, customer, seats=2, now=now + LAPSED).status == "pending"
        assert Slot.objects.get().held == 2


class TestCapacityOfAProvider:
    @pytest.fixture
    def house(self):
        """Three at once, though two services have two seats each."""
        return ProviderFactory(capacity=3)

    @pytest.fixture
    def hour(self, house):
        return ServiceFactory(provider=house)

    @pytest.fixture
    def longer(self, house):
        return ServiceFactory(provider=house, duration_minutes=90, price=100)

    def test_services_share_it_where_they_overlap(self, reserve, hour, longer, now):
        noon = at_noon(now)
        reserve(hour, seats=2, start_at=noon)
        reserve(longer, start_at=noon)
        with pytest.raises(SlotFull) as refusal:
            reserve(longer, start_at=noon)
        assert refusal.value.details == {"available": 0}

        assert reserve(hour, seats=2, start_at=noon + timedelta(hours=1)).seats == 2
        with pytest.raises(SlotFull):
            reserve(hour, seats=1, start_at=noon + timedelta(hours=1))
        assert reserve(hour, seats=2, start_at=noon + timedelta(hours=2)).seats == 2

    def test_what_is_listed_heeds_it_too(self, reserve, hour, longer, now):
        noon = at_noon(now)
        reserve(hour, seats=2, start_at=noon)
        reserve(longer, start_at=noon)

        free = {slot.start: slot.free for slot in listed(hour, noon.date(), noon.date(), now, is_fresh=True)}
        assert [free[noon + timedelta(hours=n)] for n in (-1, 0, 1, 2)] == [2, 0, 2, 2]
        assert next(s.free for s in listed(longer, noon.date(), noon.date(), now) if s.start == noon) == 0

    def test_lapsed_holds_beside_it_are_taken_back(self, reserve, hour, longer, now):
        noon = at_noon(now)
        held = reserve(longer, seats=2, start_at=noon)
        with pytest.raises(SlotFull):
            reserve(hour, seats=2, start_at=noon)

        assert reserve(hour, seats=2, start_at=noon, now=now + LAPSED).status == "confirmed"
        held.refresh_from_db()
        assert held.status == "expired"

    def test_who_waits_beside_a_seat_that_comes_free_is_offered_it(self, reserve, hour, longer, wait, now):
        noon = at_noon(now)
        booked = reserve(hour, seats=2, start_at=noon)
        other = reserve(longer, start_at=noon)
        entry = wait(other.slot)
        reservations.cancel_reservation(booked, by="user", now=now)

        assert status(entry) == "offered"

    def test_more_capacity_is_offered_to_those_who_wait(self, reserve, house, hour, longer, wait, now):
        noon = at_noon(now)
        reserve(hour, seats=2, start_at=noon)
        entry = wait(reserve(longer, start_at=noon).slot)
        providers.revise_provider(house, capacity=4)
        deadlines.keep(now)

        assert status(entry) == "offered"


class TestResizing:
    def test_more_seats_are_offered_to_those_who_wait_once(self, reserve, service, wait, now):
        slot = reserve(service, seats=2).slot
        first, second = wait(slot), wait(slot)
        for _ in range(2):
            service = providers.revise_service(service, capacity=3, now=now)

        assert [status(first), status(second)] == ["offered", "waiting"]
        assert Slot.objects.get().held == 1

    def test_below_what_is_booked_it_is_refused_and_nothing_changes(self, reserve, service, now):
        reserve(service, seats=2)
        with pytest.raises(BelowBooked) as refusal:
            providers.revise_service(service, capacity=1, price=99, now=now)

        assert refusal.value.details == {"booked": 2}
        service.refresh_from_db()
        assert (service.capacity, service.price, Slot.objects.get().capacity) == (2, 0, 2)

    def test_what_has_begun_keeps_its_size(self, reserve, service):
        reservation = reserve(service, seats=2)
        providers.revise_service(service, capacity=1, now=reservation.start_at)

        assert Slot.objects.get().capacity == 2


class TestWaiting:
    def test_they_come_in_the_order_in_which_they_came(self, reserve, service, wait, now):
        booked = reserve(service, seats=2)
        entries = [wait(booked.slot) for _ in range(3)]
        reservations.cancel_reservation(booked, by="user", now=now)

        assert [status(entry) for entry in entries] == ["offered", "offered", "waiting"]

    def test_who_wants_more_than_is_free_is_passed_over_and_stays(self, reserve, service, wait, now):
        one, _ = reserve(service), reserve(service)
        big, small = wait(one.slot, wanted=2), wait(one.slot)
        reservations.cancel_reservation(one, by="user", now=now)

        assert [status(big), status(small)] == ["waiting", "offered"]

    def test_nobody_waits_for_what_is_free_or_hers(self, reserve, service, wait, customer):
        reservation = reserve(service, customer)
        with pytest.raises(SeatsFree):
            wait(reservation.slot)
        with pytest.raises(ReservedAlready):
            wait(reservation.slot, customer, wanted=2)

    def test_who_joins_twice_stays_where_she_was(self, reserve, service, wait, customer):
        slot = reserve(service, seats=2).slot

        assert wait(slot, customer) == wait(slot, customer)
        assert heard(customer) == ["waitlist_waiting"]

    def test_what_she_was_offered_goes_on_where_she_leaves(self, reserve, service, wait, customer, now):
        booked = reserve(service, seats=2)
        hers, next_one = wait(booked.slot, customer, wanted=2), wait(booked.slot)
        reservations.cancel_reservation(booked, by="user", now=now)
        assert told(customer) == ["A Seat Is Free"]
        hers.refresh_from_db()
        left = waiting.leave_waitlist(hers, now=now)

        assert (left.status, left.reservation.status, status(next_one)) == ("left", "cancelled", "offered")
        assert heard(customer)[-1] == "waitlist_left"

    def test_an_offer_cannot_be_taken_once_it_has_lapsed(self, reserve, service, wait, now):
        booked = reserve(service, seats=2)
        entry = wait(booked.slot)
        reservations.cancel_reservation(booked, by="user", now=now)
        entry.refresh_from_db()
        until = entry.reservation.hold_expires_at
        assert until == now + timedelta(hours=1)
        with pytest.raises(HoldLapsed):
            reservations.confirm_reservation(entry.reservation, now=until)

    def test_of_what_has_begun_nobody_is_offered_anything_and_nobody_waits_on(self, reserve, service, wait, customer):
        booked = reserve(service, seats=2)
        entry = wait(booked.slot, customer)
        reservations.cancel_reservation(booked, by="provider", now=booked.start_at)
        assert status(entry) == "waiting"

        deadlines.keep(booked.start_at)
        assert (status(entry), heard(customer)[-1]) == ("lapsed", "waitlist_lapsed")

    def test_who_waits_has_no_second_seat_there(self, reserve, service, wait, customer, now):
        """She wanted two, and took the one that came free by herself."""
        one, other = reserve(service), reserve(service)
        entry = wait(one.slot, customer, wanted=2)
        reservations.cancel_reservation(one, by="user", now=now)
        reserve(service, customer)
        reservations.cancel_reservation(other, by="user", now=now)

        assert status(entry) == "booked"


class TestClosing:
    def test_fifty_are_sent_away_and_what_failed_half_way_is_gone_on_with(self, reserve, now):
        service = ServiceFactory(capacity=50, requires_payment=False, price=10_00)
        guests = [reserve(service) for _ in range(50)]
        slot = providers.close_slot(guests[0].slot)
        for reservation in guests[:20]:  # and then the worker died
            deadlines._clear(reservation.pk, now)
        assert Slot.objects.get().confirmed == 30

        for _ in range(2):
            deadlines.clear_closed_slots(now)
        assert Slot.objects.get().confirmed == 0
        by = slot.reservations.values_list("status", "cancelled_by", "cancelled_because").distinct()
        assert list(by) == [("cancelled", "provider", "The slot was closed")]
        assert told(guests[-1].user).count("Reservation Updated") == 2

    def test_nobody_books_or_is_offered_what_is_closed(self, reserve, service, wait, now):
        booked = reserve(service, seats=2)
        entry = wait(booked.slot)
        providers.close_slot(booked.slot)
        deadlines.clear_closed_slots(now)
        with pytest.raises(SlotClosed):
            reserve(service)
        at = booked.start_at
        assert at not in [slot.start for slot in listed(service, at.date(), at.date(), now, is_fresh=True)]
        assert status(entry) == "waiting"

        providers.open_slot(booked.slot)
        deadlines.keep(now)
        assert status(entry) == "offered"
