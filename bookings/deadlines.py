"""What time does to reservations that nobody ends. Rules compare with the clock themselves; this only acts on it."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models import F

from bookings import ending, holds, waitlist
from bookings.conf import limits
from bookings.models import Reservation, Slot, WaitlistEntry
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
    waiting = WaitlistEntry.objects.waiting()
    each(waiting.filter(slot__start_at__lte=now).values_list("pk", flat=True)[: limits.lot], _send_home)
    offer_everywhere(now)


def offer_everywhere(now: datetime) -> None:
    """Of seats that did not come free one by one: a slot was opened again, or a provider takes more people."""
    is_room = {"slot__is_closed": False, "slot__capacity__gte": F("slot__held") + F("slot__confirmed") + F("seats")}
    waiting = WaitlistEntry.objects.waiting().filter(slot__start_at__gt=now, **is_room)
    each(dict.fromkeys(waiting.values_list("slot", flat=True)[: limits.lot]), partial(_offer, now=now))


def clear_closed_slots(now: datetime) -> None:
    """Rung when a slot is closed; beat, for rings that were lost."""
    closed = Slot.objects.filter(is_closed=True, end_at__gt=now)
    on_closed = Reservation.objects.active().filter(slot__in=closed).order_by("pk")
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


@unit
def _send_home(entry_id: UUID) -> None:
    """It has begun without her."""
    entry = WaitlistEntry.objects.select_for_update(no_key=True).get(pk=entry_id)
    if entry.status == WaitlistEntry.Status.WAITING:
        waitlist.settle(entry, WaitlistEntry.Status.LAPSED)


@unit
def _offer(slot_id: UUID, now: datetime) -> None:
    waitlist.offer(Slot.objects.select_related("provider").get(pk=slot_id), now)
