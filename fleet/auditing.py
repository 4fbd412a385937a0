"""The counts by day against the rows they count."""

from collections import Counter
from typing import Any

from django.db.models import Count, Manager, Max, Min, Q
from django.db.models.functions import TruncDate

from core.clocks import local_day
from core.unit import unit
from fleet import freshness, tallies
from fleet.models import Tally, VehicleLog, Violation
from fleet.ranges import Days, local_date, zone
from fleet.tallies import ENTRY, EXIT, VIOLATION, Changes, Counted


def whole() -> Days | None:
    """All days on which anything happened, or is counted."""
    logs, violations, counts = VehicleLog.objects, Violation.objects, Tally.objects
    moments = [_ends(logs, "at"), _ends(logs, "out_at"), _ends(violations, "reported_at")]
    ends = [*(local_date(moment) for ends in moments for moment in ends), *_ends(counts, "day")]
    return Days(min(ends), max(ends)) if ends else None


def recount(days: Days) -> Changes:
    """From the rows, whatever the counts say."""
    counted: Changes = Counter()
    for measure, column in ((ENTRY, "in_at"), (EXIT, "out_at")):
        logs = VehicleLog.objects.filter(_within(column, days))
        by_day = logs.values_list(TruncDate(column, tzinfo=zone()), "department")
        for day, department, count in by_day.annotate(Count("pk")).order_by():
            counted[Counted(day, measure, department)] = count
    sorts = ["department", "type", "status"]
    violations = Violation.objects.filter(_within("reported_at", days))
    by_day = violations.values_list(TruncDate("reported_at", tzinfo=zone()), *sorts)
    for day, department, kind, status, count in by_day.annotate(Count("pk")).order_by():
        counted[Counted(day, VIOLATION, department, kind, status)] = count
    return counted


def counted(days: Days) -> Changes:
    rows = Tally.objects.filter(day__gte=days.first, day__lte=days.last).exclude(count=0)
    return Counter({Counted(*sort): count for *sort, count in rows.values_list(*Counted._fields, "count")})


@unit
def repair(days: Days) -> Changes:
    """Count anew; whoever changes a count of these days meanwhile waits. Answers by how much which was wrong."""
    locked = Tally.objects.select_for_update(no_key=True).filter(day__gte=days.first, day__lte=days.last)
    list(locked.order_by(*Counted._fields).values_list("pk"))
    right, was = recount(days), counted(days)
    wrong = Counter(right)
    wrong.subtract(was)
    tallies.move(was, right)
    if any(wrong.values()):
        freshness.all_changed()
    return Counter({sort: by for sort, by in wrong.items() if by})


def _ends(rows: Manager[Any], column: str) -> list[Any]:
    ends = rows.aggregate(first=Min(column), last=Max(column))
    return [end for end in ends.values() if end is not None]


def _within(column: str, days: Days) -> Q:
    since = local_day(days.first, zone().key).start
    until = local_day(days.last, zone().key).end
    return Q(**{f"{column}__gte": since, f"{column}__lt": until})
