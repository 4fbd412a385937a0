"""Seats that come free are offered in the unit that frees them: nobody can be quicker than who has waited."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from bookings import events, messages, seats
from bookings.conf import limits
from bookings.models import Reservation, Slot, WaitlistEntry
from bookings.placing import place
from notifications.messages import notify
from realtime.publishing import publish

Status = WaitlistEntry.Status


def offer(slot: Slot, now: datetime) -> None:
    """To the first in line, and on, as long as there is room; who wants more seats than are free is passed over."""
    line = list(_line(slot))
    seated = _seated({entry.slot_id for entry in line})
    too_many: dict[UUID, int] = {}
    for entry in line:
        if not _is_bookable(entry.slot, now):
            continue
        if (entry.slot_id, entry.user_id) in seated:
            settle(entry, Status.BOOKED)
        elif entry.seats < too_many.get(entry.slot_id, entry.seats + 1):
            if seats.take(entry.slot, entry.seats, "held"):
                _offer(entry, entry.slot, now)
            else:
                too_many[entry.slot_id] = entry.seats


def settle(entry: WaitlistEntry, status: Status, reservation: Reservation | None = None) -> None:
    entry.status, entry.reservation = status, reservation or entry.reservation
    entry.save(update_fields=["status", "reservation"])
    publish(events.waitlist_changed(entry))


def taken_up(reservation: Reservation) -> None:
    _settle_offer(reservation, Status.BOOKED)


def let_go(reservation: Reservation) -> None:
    is_by_hand = reservation.status == Reservation.Status.CANCELLED
    _settle_offer(reservation, Status.LEFT if is_by_hand else Status.LAPSED)


def _settle_offer(reservation: Reservation, status: Status) -> None:
    entry = WaitlistEntry.objects.filter(reservation=reservation.pk, status=Status.OFFERED).first()
    if entry is not None:
        settle(entry, status)


def _offer(entry: WaitlistEntry, slot: Slot, now: datetime) -> None:
    until = min(now + timedelta(minutes=limits.offer_minutes), slot.start_at)
    reservation = place(entry.user, slot.service, slot, entry.seats, hold_until=until, now=now)
    settle(entry, Status.OFFERED, reservation)
    notify(messages.seat_offered(reservation))


def _line(slot: Slot) -> QuerySet[WaitlistEntry]:
    """For this slot; where they share the provider's capacity, for all beside it too."""
    waiting = WaitlistEntry.objects.waiting().select_related("user", "slot__provider", "slot__service__provider")
    if slot.provider.capacity is None:
        waiting = waiting.filter(slot=slot)
    else:
        beside = Slot.objects.filter(provider=slot.provider_id, start_at__lt=slot.end_at, end_at__gt=slot.start_at)
        waiting = waiting.filter(slot__in=beside)
    return waiting.select_for_update(no_key=True, skip_locked=True, of=("self",))


def _seated(slots: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Who has seats of which slot."""
    return set(Reservation.objects.active().filter(slot__in=slots).values_list("slot_id", "user_id"))


def _is_bookable(slot: Slot, now: datetime) -> bool:
    return slot.service.is_bookable and now < slot.start_at - timedelta(minutes=slot.service.notice_minutes)
