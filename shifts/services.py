"""The verbs of shifts.

Locks are taken in the order employee, shift, offers, and only of one shift in a unit. Whoever writes an offer holds its
shift's lock; whoever gives a shift to an employee holds hers too, so that nobody is booked twice.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from core.clocks import DAY
from core.doorbell import ring
from core.errors import refuse
from core.unit import unit
from notifications.messages import notify, withdraw
from realtime.publishing import publish
from shifts import eligibility, events, messages, offering, selectors, tasks
from shifts.boards import touch_coverage
from shifts.eligibility import Reason
from shifts.errors import (
    NotAnEmployee,
    NotEligible,
    NotYourShift,
    OfferAccepted,
    OfferExpired,
    OfferRejected,
    OfferWithdrawn,
    ShiftClosed,
    ShiftOffered,
    ShiftStarted,
    ShiftTaken,
)
from shifts.models import Employee, Qualification, Shift, ShiftOffer
from shifts.numbering import pass_over

Status = ShiftOffer.Status

REFUSALS = {
    Status.ACCEPTED: OfferAccepted,
    Status.REJECTED: OfferRejected,
    Status.DROPPED: OfferRejected,
    Status.EXPIRED: OfferExpired,
    Status.WITHDRAWN: OfferWithdrawn,
    Status.TAKEN: ShiftTaken,
}


@unit
def create_shift(*, qualifications: Sequence[Qualification] = (), **facts: Any) -> Shift:
    shift = Shift.objects.create(**facts)
    shift.qualifications.set(qualifications)
    touch_coverage()
    return shift


@unit
def revise_shift(shift: Shift, *, qualifications: Sequence[Qualification] | None = None, **facts: Any) -> Shift:
    """Only while nobody may answer: a yes must be to what she was shown."""
    shift = _locked(shift)
    refuse(ShiftOffered, unless=shift.status == Shift.Status.DRAFT)
    Shift.objects.filter(pk=shift.pk, status=Shift.Status.DRAFT).update(**facts)
    if qualifications is not None:
        shift.qualifications.set(qualifications)
    publish(events.shift_revised(shift, selectors.offered_to(shift)))
    touch_coverage()
    return selectors.shift(shift.pk)


@unit
def offer_shift(shift: Shift, *, now: datetime) -> Shift:
    """Hold it out to those who are eligible, by its mode. A new round each time: it asks the newly eligible too."""
    shift = _locked(shift)
    _refuse_unless_open_to_offers(shift, now)
    offering.begin_round(shift, now)
    offering.ask_next_lot(shift, now)
    ring(tasks.go_on_offering, shift.pk)
    return selectors.shift(shift.pk)


@unit
def offer_shift_to(shift: Shift, employees: Sequence[Employee], *, now: datetime) -> Shift:
    """Hold it out to these, eligible or not, and whatever they answered before; they are judged when they accept."""
    shift = _locked(shift)
    _refuse_unless_open_to_offers(shift, now)
    if shift.status == Shift.Status.DRAFT:
        offering.begin_round(shift, now, is_asking=False)
    offering.note_consideration(shift, eligibility.reasons_against(shift, employees), now)
    offering.ask(shift, employees, now)
    return selectors.shift(shift.pk)


@unit
def withdraw_offers(shift: Shift) -> Shift:
    """Nobody may answer any more; the shift is a draft again."""
    shift = _locked(shift)
    withdrawn = Shift.objects.open().filter(pk=shift.pk).update(status=Shift.Status.DRAFT, is_asking=False)
    refuse(ShiftClosed, unless=withdrawn)
    shift.offers.pending().update(status=Status.WITHDRAWN)
    publish(events.offer_closed(shift, selectors.offered_to(shift)))
    touch_coverage()
    withdraw(messages.subject(shift), kinds=[messages.OFFERS])
    return selectors.shift(shift.pk)


@unit
def accept_offer(offer: ShiftOffer, *, now: datetime) -> ShiftOffer:
    """First to commit wins. The winner who asks again is told the same."""
    employee = Employee.objects.select_for_update(no_key=True).get(pk=offer.employee_id)
    shift = Shift.objects.select_for_update(no_key=True).get(pk=offer.shift_id)
    offer = _fresh(offer)
    if offer.status == Status.ACCEPTED:
        return offer
    refuse(NotAnEmployee, unless=employee.is_active)
    _refuse_closed(offer, now)
    _refuse_ineligible(eligibility.reasons_to_refuse(shift, employee))
    _give(shift, employee, now)
    shift.offers.filter(pk=offer.pk, status=Status.ACCEPTED).update(responded_at=now)
    publish(events.offer_accepted(shift, employee))
    return _fresh(offer)


@unit
def reject_offer(offer: ShiftOffer, *, now: datetime) -> ShiftOffer:
    shift = Shift.objects.select_for_update(no_key=True).get(pk=offer.shift_id)
    offer = _fresh(offer)
    if offer.status == Status.REJECTED:
        return offer
    _refuse_closed(offer, now)
    shift.offers.pending().filter(pk=offer.pk).update(status=Status.REJECTED, responded_at=now)
    publish(events.offer_rejected(shift, offer.employee))
    touch_coverage()
    withdraw(messages.subject(shift), kinds=[messages.OFFERS], to=[offer.employee.user_id])
    ring(tasks.go_on_offering, shift.pk)
    return _fresh(offer)


@unit
def drop_shift(offer: ShiftOffer, *, now: datetime) -> ShiftOffer:
    """She cannot come after all: it is held out again at once, to everybody who did not say no."""
    employee = Employee.objects.select_for_update(no_key=True).get(pk=offer.employee_id)
    shift = Shift.objects.select_for_update(no_key=True).get(pk=offer.shift_id)
    if shift.offers.filter(pk=offer.pk, status=Status.DROPPED).exists():
        return _fresh(offer)
    refuse(NotYourShift, unless=shift.status == Shift.Status.ASSIGNED and shift.assignee_id == employee.pk)
    refuse(ShiftStarted, unless=now < shift.start_at)
    shift.offers.filter(pk=offer.pk, status=Status.ACCEPTED).update(status=Status.DROPPED)
    offering.begin_round(shift, now)
    publish(events.shift_dropped(shift, [employee.user_id]))
    offering.ask_next_lot(shift, now)
    ring(tasks.go_on_offering, shift.pk)
    return _fresh(offer)


@unit
def assign_shift(shift: Shift, employee: Employee, *, force: bool = False, now: datetime) -> Shift:
    """A coordinator decides. `force` passes over whatever speaks against it, but never over another shift of hers."""
    employee = Employee.objects.select_for_update(no_key=True).get(pk=employee.pk)
    refuse(NotAnEmployee, unless=employee.is_active)
    shift = _locked(shift)
    if shift.status == Shift.Status.ASSIGNED and shift.assignee_id == employee.pk:
        return selectors.shift(shift.pk)
    _refuse_unless_open_to_offers(shift, now)
    reasons = eligibility.reasons_against(shift, [employee])[employee.pk]
    _refuse_ineligible([reason for reason in reasons if reason == Reason.OVERLAP or not force])
    if shift.status == Shift.Status.DRAFT:
        offering.begin_round(shift, now, is_asking=False)
    offering.hold_out(shift, [employee], now)
    _give(shift, employee, now)
    publish(events.shift_assigned(shift, employee))
    notify(messages.shift_assigned(shift, employee, now=now))
    return selectors.shift(shift.pk)


@unit
def cancel_shift(shift: Shift, *, now: datetime) -> Shift:
    """It is not needed any more, whoever was to work it."""
    shift = _locked(shift)
    assignee = shift.assignee
    if shift.status == Shift.Status.CANCELLED:
        return selectors.shift(shift.pk)
    may_be_cancelled = Shift.objects.filter(pk=shift.pk, status__in=["draft", "open", "assigned"])
    cancelled = may_be_cancelled.update(status=Shift.Status.CANCELLED, assignee=None, assigned_at=None, is_asking=False)
    refuse(ShiftClosed, unless=cancelled)
    shift.offers.filter(status__in=[Status.PENDING, Status.ACCEPTED]).update(status=Status.WITHDRAWN)
    publish(events.shift_cancelled(shift, selectors.offered_to(shift)))
    touch_coverage()
    withdraw(messages.subject(shift))
    if assignee:
        notify(messages.shift_cancelled(shift, assignee, now=now))
    return selectors.shift(shift.pk)


@unit
def retire_employee(user_id: UUID) -> None:
    """She works here no more; what she was to work is held out to others."""
    Employee.objects.filter(user=user_id, is_active=True).update(is_active=False)
    ring(tasks.release_shifts)


@unit
def tell_loser(offer: ShiftOffer, *, now: datetime) -> None:
    """Her client does not read the answer to its own yes: say otherwise that she came too late."""
    shift, offer = _locked(offer.shift), _fresh(offer)
    if offer.status != Status.TAKEN or shift.assignee_id is None:
        return
    publish(events.offer_closed(shift, [offer.employee.user_id]))
    notify(messages.shift_taken(shift, offer.employee, now=now))


@unit
def send_test_offer(employee: Employee, shift_id: int | None, *, now: datetime) -> Shift:
    """The test route of seed 002: a shift of that number, made up for tomorrow if there is none, held out to her."""
    known = Shift.objects.filter(pk=shift_id).first() if shift_id else None
    shift = known or _made_up_shift(shift_id, employee.user.zone, now)
    return offer_shift_to(shift, [employee], now=now)


def _made_up_shift(shift_id: int | None, zone: str, now: datetime) -> Shift:
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + DAY
    facts: dict[str, Any] = {
        "start_at": datetime.combine(tomorrow, time(9), ZoneInfo(zone)),
        "end_at": datetime.combine(tomorrow, time(17), ZoneInfo(zone)),
        "zone": zone,
        "location_name": "Outreach Center",
        "client_name": "Test Client",
        "service_type": "Home Care",
    }
    if shift_id is None:
        return create_shift(**facts)
    shift, _ = Shift.objects.get_or_create(pk=shift_id, defaults=facts)
    pass_over(shift_id)
    return shift


def _locked(shift: Shift) -> Shift:
    return Shift.objects.select_for_update(no_key=True).get(pk=shift.pk)


def _fresh(offer: ShiftOffer) -> ShiftOffer:
    return ShiftOffer.objects.select_related("shift", "employee").get(pk=offer.pk)


def _give(shift: Shift, employee: Employee, now: datetime) -> None:
    """The shift is hers, and nobody else's to answer. Both locks are held, and there is a pending offer to her."""
    given = {"status": Shift.Status.ASSIGNED, "assignee": employee, "assigned_at": now, "is_asking": False}
    refuse(ShiftTaken, unless=Shift.objects.open().filter(pk=shift.pk).update(**given))
    accepted = shift.offers.pending().filter(employee=employee).update(status=Status.ACCEPTED)
    refuse(OfferWithdrawn, unless=accepted)
    shift.offers.pending().update(status=Status.TAKEN)
    publish(events.offer_closed(shift, [user for user in selectors.offered_to(shift) if user != employee.user_id]))
    touch_coverage()
    withdraw(messages.subject(shift), kinds=[messages.OFFERS])
    ring(tasks.withdraw_overlapping, employee.pk)


def _refuse_unless_open_to_offers(shift: Shift, now: datetime) -> None:
    refuse(ShiftTaken, unless=shift.status != Shift.Status.ASSIGNED)
    refuse(ShiftClosed, unless=shift.status in {Shift.Status.DRAFT, Shift.Status.OPEN})
    refuse(ShiftStarted, unless=now < shift.start_at)


def _refuse_closed(offer: ShiftOffer, now: datetime) -> None:
    if offer.status != Status.PENDING:
        raise REFUSALS[Status(offer.status)]
    refuse(OfferExpired, unless=now < offer.expires_at)


def _refuse_ineligible(reasons: Sequence[Reason]) -> None:
    refuse(NotEligible, unless=not reasons, reasons=list(reasons))
