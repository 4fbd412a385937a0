"""Counts by the local day. Whoever changes a row that is counted moves the counts in the same unit, so that they are
never behind; `manage.py auditfleet` counts anew.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from core.sql import date_of, relation
from fleet.models import Tally, VehicleLog, Violation
from fleet.ranges import Days, local_date

ENTRY, EXIT, VIOLATION = (measure.value for measure in Tally.Measure)


class Counted(NamedTuple):
    day: date
    measure: str
    department: str
    type: str = ""
    status: str = ""


Changes = Counter[Counted]
NOTHING: Changes = Counter()


def on(days: Days) -> QuerySet[Tally]:
    return Tally.objects.filter(day__gte=days.first, day__lte=days.last)


def of_log(log: VehicleLog) -> Changes:
    changes: Changes = Counter()
    if log.in_at:
        changes[Counted(local_date(log.in_at), ENTRY, log.department)] += 1
    if log.out_at:
        changes[Counted(local_date(log.out_at), EXIT, log.department)] += 1
    return changes


def of_violation(violation: Violation) -> Counted:
    day = local_date(violation.reported_at)
    return Counted(day, VIOLATION, violation.department, violation.type, violation.status)


def of_violations(violations: Iterable[Violation]) -> Changes:
    return Counter(map(of_violation, violations))


def lock() -> None:
    """All of them, also those that there are not yet. On SQLite nobody else writes during a unit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE fleet_tally IN SHARE ROW EXCLUSIVE MODE")


def move(before: Changes, after: Changes) -> None:
    """Last in its unit: everybody's counts of a day are in the same few rows. In order, or two would deadlock."""
    after = after.copy()
    after.subtract(before)
    moved = sorted((counted, count) for counted, count in after.items() if count)
    if not moved:
        return
    days, measures, departments, types, statuses = zip(*(counted for counted, _ in moved), strict=True)
    source, parameters = relation(
        "moved",
        {
            "day": ("text", [day.isoformat() for day in days]),
            "measure": ("text", measures),
            "department": ("text", departments),
            "type": ("text", types),
            "status": ("text", statuses),
            "count": ("bigint", [count for _, count in moved]),
        },
    )
    columns = "day, measure, department, type, status"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO fleet_tally ({columns}, count) "
            f"SELECT {date_of('day')}, measure, department, type, status, count FROM {source} WHERE true "
            f"ORDER BY {columns} "
            f"ON CONFLICT ({columns}) DO UPDATE SET count = fleet_tally.count + excluded.count",
            parameters,
        )
