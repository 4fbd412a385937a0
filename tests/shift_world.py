"""What hands are asked to do to a deployment with shifts: its staff, every verb, and the laws of its rows."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils.timezone import now

from accounts.models import User
from core.errors import DomainError, refuse
from core.unit import unit
from notifications.models import Delivery, Device, Notice
from notifications.reach import devices
from realtime import commands
from realtime.models import Cursor
from realtime.publishing import publish
from shifts import (
    delivery,
    eligibility,
    enrolment,
    events,
    expiry,
    leaving,
    messages,
    offering,
    overlaps,
    selectors,
    services,
)
from shifts.errors import NotEligible, ShiftTaken
from shifts.models import Availability, Employee, Shift, ShiftOffer
from tests.factories.accounts import PASSWORD

HOUR = timedelta(hours=1)
LIVE = [Shift.Status.DRAFT, Shift.Status.OPEN, Shift.Status.ASSIGNED]
EVER = {"start_at": datetime.fromisoformat("2000-01-01T00:00Z"), "end_at": datetime.fromisoformat("2099-01-01T00:00Z")}


# Its people


def hire(count: int, is_available: bool = True) -> list[dict[str, Any]]:
    """New employees, who may work at any hour: user, number, and the address that opens their account."""
    known, hashed = Employee.objects.count(), make_password(PASSWORD)
    users = [
        User(email=f"nurse{n}@ward.test", full_name=f"Nurse {n}", password=hashed) for n in range(known, known + count)
    ]
    User.objects.bulk_create(users)
    terms = {"max_daily_hours": 24, "max_weekly_hours": 168, "min_rest_hours": 0}
    nurses = [Employee(pk=101 + known + n, user=user, seniority=n, **terms) for n, user in enumerate(users)]
    Employee.objects.bulk_create(nurses)
    if is_available:
        Availability.objects.bulk_create(Availability(employee=nurse, **EVER) for nurse in nurses)
    return [{"id": str(nurse.user_id), "emp_id": nurse.pk, "email": nurse.user.email} for nurse in nurses]


def hire_with_phones(count: int) -> list[dict[str, Any]]:
    nurses = hire(count)
    for nurse in nurses:
        address = f"phone-{nurse['emp_id']}"
        devices.register(user_id=UUID(nurse["id"]), address=address, platform=Device.Platform.ANDROID, now=now())
    return nurses


def coordinator() -> dict[str, Any]:
    user = User.objects.create_user("desk@ward.test", PASSWORD, full_name="Desk", is_staff=True)
    return {"id": str(user.pk), "email": user.email}


# Its shifts


def draft(hours_ahead: int, hours: int = 8) -> int:
    start_at = now().replace(minute=0, second=0, microsecond=0) + hours_ahead * HOUR
    return services.create_shift(start_at=start_at, end_at=start_at + hours * HOUR, location_name="Willow Place").pk


def offer_to(shift_id: int, emp_ids: list[int]) -> None:
    services.offer_shift_to(selectors.shift(shift_id), selectors.employees(emp_ids), now=now())


def offered(hours_ahead: int, emp_ids: list[int]) -> int:
    """A shift that is held out to these."""
    shift_id = draft(hours_ahead)
    offer_to(shift_id, emp_ids)
    return shift_id


def assigned(hours_ahead: int, emp_id: int) -> int:
    shift_id = draft(hours_ahead)
    assign(emp_id, shift_id)
    return shift_id


def state(shift_id: int) -> dict[str, Any]:
    shift = selectors.shift(shift_id)
    offers = dict(shift.offers.order_by("employee").values_list("employee", "status"))
    return {"status": shift.status, "assignee": shift.assignee_id, "offers": offers}


def statuses_of(user_id: UUID) -> dict[int, str]:
    """Her offers: shift and status."""
    offers = ShiftOffer.objects.filter(employee__user=user_id).order_by("shift")
    return dict(offers.values_list("shift", "status"))


def undelivered(user_id: UUID) -> list[int]:
    return [offer.shift_id for offer in selectors.undelivered_offers(user_id, now())]


def acknowledged(user_id: UUID) -> list[list[Any]]:
    """Her devices, and how far each has read in the foreground."""
    cursors = Cursor.objects.filter(user_id=user_id).order_by("device")
    return [[device.partition(":")[0], upto] for device, upto in cursors.values_list("device", "acked_foreground")]


def is_quiet(shift_id: int) -> bool:
    """Nothing about it waits or is on the wire, and all of it was looked at."""
    notices = Notice.objects.filter(subject_key=str(shift_id))
    return not (Delivery.objects.active().filter(notice__in=notices) or notices.filter(planned_at=None))


def count_shifts() -> int:
    return Shift.objects.count()


# The laws of its rows


def breaches() -> list[str]:
    """Whatever was called in whatever order: nothing."""
    found = [f"{shift.pk}: {problem}" for shift in Shift.objects.order_by("pk") for problem in _breaches(shift)]
    worked = Shift.objects.worked()
    for one in worked:
        others = worked.filter(assignee=one.assignee, start_at__lt=one.end_at, end_at__gt=one.start_at, pk__gt=one.pk)
        found += [f"{one.assignee_id} works {one.pk} and {other.pk} at once" for other in others]
    return found


def _breaches(shift: Shift) -> list[str]:
    told = Notice.objects.filter(kind=messages.OFFERS, subject_key=str(shift.pk), withdrawn_at=None)
    winners = list(shift.offers.filter(status="accepted").values_list("employee", flat=True))
    laws = {
        "assigned to somebody": bool(shift.assignee_id) == (shift.status in Shift.WORKED),
        f"the assignee {shift.assignee_id} has won": winners == ([shift.assignee_id] if shift.assignee_id else []),
        "only an open shift waits": shift.status == "open" or not shift.offers.filter(status="pending").exists(),
        "who may answer was told, and nobody else": sorted(told.values_list("recipient", flat=True))
        == sorted(shift.offers.pending().values_list("employee__user", flat=True)),
        "only an open shift asks": shift.status == "open" or not shift.is_asking,
    }
    return [law for law, holds in laws.items() if not holds]


# Answers as employees give them


def accept(user_id: UUID, shift_id: int) -> str:
    services.accept_offer(_offer(user_id, shift_id), now=now())
    return "won"


def accept_and_look_at_the_clock(user_id: UUID, shift_id: int) -> float:
    """When it was committed."""
    accept(user_id, shift_id)
    return time.time()


def accept_by_command(user_id: UUID, command_id: UUID, shift_id: int) -> str:
    answer = commands.run(user_id, command_id, "shifts.accept_offer", {"shift_id": shift_id})
    return "won" if answer.is_ok else answer.body["code"]


def accept_a_minute_before(user_id: UUID, shift_id: int) -> str:
    offer = _offer(user_id, shift_id)
    services.accept_offer(offer, now=offer.shift.start_at - timedelta(minutes=1))
    return "won"


def drop(user_id: UUID, shift_id: int) -> str:
    services.drop_shift(_offer(user_id, shift_id), now=now())
    return "dropped"


def assign(emp_id: int, shift_id: int) -> str:
    services.assign_shift(selectors.shift(shift_id), selectors.employee(emp_id), force=True, now=now())
    return "assigned"


def cancel(shift_id: int) -> str:
    services.cancel_shift(selectors.shift(shift_id), now=now())
    return "cancelled"


def let_it_begin(shift_id: int) -> str:
    """As the sweep does with a shift whose start has come."""
    start_at = selectors.shift(shift_id).start_at
    expiry.expire_offers(shift_id, start_at)
    expiry.give_up(shift_id, start_at)
    return "begun"


def withdraw_overlapping(emp_id: int) -> None:
    overlaps.withdraw_overlapping(emp_id)


def mark_delivered(shift_id: int, emp_ids: list[int]) -> None:
    delivery.mark_delivered([(number, shift_id) for number in emp_ids], now())


def cancel_in_silence(shift_id: int) -> None:
    """How it must not be done: nobody is told."""
    Shift.objects.filter(pk=shift_id).update(status=Shift.Status.CANCELLED, assignee=None, is_asking=False)


def _offer(user_id: UUID, shift_id: int) -> ShiftOffer:
    return selectors.offer_of(User.objects.get(pk=user_id), shift_id)


# How it must not be done: look, then write what was seen, with nothing in between that makes others wait


@unit
def accept_unguarded(user_id: UUID, shift_id: int) -> str:
    _write_what_was_seen(_look(user_id, shift_id))
    return "won"


def accept_after_a_look(user_id: UUID, shift_id: int) -> str:
    """Where a unit has the database for itself from its first line on, the look is before it."""
    offer = _look(user_id, shift_id)
    with unit():
        _write_what_was_seen(offer)
    return "won"


def _look(user_id: UUID, shift_id: int) -> ShiftOffer:
    offer = _offer(user_id, shift_id)
    refuse(ShiftTaken, unless=offer.shift.status == Shift.Status.OPEN and offer.status == ShiftOffer.Status.PENDING)
    refuse(NotEligible, unless=not eligibility.reasons_to_refuse(offer.shift, offer.employee))
    return offer


def _write_what_was_seen(offer: ShiftOffer) -> None:
    shift, employee = offer.shift, offer.employee
    Shift.objects.filter(pk=shift.pk).update(
        status=Shift.Status.ASSIGNED, assignee=employee, assigned_at=now(), is_asking=False
    )
    shift.offers.filter(pk=offer.pk).update(status=ShiftOffer.Status.ACCEPTED, responded_at=now())
    shift.offers.pending().update(status=ShiftOffer.Status.TAKEN)
    publish(events.offer_closed(shift, [user for user in selectors.offered_to(shift) if user != employee.user_id]))
    publish(events.offer_accepted(shift, employee))


def drop_the_last_guard() -> None:
    """The constraint would stop a second winner by itself."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_accepted_offer")


