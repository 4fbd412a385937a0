"""Employees as another system lists them: a CSV file with their own numbers. Safe to import again."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypedDict

from rest_framework import serializers

from accounts.models import User
from accounts.selectors import user_at
from accounts.serializers import AddressField
from accounts.zones import validate_zone
from core.api import read, refusal_of
from core.errors import DomainError
from core.unit import unit
from shifts.errors import EmployedAlready, NumberTaken
from shifts.models import Employee, HeldQualification, Qualification
from shifts.serializers import EmployeeIdField


class Person(TypedDict):
    address: str
    full_name: str
    zone: str


@dataclass(slots=True)
class Report:
    enrolled: int = 0
    renewed: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


class HeldField(serializers.Field):
    """`rn:2027-05-31;cpr` -> what she holds, and the last day on which it counts."""

    def to_internal_value(self, data: Any) -> dict[str, date | None]:
        parts = [part.strip().partition(":") for part in str(data).split(";") if part.strip()]
        known = set(Qualification.objects.values_list("code", flat=True))
        if unknown := [code for code, _, _ in parts if code not in known]:
            raise serializers.ValidationError([f"There is no qualification {code!r}." for code in unknown])
        day = serializers.DateField()
        return {code: day.run_validation(until) if until else None for code, _, until in parts}


class LineIn(serializers.Serializer):
    emp_id = EmployeeIdField()
    address = AddressField(help_text="An email address or a phone number.")
    full_name = serializers.CharField(max_length=150)
    zone = serializers.CharField(max_length=64, validators=[validate_zone], required=False)
    type = serializers.ChoiceField(choices=Employee.Type.choices, required=False)
    seniority = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    max_daily_hours = serializers.IntegerField(min_value=0, max_value=24, required=False)
    max_weekly_hours = serializers.IntegerField(min_value=0, max_value=168, required=False)
    min_rest_hours = serializers.IntegerField(min_value=0, max_value=48, required=False)
    qualifications = HeldField(required=False)


def import_employees(lines: Iterable[str]) -> Report:
    """Every good line counts, whatever is wrong with others; each is a unit of its own."""
    report = Report()
    rows = csv.DictReader(lines)
    for row in rows:
        given = {name: value for name, value in row.items() if name and value}
        try:
            is_new = enrol(**_parts(read(LineIn, given)))
        except (DomainError, serializers.ValidationError) as error:
            report.errors.append((rows.line_num, _text(error)))
        else:
            report.enrolled += is_new
            report.renewed += not is_new
    return report


@unit
def enrol(*, number: int, person: Person, held: dict[str, date | None] | None, terms: dict[str, Any]) -> bool:
    """True for a new employee. One who is known has her terms renewed, and what is not given stays."""
    user = user_at(person["address"]) or _new_user(**person)
    employee = Employee.objects.select_for_update(no_key=True).filter(pk=number).first()
    if employee is not None and employee.user_id != user.pk:
        raise NumberTaken
    if Employee.objects.filter(user=user).exclude(pk=number).exists():
        raise EmployedAlready
    if employee is None:
        Employee.objects.create(pk=number, user=user, **terms)
    else:
        Employee.objects.filter(pk=number).update(**terms, is_active=True)
    if held is not None:
        HeldQualification.objects.filter(employee=number).delete()
        HeldQualification.objects.bulk_create(
            HeldQualification(employee_id=number, qualification_id=code, expires_on=until)
            for code, until in held.items()
        )
    return employee is None


def _new_user(address: str, **profile: str) -> User:
    """Nobody can sign in as her before she proved the address and chose a password."""
    way = {"email": address} if "@" in address else {"phone": address}
    return User.objects.create_user(**way, **profile)


def _parts(line: dict[str, Any]) -> dict[str, Any]:
    person = {name: line.pop(name) for name in ("address", "full_name", "zone") if name in line}
    return {"number": line.pop("emp_id"), "person": person, "held": line.pop("qualifications", None), "terms": line}


def _text(error: Exception) -> str:
    refusal = refusal_of(error)
    assert refusal is not None
    fields = "; ".join(f"{name}: {' '.join(map(str, problems))}" for name, problems in refusal.details.items())
    return fields or refusal.message
