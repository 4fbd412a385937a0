from datetime import datetime

from accounts.models import User
from bookings import events, holds, seats, slots
from bookings.errors import ReservedAlready, SeatsFree
from bookings.models import Reservation, Service, WaitlistEntry
from bookings.services.reservations import cancel_reservation
from core.errors import refuse
from core.unit import unit
from realtime.publishing import publish

Status = WaitlistEntry.Status


@unit
def join_waitlist(
    user: User, service: Service, *, start_at: datetime, seats_wanted: int = 1, now: datetime
) -> WaitlistEntry:
    """Of a slot that is full; who has joined already stays where she was."""
    slot = slots.bookable(service, start_at, now)
    seats.lock(slot)
    holds.reclaim(slot, now)
    slot.refresh_from_db(fields=["capacity", "held", "confirmed"])
    mine = slot.waitlist.live().filter(user=user).first()
    if mine is not None:
        return mine
    refuse(ReservedAlready, unless=not slot.reservations.active().filter(user=user).exists())
    refuse(SeatsFree, unless=seats.free(slot) < seats_wanted)
    entry = WaitlistEntry.objects.create(slot=slot, user=user, seats=seats_wanted, created_at=now)
    publish(events.waitlist_changed(entry))
    return entry


@unit
def leave_waitlist(entry: WaitlistEntry, *, now: datetime) -> WaitlistEntry:
    """What was offered to her goes to the next."""
    has_left = _leave_line(entry)
    entry = WaitlistEntry.objects.select_related("reservation").get(pk=entry.pk)
    if has_left:
        publish(events.waitlist_changed(entry))
    elif entry.status == Status.OFFERED and entry.reservation is not None:
        cancel_reservation(entry.reservation, by=Reservation.By.USER, now=now)
        entry.refresh_from_db()
    return entry


def _leave_line(entry: WaitlistEntry) -> bool:
    try:
        with unit():
            waiting = WaitlistEntry.objects.filter(pk=entry.pk, status=Status.WAITING)
            if not waiting.update(status=Status.LEFT):
                # To have waited for the row has locked it, though it is not as looked for. Undone, it is free again:
                # reservations are locked before entries.
                raise _NotInLine
    except _NotInLine:
        return False
    return True


class _NotInLine(Exception):
    pass