# Every verb, on the nth of the shifts and the mth of the employees there are


@dataclass(frozen=True, slots=True)
class Call:
    """What a verb came to, on which shift and employee, and when: by a clock that all processes share."""

    verb: str
    shift: int
    employee: int
    outcome: str
    began: float
    ended: float


def call(verb: str, n: int, m: int) -> dict[str, Any]:
    shift, employee = _shift(n), _employee(m)
    began = time.monotonic()
    try:
        VERBS[verb](shift, employee)
        outcome = "ok"
    except DomainError as refusal:
        outcome = refusal.code
    return asdict(Call(verb, shift.pk, employee.pk, outcome, began, time.monotonic()))


def _shift(n: int) -> Shift:
    """The nth of those that have a life before them, or the last there was."""
    live = list(Shift.objects.filter(status__in=LIVE).order_by("pk")[: n + 1])
    return live[-1] if live else Shift.objects.latest("pk")


def _employee(m: int) -> Employee:
    return Employee.objects.select_related("user").order_by("pk")[m]


def _her_offer(shift: Shift, employee: Employee) -> ShiftOffer:
    return selectors.offer_of(employee.user, shift.pk)


def _somebodys_offer(shift: Shift, employee: Employee, status: ShiftOffer.Status) -> ShiftOffer:
    """One that is in this state, so that a verb does more than refuse; or else hers."""
    found = shift.offers.filter(status=status).order_by("?").first()
    return found or _her_offer(shift, employee)


