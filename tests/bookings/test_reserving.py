from datetime import timedelta

import pytest

from bookings import holds
from bookings.errors import HoldLapsed, NoSuchSlot, ReservedAlready, SlotFull, TooLateToBook
from bookings.models import ProviderStats, Reservation, Slot
from bookings.services import reservations, waiting
from tests.factories.accounts import UserFactory
from tests.factories.bookings import on_the_hour

Status = Reservation.Status


def counts(slot: Slot) -> tuple[int, int]:
    slot = Slot.objects.get(pk=slot.pk)
    return slot.held, slot.confirmed


def test_what_is_free_is_confirmed_at_once(service, reserve):
    reservation = reserve(service)

    assert (reservation.status, reservation.payment_status) == (Status.CONFIRMED, "completed")
    assert counts(reservation.slot) == (0, 1)
    stats = ProviderStats.objects.get(provider=service.provider)
    assert (stats.total_reservations, stats.confirmed_reservations, stats.pending_reservations) == (1, 1, 0)


def test_what_is_paid_ahead_is_held(paid_service, reserve, now):
    reservation = reserve(paid_service, seats=2)

    assert (reservation.status, reservation.price) == (Status.PENDING, 1000_00)
    assert reservation.hold_expires_at == now + timedelta(minutes=10)
    assert counts(reservation.slot) == (2, 0)


def test_no_more_seats_are_sold_than_there_are(service, reserve):
    reserve(service)
    with pytest.raises(SlotFull) as refusal:
        reserve(service, seats=2)

    assert refusal.value.details == {"available": 1}
    assert reserve(service).status == Status.CONFIRMED


def test_a_lapsed_hold_makes_room_though_no_worker_lives(paid_service, reserve, now):
    first = reserve(paid_service, seats=2)
    later = now + timedelta(minutes=10)
    second = reserve(paid_service, now=later)

    first.refresh_from_db()
    assert (first.status, second.status) == (Status.EXPIRED, Status.PENDING)
    assert counts(second.slot) == (1, 0)


def test_a_slot_is_reserved_once_by_the_same_customer(service, reserve, customer):
    first = reserve(service, customer)
    with pytest.raises(ReservedAlready) as refusal:
        reserve(service, customer)

    assert refusal.value.details == {"reservation_id": str(first.pk)}


def test_there_is_a_slot_at_its_times_only(service, reserve, now):
    with pytest.raises(NoSuchSlot):
        reserve(service, start_at=on_the_hour(since=now) + timedelta(minutes=30))
    with pytest.raises(TooLateToBook):
        reserve(service, start_at=on_the_hour(-1, since=now))


def test_who_waits_is_offered_what_comes_free(service, reserve, now):
    held = reserve(service, seats=2)
    waiter = UserFactory()
    entry = waiting.join_waitlist(waiter, service, start_at=held.start_at, now=now)
    reservations.cancel_reservation(held, by=Reservation.By.USER, now=now)

    entry.refresh_from_db()
    assert (entry.status, entry.reservation.status) == ("offered", Status.PENDING)
    assert counts(held.slot) == (1, 0)
    confirmed = reservations.confirm_reservation(entry.reservation, now=now)
    entry.refresh_from_db()
    assert (entry.status, confirmed.status, counts(held.slot)) == ("booked", Status.CONFIRMED, (0, 1))


def test_an_offer_that_lapses_goes_to_the_next(service, reserve, now):
    held = reserve(service, seats=2)
    first, second = (
        waiting.join_waitlist(UserFactory(), service, start_at=held.start_at, seats_wanted=2, now=now) for _ in "ab"
    )
    reservations.cancel_reservation(held, by=Reservation.By.PROVIDER, now=now)
    first.refresh_from_db()
    later = first.reservation.hold_expires_at
    with pytest.raises(HoldLapsed):
        reservations.confirm_reservation(first.reservation, now=later)
    holds.expire_due(later)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("lapsed", "offered")


def test_a_reservation_moves_with_its_seats(service, reserve, now):
    reservation = reserve(service, seats=2)
    later = reservation.start_at + timedelta(hours=1)
    moved = reservations.reschedule_reservation(reservation, start_at=later, now=now)

    assert (moved.start_at, counts(reservation.slot), counts(moved.slot)) == (later, (0, 0), (0, 2))


def test_a_move_to_a_full_slot_leaves_all_as_it_was(service, reserve, now):
    reservation = reserve(service)
    later = reservation.start_at + timedelta(hours=1)
    reserve(service, start_at=later, seats=2)
    with pytest.raises(SlotFull):
        reservations.reschedule_reservation(reservation, start_at=later, now=now)

    assert counts(reservation.slot) == (0, 1)
