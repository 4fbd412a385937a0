"""What the charts show, from the counts by day. A ratio that has no denominator is None.

A violation belongs to the day on which it was reported, an entry or exit to the day on which it happened.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Sum

from core.counting import percent_change
from fleet import tallies
from fleet.models import Tally, Vehicle, Violation
from fleet.ranges import Bucket, Days, Grouping, bucket_of, buckets

UNKNOWN = "Unknown"  # what has no department: a plate that nobody registered, above all


@dataclass(frozen=True, slots=True)
class Movements:
    entries: int = 0
    exits: int = 0

    @property
    def total(self) -> int:
        return self.entries + self.exits


@dataclass(frozen=True, slots=True)
class Summary:
    """`total_violations` are all of the days, `active_violations` those nobody has decided on; `trend` compares all of
    them with as many days before, in per cent.
    """

    days: Days
    total_violations: int
    active_violations: int
    total_vehicles: int
    movements: Movements
    trend: float | None
    types: list[tuple[str, int]]
    department_violations: list[tuple[str, int]]
    department_movements: list[tuple[str, Movements]]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Most frequent first."""

    days: Days
    total: int
    types: list[tuple[str, int]]
    departments: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Registry:
    """How many vehicles there are of each sort."""

    total: int
    onsite: int
    types: dict[str, int]
    departments: dict[str, int]
    year_levels: dict[str, int]
    registrations: dict[str, int]


def summary(days: Days) -> Summary:
    counted = _counts(days)
    total = sum(counted.by_type.values())
    before = _counts(days.before())
    return Summary(
        days,
        total_violations=total,
        active_violations=counted.by_status[Violation.Status.PENDING],
        total_vehicles=Vehicle.objects.count(),
        movements=Movements(counted.entries.total(), counted.exits.total()),
        trend=percent_change(sum(before.by_type.values()), total),
        types=ranked(counted.by_type),
        department_violations=ranked(counted.by_department),
        department_movements=[
            (department, Movements(counted.entries[department], counted.exits[department]))
            for department, _ in ranked(counted.entries + counted.exits)
        ],
    )


def distribution(days: Days) -> Distribution:
    counted = _counts(days)
    total = sum(counted.by_type.values())
    return Distribution(days, total, ranked(counted.by_type), ranked(counted.by_department))


def states() -> dict[str, int]:
    """How many violations there are in each state, whenever they were."""
    reported = Tally.objects.filter(measure=tallies.VIOLATION).values_list("status").annotate(Sum("count"))
    counts = dict(reported.order_by())
    return {status: counts.get(status, 0) for status in Violation.Status.values}


def movements(days: Days, grouping: Grouping) -> dict[str, tuple[Bucket, Movements]]:
    """Every bucket that the days touch, in order, by `bucket_of`."""
    entries: Counter[date] = Counter()
    exits: Counter[date] = Counter()
    moved = tallies.on(days).filter(measure__in=[tallies.ENTRY, tallies.EXIT])
    for day, measure, count in moved.values_list("day", "measure").annotate(Sum("count")).order_by():
        (entries if measure == tallies.ENTRY else exits)[day] += count
    return in_buckets(entries, exits, days, grouping)


def in_buckets(
    entries: Counter[date], exits: Counter[date], days: Days, grouping: Grouping
) -> dict[str, tuple[Bucket, Movements]]:
    """By day, so many."""
    ins, outs = _regrouped(entries, grouping), _regrouped(exits, grouping)
    return {key: (bucket, Movements(ins[key], outs[key])) for key, bucket in buckets(days, grouping).items()}


def _regrouped(counted: Counter[date], grouping: Grouping) -> Counter[str]:
    regrouped: Counter[str] = Counter()
    for day, count in counted.items():
        regrouped[bucket_of(day, grouping)] += count
    return regrouped


def registry() -> Registry:
    sorts = Vehicle.objects.values_list("status", "vehicle_type", "department", "year_level", "registration_status")
    figures: list[Counter[str]] = [Counter() for _ in range(5)]
    for *sort, count in sorts.annotate(Count("pk")).order_by():
        for figure, value in zip(figures, sort, strict=True):
            figure[value or UNKNOWN] += count
    places, types, departments, year_levels, registrations = figures
    return Registry(
        total=places.total(),
        onsite=places[Vehicle.Status.ONSITE],
        types=dict(ranked(types)),
        departments=dict(ranked(departments)),
        year_levels=dict(ranked(year_levels)),
        registrations=dict(ranked(registrations)),
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    entries: Counter[str] = field(default_factory=Counter)  # by department, as the exits
    exits: Counter[str] = field(default_factory=Counter)
    by_type: Counter[str] = field(default_factory=Counter)  # of violations, as what follows
    by_status: Counter[str] = field(default_factory=Counter)
    by_department: Counter[str] = field(default_factory=Counter)


def _counts(days: Days) -> _Counts:
    counts = _Counts()
    sums = tallies.on(days).values_list("measure", "department", "type", "status")
    for measure, department, kind, status, count in sums.annotate(Sum("count")).order_by():
        department = department or UNKNOWN
        match measure:
            case tallies.ENTRY:
                counts.entries[department] += count
            case tallies.EXIT:
                counts.exits[department] += count
            case tallies.VIOLATION:
                counts.by_type[kind] += count
                counts.by_status[status] += count
                counts.by_department[department] += count
    return counts


def ranked(counted: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first, and what is as frequent in the order of its name. What came to nothing is not there."""
    return sorted((item for item in counted.items() if item[1]), key=lambda item: (-item[1], item[0]))