def _with_next(employee: Employee) -> list[Employee]:
    return list(Employee.objects.active().filter(pk__gte=employee.pk).order_by("pk")[:2])


def _create(shift: Shift, employee: Employee) -> None:
    """Some overlap, and every other asks one employee after another."""
    start_at = now() + timedelta(hours=26 + 5 * (shift.pk % 9))
    mode = Shift.Mode.values[employee.pk % 2]
    created = services.create_shift(start_at=start_at, end_at=start_at + 8 * HOUR, mode=mode)
    services.offer_shift_to(created, [employee], now=now())


@unit
def _revise(shift: Shift, employee: Employee) -> None:
    """As a coordinator must: withdraw, then change."""
    with suppress(DomainError):
        services.withdraw_offers(shift)
    services.revise_shift(shift, description=f"For {employee.pk}")


def _accept(shift: Shift, employee: Employee) -> None:
    services.accept_offer(_somebodys_offer(shift, employee, ShiftOffer.Status.PENDING), now=now())


def _drop(shift: Shift, employee: Employee) -> None:
    services.drop_shift(_somebodys_offer(shift, employee, ShiftOffer.Status.ACCEPTED), now=now())


def _tell_losers(shift: Shift, employee: Employee) -> None:
    for offer in shift.offers.select_related("shift", "employee"):
        services.tell_loser(offer, now=now())


def _mark_delivered(shift: Shift, employee: Employee) -> None:
    """As web processes do that have written a burst: to several sockets, of several shifts."""
    employees = [other.pk for other in _with_next(employee)]
    shifts = [shift.pk, *Shift.objects.open().filter(pk__gt=shift.pk).values_list("pk", flat=True)[:1]]
    for offer in ShiftOffer.objects.filter(shift__in=shifts, employee__in=employees):
        with unit():
            ShiftOffer.objects.filter(pk=offer.pk).update(delivered_at=None)
    delivery.mark_delivered([(number, pk) for number in employees for pk in shifts], now())


def _leave_and_return(shift: Shift, employee: Employee) -> None:
    services.retire_employee(employee.user_id)
    leaving.release_shifts(now())
    person = {"address": employee.user.email, "full_name": "", "zone": "UTC"}
    enrolment.enrol(number=employee.pk, person=person, held={}, terms={})


def _withdraw_overlapping(shift: Shift, employee: Employee) -> None:
    """With something to withdraw, if she works at that time."""
    with suppress(DomainError):
        services.offer_shift_to(shift, [employee], now=now())
    overlaps.withdraw_overlapping(employee.pk)


def _sweep(shift: Shift, employee: Employee) -> None:
    """By a clock that runs ahead, or nothing would begin in the time of a test."""
    later = now() + timedelta(hours=28)
    expiry.expire_offers(shift.pk, later)
    expiry.tidy(later)


VERBS: dict[str, Callable[[Shift, Employee], object]] = {
    "create": _create,
    "revise": _revise,
    "offer": lambda shift, employee: services.offer_shift(shift, now=now()),
    "offer_to": lambda shift, employee: services.offer_shift_to(shift, _with_next(employee), now=now()),
    "withdraw": lambda shift, employee: services.withdraw_offers(shift),
    "accept": _accept,
    "reject": lambda shift, employee: services.reject_offer(_her_offer(shift, employee), now=now()),
    "drop": _drop,
    "assign": lambda shift, employee: services.assign_shift(shift, employee, force=True, now=now()),
    "cancel": lambda shift, employee: services.cancel_shift(shift, now=now()),
    "tell_losers": _tell_losers,
    "send_test_offer": lambda shift, employee: services.send_test_offer(employee, shift.pk, now=now()),
    "mark_delivered": _mark_delivered,
    "leave_and_return": _leave_and_return,
    "go_on": lambda shift, employee: offering.go_on(shift.pk, now()),
    "withdraw_overlapping": _withdraw_overlapping,
    "sweep": _sweep,
}


def verbs() -> list[str]:
    return list(VERBS)
