"""What time does to reservations that nobody ends. Rules compare with the clock themselves; this only acts on it."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bookings import ending, holds
from bookings.conf import limits
from bookings.models import Reservation
from bookings.placing import move
from core.sweeping import each
from core.unit import unit

Status = Reservation.Status


def keep(now: datetime) -> None:
    """Beat: each in a unit of its own."""
    holds.expire_due(now)
    long_over = now - timedelta(hours=limits.complete_hours)
    over = Reservation.objects.confirmed().filter(end_at__lte=long_over).order_by("end_at")
    each(over.values_list("pk", flat=True)[: limits.lot], partial(_complete, now=now))


def clear_closed_slots(now: datetime) -> None:
    """Rung when a slot is closed; beat, for rings that were lost."""
    on_closed = Reservation.objects.active().filter(slot__is_closed=True, end_at__gt=now).order_by("pk")
    each(on_closed.values_list("pk", flat=True)[: limits.lot], partial(_clear, now=now))


@unit
def _complete(reservation_id: UUID, now: datetime) -> None:
    """Nobody has said that she did not come."""
    reservation = holds.locked(reservation_id)
    if reservation.status == Status.CONFIRMED:
        move(reservation, Status.COMPLETED, now, ended_at=now)


@unit
def _clear(reservation_id: UUID, now: datetime) -> None:
    reservation = holds.locked(reservation_id)
    if reservation.status in Reservation.ACTIVE and reservation.slot.is_closed:
        ending.cancel(reservation, Reservation.By.PROVIDER, "The slot was closed", now)
