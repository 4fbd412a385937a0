from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet

from accounts.models import User
from realtime import presence
from shifts.errors import NoSuchEmployee, NoSuchOffer, NoSuchShift, NotAnEmployee
from shifts.models import Consideration, Employee, Shift, ShiftOffer, ShiftOfferQuerySet

RECENT = 50

CLOSED_BY_HER = [ShiftOffer.Status.REJECTED, ShiftOffer.Status.DROPPED]


def employee_of(user: User) -> Employee:
    employee = Employee.objects.active().filter(user=user).select_related("user").first()
    if employee is None:
        raise NotAnEmployee
    return employee


def is_employee(user: User) -> bool:
    return Employee.objects.active().filter(user=user).exists()


def employee(number: int) -> Employee:
    found = Employee.objects.active().filter(pk=number).select_related("user").first()
    if found is None:
        raise NoSuchEmployee
    return found


def employees(numbers: Collection[int]) -> list[Employee]:
    """All of them, or a refusal that says which are missing."""
    found = list(Employee.objects.active().filter(pk__in=numbers).select_related("user").by_rank())
    missing = sorted(set(numbers) - {employee.pk for employee in found})
    if missing:
        raise NoSuchEmployee(employee_ids=missing)
    return found


def employee_read_by(user: User, number: int) -> Employee:
    """Herself; for staff, anybody."""
    found = employee(number)
    if found.user_id != user.pk and not user.is_staff:
        raise NoSuchEmployee
    return found


def shift(shift_id: int) -> Shift:
    found = Shift.objects.filter(pk=shift_id).select_related("assignee__user").first()
    if found is None:
        raise NoSuchShift
    return found


def shifts() -> QuerySet[Shift]:
    return Shift.objects.select_related("assignee__user").prefetch_related("qualifications")


def offer_of(user: User, shift_id: int) -> ShiftOffer:
    offer = offers_of(employee_of(user)).filter(shift__pk=shift_id).first()
    if offer is None:
        raise NoSuchOffer
    return offer


def offers_of(employee: Employee) -> ShiftOfferQuerySet:
    return ShiftOffer.objects.filter(employee=employee).select_related("shift", "employee")


def pending_offers(employee: Employee, now: datetime) -> QuerySet[ShiftOffer]:
    """What she may accept: priority first, then what begins first."""
    return offers_of(employee).live(now).order_by("-shift__priority", "shift__start_at", "shift_id")


def undelivered_offers(user_id: UUID, now: datetime) -> list[ShiftOffer]:
    """Pending ones that were never written to a socket of hers."""
    employee = Employee.objects.filter(user=user_id).first()
    return list(pending_offers(employee, now).filter(delivered_at=None)) if employee else []


def is_available(user: User, shift_id: int, now: datetime) -> bool:
    """Could she accept it now? Staff are told whether anybody could."""
    offers = ShiftOffer.objects.live(now).filter(shift__pk=shift_id, shift__status=Shift.Status.OPEN)
    return (offers if user.is_staff else offers.filter(employee__user=user)).exists()


def offered_to(shift: Shift) -> list[UUID]:
    """The users in whose view the shift is, since they were once asked to work it."""
    return list(shift.offers.order_by("pk").values_list("employee__user_id", flat=True))


def candidates(shift: Shift) -> QuerySet[Employee]:
    """Whom to consider next, best first: not yet considered in this round, not asked at present, and never said no."""
    asked = ShiftOffer.objects.filter(shift=shift, employee=OuterRef("pk"))
    considered = Consideration.objects.filter(shift=shift, employee=OuterRef("pk"), round=shift.round)
    return (
        Employee.objects.active()
        .exclude(Exists(asked.filter(status__in=[ShiftOffer.Status.PENDING, *CLOSED_BY_HER])))
        .exclude(Exists(considered))
        .select_related("user")
        .by_rank()
    )


def considered(shift: Shift) -> QuerySet[Consideration]:
    """Everybody who was thought of, in that order, with her offer if she was asked."""
    hers = Prefetch("employee__offers", queryset=ShiftOffer.objects.filter(shift=shift), to_attr="of_this_shift")
    return Consideration.objects.filter(shift=shift).select_related("employee__user").prefetch_related(hers)


def connected_employees() -> list[int]:
    """Numbers of those with a socket open now."""
    numbers = dict(Employee.objects.active().values_list("user_id", "pk"))
    return sorted(numbers[user_id] for user_id in presence.online(numbers))


def pending_counts(now: datetime) -> dict[int, int]:
    """How many offers each employee may accept, for those who have any."""
    counted = ShiftOffer.objects.live(now).order_by("employee").values_list("employee")
    return dict(counted.annotate(count=Count("pk")))


def overlapping_offers() -> QuerySet[ShiftOffer]:
    """Pending offers of shifts at a time when the employee works another."""
    other = Shift.objects.worked().filter(
        assignee=OuterRef("employee"), start_at__lt=OuterRef("shift__end_at"), end_at__gt=OuterRef("shift__start_at")
    )
    return ShiftOffer.objects.pending().filter(Exists(other))


def shifts_of_the_departed(now: datetime) -> QuerySet[Shift]:
    return Shift.objects.filter(status=Shift.Status.ASSIGNED, assignee__is_active=False, start_at__gt=now)


def recent_keys(user_id: UUID) -> list[str]:
    """The shifts in her fresh view: all she may answer, and the newest of the others."""
    mine = ShiftOffer.objects.filter(employee__user=user_id)
    newest = mine.order_by("-sent_at", "-pk").values_list("shift_id", flat=True)[:RECENT]
    return [str(pk) for pk in {*newest, *mine.pending().values_list("shift_id", flat=True)}]
