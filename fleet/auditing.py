"""The counts by day against the rows they count."""

from collections import Counter
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from core.clocks import local_day
from core.unit import unit
from fleet import freshness, tallies
from fleet.models import Tally, VehicleLog, Violation
from fleet.ranges import Days, local_date, zone
from fleet.tallies import ENTRY, EXIT, VIOLATION, Changes, Counted


def whole() -> Days | None:
    """All days on which anything happened, or is counted."""
    ends: list[date] = []
    ends += map(local_date, VehicleLog.objects.order_by("at").values_list("at", flat=True)[:1])
    ends += map(local_date, VehicleLog.objects.order_by("-at").values_list("at", flat=True)[:1])
    ends += map(local_date, VehicleLog.objects.order_by("-out_at").exclude(out_at=None).values_list("out_at", flat=True)[:1])
    ends += map(local_date, Violation.objects.order_by("reported_at").values_list("reported_at", flat=True)[:1])
    ends += map(local_date, Violation.objects.order_by("-reported_at").values_list("reported_at", flat=True)[:1])
    ends += Tally.objects.order_by("day").values_list("day", flat=True)[:1]
    ends += Tally.objects.order_by("-day").values_list("day", flat=True)[:1]
    return Days(min(ends), max(ends)) if ends else None


def recount(days: Days) -> Changes:
    """From the rows, whatever the counts say."""
    counted: Changes = Counter()
    for measure, column in ((ENTRY, "in_at"), (EXIT, "out_at")):
        logs = VehicleLog.objects.filter(_within(column, days)).values_list(TruncDate(column, tzinfo=zone()), "department")
        for day, department, count in logs.annotate(Count("pk")).order_by():
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


def _within(column: str, days: Days) -> Q:
    since = local_day(days.first, zone().key).start
    until = local_day(days.last, zone().key).end
    return Q(**{f"{column}__gte": since, f"{column}__lt": until})
