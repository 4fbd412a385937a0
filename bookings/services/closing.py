"""Slots that a provider closes, and opens again."""

from datetime import datetime

from bookings import slots
from bookings.errors import BegunAlready
from bookings.models import Service, Slot
from bookings.services import providers
from core.errors import refuse
from core.unit import unit


@unit
def close_slot_at(service: Service, *, start_at: datetime, now: datetime) -> Slot:
    """Also one that nobody has booked yet."""
    refuse(BegunAlready, unless=now < start_at)
    return providers.close_slot(slots.row_of(service, start_at))


@unit
def open_slot_at(service: Service, *, start_at: datetime) -> Slot:
    return providers.open_slot(slots.row_of(service, start_at))
