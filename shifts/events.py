"""What programs hear. All are about one kind of object: a shift as it is held out to its reader."""

from collections.abc import Collection
from uuid import UUID

from realtime.publishing import Fact
from shifts.models import Employee, Shift

OFFER = "shifts.offer"


def shift_offered(shift: Shift, employees: Collection[Employee]) -> Fact:
    return Fact("shifts.shift_offered", about=(OFFER, shift.pk), to=[employee.user_id for employee in employees])


def offer_extended(shift: Shift, users: Collection[UUID]) -> Fact:
    """It was hers alone for a while; now others are asked too, and she has as long as they have."""
    return Fact("shifts.offer_extended", about=(OFFER, shift.pk), to=users)


def offer_accepted(shift: Shift, employee: Employee) -> Fact:
    return Fact("shifts.offer_accepted", about=(OFFER, shift.pk), to=[employee.user_id])


def offer_rejected(shift: Shift, employee: Employee) -> Fact:
    return Fact("shifts.offer_rejected", about=(OFFER, shift.pk), to=[employee.user_id])


def offer_closed(shift: Shift, users: Collection[UUID]) -> Fact:
    """Taken by a colleague, withdrawn or expired: the data says which."""
    return Fact("shifts.offer_closed", about=(OFFER, shift.pk), to=users)


def shift_assigned(shift: Shift, employee: Employee) -> Fact:
    """A coordinator decided that she works it."""
    return Fact("shifts.shift_assigned", about=(OFFER, shift.pk), to=[employee.user_id])


def shift_dropped(shift: Shift, users: Collection[UUID]) -> Fact:
    return Fact("shifts.shift_dropped", about=(OFFER, shift.pk), to=users)


def shift_opened(shift: Shift, users: Collection[UUID]) -> Fact:
    """It is held out again; those who may answer hear `shifts.shift_offered` instead."""
    return Fact("shifts.shift_opened", about=(OFFER, shift.pk), to=users)


def shift_revised(shift: Shift, users: Collection[UUID]) -> Fact:
    return Fact("shifts.shift_revised", about=(OFFER, shift.pk), to=users)


def shift_cancelled(shift: Shift, users: Collection[UUID]) -> Fact:
    return Fact("shifts.shift_cancelled", about=(OFFER, shift.pk), to=users)


def shift_unfilled(shift: Shift, users: Collection[UUID]) -> Fact:
    return Fact("shifts.shift_unfilled", about=(OFFER, shift.pk), to=users)


def shift_completed(shift: Shift, users: Collection[UUID]) -> Fact:
    return Fact("shifts.shift_completed", about=(OFFER, shift.pk), to=users)
