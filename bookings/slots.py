"""A slot that somebody wants: whether there is one at that time, and its row."""

from datetime import datetime

from bookings.errors import NoSuchSlot, NotBookable, SlotClosed, SlotFull, TooEarlyToBook, TooLateToBook
from bookings.listing import bookable_span
from bookings.models import Reservation, Service, Slot
from bookings.schedule import offered_at
from core.errors import refuse


def bookable(service: Service, start_at: datetime, now: datetime, *, besides: Reservation | None = None) -> Slot:
    """Refused unless it is listed, or would be if it were not full. A reservation that is to move is not in the way."""
    refuse(NotBookable, unless=service.is_bookable)
    earliest, latest = bookable_span(service, now)
    refuse(TooLateToBook, unless=earliest <= start_at)
    refuse(TooEarlyToBook, unless=start_at <= latest)
    slot = offered_at(service, start_at)
    if slot is None:
        raise NoSuchSlot
    around = list(Slot.objects.filter(service=service, start_at__lt=slot.end, end_at__gt=slot.start))
    row = next((row for row in around if row.start_at == slot.start), None)
    others = [other for other in around if other is not row]
    refuse(SlotFull, unless=not any(_taken(other, besides) for other in others), available=0)
    row = row or _made(service, slot.start, slot.end)
    refuse(SlotClosed, unless=not row.is_closed)
    return _of(service, row)


def row_of(service: Service, start_at: datetime) -> Slot:
    """Whether or not it can be booked, also one that is not offered any more."""
    row = Slot.objects.filter(service=service, start_at=start_at).first()
    if row is not None:
        return _of(service, row)
    slot = offered_at(service, start_at)
    if slot is None:
        raise NoSuchSlot
    return _of(service, _made(service, slot.start, slot.end))


def _taken(slot: Slot, besides: Reservation | None) -> int:
    return slot.held + slot.confirmed - (besides.seats if besides and besides.slot_id == slot.pk else 0)


def _made(service: Service, start_at: datetime, end_at: datetime) -> Slot:
    terms = {"provider": service.provider, "end_at": end_at, "capacity": service.capacity}
    made, _ = Slot.objects.get_or_create(service=service, start_at=start_at, defaults=terms)
    return made


def _of(service: Service, slot: Slot) -> Slot:
    """With what is at hand: many want it at once."""
    slot.service, slot.provider = service, service.provider
    return slot
