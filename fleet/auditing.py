"""The counts by day against the rows they count."""

from collections import Counter
from typing import Any

from django.db.models import Count, F, Manager, Max, Min, QuerySet, Value
from django.db.models.functions import TruncDate

from core.unit import unit
from fleet import freshness, tallies
from fleet.models import Tally, VehicleLog, Violation
from fleet.ranges import Days, local_date, within, zone
from fleet.tallies import ENTRY, EXIT, VIOLATION, Changes, Counted


def whole() -> Days | None:
    """All days on which anything happened, or is counted."""
    logs, violations, counts = VehicleLog.objects, Violation.objects, Tally.objects
    moments = [_ends(logs, "at"), _ends(logs, "out_at"), _ends(violations, "reported_at")]
    ends = [*(local_date(moment) for ends in moments for moment in ends), *_ends(counts, "day")]
    return Days(min(ends), max(ends)) if ends else None


def recount(days: Days) -> Changes:
    """From the rows, whatever the counts say."""
    entries, *others = _in_rows(days)
    return _sum(entries.union(*others, all=True))


def counted(days: Days) -> Changes:
    return _sum(_in_tallies(days, F("count")))


def drift(days: Days) -> Changes:
    """What the counts lack; what they have too much is negative. One statement sees one moment: who counts meanwhile is
    no difference.
    """
    entries, *others = _in_rows(days)
    return _sum(entries.union(*others, _in_tallies(days, -F("count")), all=True))


@unit
def repair(days: Days) -> Changes:
    """Count anew; whoever changes a count meanwhile waits. Answers by how much which was wrong."""
    tallies.lock()
    wrong = drift(days)
    if wrong:
        tallies.move(tallies.NOTHING, wrong)
        freshness.all_changed()
    return wrong


def _in_rows(days: Days) -> list[QuerySet[Any, Any]]:
    logs = {"type": Value(""), "status": Value("")}
    return [
        _grouped(VehicleLog.objects, "in_at", days, measure=Value(ENTRY), **logs),
        _grouped(VehicleLog.objects, "out_at", days, measure=Value(EXIT), **logs),
        _grouped(Violation.objects, "reported_at", days, measure=Value(VIOLATION)),
    ]


def _grouped(rows: Manager[Any], column: str, days: Days, **constants: Value) -> QuerySet[Any, Any]:
    dated = rows.filter(within(column, days)).annotate(day=TruncDate(column, tzinfo=zone()), **constants)
    return dated.order_by().values_list(*Counted._fields).annotate(number=Count("pk"))


def _in_tallies(days: Days, number: Any) -> QuerySet[Any, Any]:
    return tallies.on(days).values_list(*Counted._fields).annotate(number=number)


def _sum(numbers: QuerySet[Any, Any]) -> Changes:
    """What comes to nothing is left out."""
    summed: Changes = Counter()
    for *sort, number in numbers:
        summed[Counted(*sort)] += number
    return Counter({sort: number for sort, number in summed.items() if number})


def _ends(rows: Manager[Any], column: str) -> list[Any]:
    ends = rows.aggregate(first=Min(column), last=Max(column))
    return [end for end in ends.values() if end is not None]
