"""Holds end by the clock. Whoever needs the seats takes lapsed ones back; a sweep only tidies up."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from bookings import events, seats, waitlist
from bookings.conf import limits
from bookings.errors import SlotClosed, SlotFull
from bookings.models import Reservation, Slot
from bookings.placing import move
from core.errors import refuse
from core.sweeping import each
from core.unit import unit
from payments import services as payments
from payments.selectors import open_payment

Status = Reservation.Status


def take(slot: Slot, wanted: int, column: seats.Column, now: datetime) -> None:
    """The seats, or a refusal with how many there are."""
    if seats.take(slot, wanted, column):
        return
    if _lapsed(slot, now).exists():
        seats.lock(slot)  # two who each took some of them back would both find too few
        reclaim(slot, now)
    if not seats.take(slot, wanted, column):
        slot.refresh_from_db()
        refuse(SlotClosed, unless=not slot.is_closed)
        raise SlotFull(available=max(seats.free(slot), 0))


def reclaim(slot: Slot, now: datetime, user: User | None = None) -> int:
    """Of this slot, and of all beside it where they share the provider's capacity. Answers how many were. Who is being
    paid for in this moment is not waited for: that would be the wrong order of locks.
    """
    lapsed = _lapsed(slot, now).order_by("pk")
    if user is not None:
        lapsed = lapsed.filter(user=user)
    found = list(lapsed.select_related("provider").select_for_update(no_key=True, skip_locked=True, of=("self",)))
    for reservation in found:
        _expire(reservation, now)
    return len(found)


def _lapsed(slot: Slot, now: datetime) -> QuerySet[Reservation]:
    slots = [slot] if slot.provider.capacity is None else [slot, *seats.beside(slot)]
    return Reservation.objects.lapsed(now).filter(slot__in=slots)


def expire_due(now: datetime) -> None:
    """Beat: each in a unit of its own."""
    due = Reservation.objects.lapsed(now).order_by("hold_expires_at").values_list("pk", flat=True)
    each(due[: limits.lot], partial(expire, now=now))


@unit
def expire(reservation_id: UUID, now: datetime) -> None:
    reservation = locked(reservation_id)
    if reservation.status == Status.PENDING and not reservation.is_held(now):
        _expire(reservation, now)


def confirm(reservation: Reservation, now: datetime, **changes: Any) -> None:
    """What is held is hers, lapsed or not, for as long as nobody has taken it back."""
    seats.confirm(slot_of(reservation), reservation.seats)
    move(reservation, Status.CONFIRMED, now, confirmed_at=now, **changes)
    waitlist.taken_up(reservation)


def locked(reservation_id: UUID) -> Reservation:
    """Before anything else of it is touched."""
    whole = Reservation.objects.select_related("provider", "service__provider", "user")
    return whole.select_for_update(no_key=True, of=("self",)).get(pk=reservation_id)


def _expire(reservation: Reservation, now: datetime) -> None:
    """Its seats are free; a payment that is under way is called off, or comes too late."""
    slot = slot_of(reservation)
    move(reservation, Status.EXPIRED, now, ended_at=now)
    waitlist.let_go(reservation)
    seats.release(slot, reservation.seats, "held")
    waitlist.offer(slot, now)
    if payment := open_payment(subject_of(reservation)):
        payments.cancel_payment(payment, now=now)


def slot_of(reservation: Reservation) -> Slot:
    return Slot.objects.select_related("provider", "service__provider").get(pk=reservation.slot_id)


def subject_of(reservation: Reservation) -> tuple[str, UUID]:
    return events.RESERVATION, reservation.pk
