"""What speaks against giving a shift to an employee.

Whom to ask and who may accept is judged by the same rules, but for one: an employee who accepts is available, whatever
she said before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from enum import StrEnum

from core.clocks import Interval, last_local_day, local_days, local_weeks
from shifts.models import Availability, Employee, HeldQualification, Leave, Period, Shift


class Reason(StrEnum):
    UNAVAILABLE = "unavailable"
    ON_LEAVE = "on_leave"
    UNQUALIFIED = "unqualified"
    OVERLAP = "overlap"
    TOO_LITTLE_REST = "too_little_rest"
    DAILY_HOURS = "daily_hours"
    WEEKLY_HOURS = "weekly_hours"


@dataclass(slots=True)
class Record:
    """What is known of one employee around the time of a shift."""

    available: list[Interval] = field(default_factory=list)
    on_leave: list[Interval] = field(default_factory=list)
    working: list[Interval] = field(default_factory=list)
    qualifications: set[str] = field(default_factory=set)


def reasons_against(shift: Shift, employees: Collection[Employee]) -> dict[int, list[Reason]]:
    """By employee number; an empty list says that she is eligible."""
    records = _records(shift, employees)
    required = set(shift.qualifications.values_list("code", flat=True))
    return {
        employee.pk: [reason for reason, holds in _judge(shift, required, employee, records[employee.pk]) if holds]
        for employee in employees
    }


def reasons_to_refuse(shift: Shift, employee: Employee) -> list[Reason]:
    """What speaks against her own yes."""
    return [reason for reason in reasons_against(shift, [employee])[employee.pk] if reason != Reason.UNAVAILABLE]


def _judge(shift: Shift, required: set[str], employee: Employee, record: Record) -> Iterator[tuple[Reason, bool]]:
    time = _interval(shift)
    working = [time, *record.working]
    with_rest = time.widened(timedelta(hours=employee.min_rest_hours))
    overlapping = [other for other in record.working if time.overlaps(other)]
    too_near = [other for other in record.working if with_rest.overlaps(other) and other not in overlapping]
    yield Reason.UNAVAILABLE, not time.is_covered_by(record.available)
    yield Reason.ON_LEAVE, any(time.overlaps(leave) for leave in record.on_leave)
    yield Reason.UNQUALIFIED, not required <= record.qualifications
    yield Reason.OVERLAP, bool(overlapping)
    yield Reason.TOO_LITTLE_REST, bool(too_near)
    yield Reason.DAILY_HOURS, _is_exceeded(employee.max_daily_hours, local_days(time, shift.zone), working)
    yield Reason.WEEKLY_HOURS, _is_exceeded(employee.max_weekly_hours, local_weeks(time, shift.zone), working)


def _is_exceeded(hours: int, periods: Iterable[Interval], working: Collection[Interval]) -> bool:
    return any(
        sum((period.shared_with(work) for work in working), timedelta()) > timedelta(hours=hours) for period in periods
    )


def _records(shift: Shift, employees: Collection[Employee]) -> defaultdict[int, Record]:
    records: defaultdict[int, Record] = defaultdict(Record)
    time = _interval(shift)
    around = {"end_at__gt": time.start, "start_at__lt": time.end}
    for availability in Availability.objects.filter(employee__in=employees, **around):
        records[availability.employee_id].available.append(_interval(availability))
    for leave in Leave.objects.filter(employee__in=employees, is_approved=True, **around):
        records[leave.employee_id].on_leave.append(_interval(leave))
    for other in _other_shifts(shift, employees):
        assert other.assignee_id is not None
        records[other.assignee_id].working.append(_interval(other))
    last_day = last_local_day(time, shift.zone)
    for held in HeldQualification.objects.filter(employee__in=employees):
        if held.expires_on is None or held.expires_on >= last_day:
            records[held.employee_id].qualifications.add(held.qualification_id)
    return records


def _other_shifts(shift: Shift, employees: Collection[Employee]) -> Iterable[Shift]:
    """Near enough to matter: within the same week, or within somebody's rest."""
    weeks = list(local_weeks(_interval(shift), shift.zone))
    rest = timedelta(hours=max((employee.min_rest_hours for employee in employees), default=0))
    near = Interval(weeks[0].start, weeks[-1].end).widened(rest)
    return (
        Shift.objects.worked()
        .filter(assignee__in=employees, end_at__gt=near.start, start_at__lt=near.end)
        .exclude(pk=shift.pk)
    )


def _interval(period: Period) -> Interval:
    # In UTC, since Python counts between two times of one zone by their clocks.
    return Interval(period.start_at.astimezone(UTC), period.end_at.astimezone(UTC))
