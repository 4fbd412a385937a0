"""What seed 003's app shows, as its sockets and its REST have it alike: five lists, encoded once and kept."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain

from django.db.models import QuerySet

from fleet import dialect_shapes, figures, freshness, kept, ranges, selectors, sources
from fleet.conf import limits
from fleet.dialect_shapes import Shape
from fleet.models import Vehicle, Violation
from fleet.ranges import Days, Grouping


class By(StrEnum):
    """What a distribution tells apart."""

    TYPE = "type"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Asked:
    """`is_full` as officers see it; a guard sees less of the vehicles."""

    days: Days
    grouping: Grouping
    by: By = By.TYPE
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Mirrored:
    """`total` where the list is not all there is."""

    text: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Mirror:
    """Of a board, by the type of the app's frame; `query` tells apart what is not the same for all who ask."""

    type: str
    board: str
    make: Callable[[Asked], Mirrored]
    query: Callable[[Asked], str]

    def read(self, asked: Asked, *, ttl: float | None = None, anew: bool = False) -> Mirrored:
        query = f"dialect {self.query(asked)}"
        mirrored: Mirrored = kept.read(self.board, query, lambda: self.make(asked), ttl=ttl, anew=anew)
        return mirrored


def usual(now: datetime, *, is_full: bool) -> Asked:
    """What the app's sockets are shown."""
    days = ranges.named(ranges.DEFAULT, now)
    return Asked(days, ranges.usual_grouping(days), is_full=is_full)


def shown_violations(violations: Iterable[Violation]) -> list[Shape]:
    """As `selectors.violations` has them."""
    listed = list(violations)
    devices = sources.names_of(one.source for one in listed if one.reported_by_id is None)
    return [dialect_shapes.violation(one, devices) for one in listed]


def shown_vehicles(vehicles: Iterable[Vehicle], *, is_full: bool) -> list[Shape]:
    return [dialect_shapes.vehicle(one, is_full=is_full) for one in vehicles]


def _violations(asked: Asked) -> Mirrored:
    return Mirrored(_encoded(shown_violations(selectors.violations()[: limits.dialect_violations])))


def _vehicles(asked: Asked) -> Mirrored:
    """Those that moved last first, then those that were registered last. Two queries, each by an index."""
    most = limits.dialect_vehicles
    moved = list(Vehicle.objects.exclude(status_at=None).order_by("-status_at", "-pk")[:most])
    others: QuerySet[Vehicle] = Vehicle.objects.filter(status_at=None).order_by("-pk")[: most - len(moved)]
    shown = shown_vehicles(chain(moved, others), is_full=asked.is_full)
    total = Vehicle.objects.count() if len(shown) == most else len(shown)
    return Mirrored(_encoded(shown), total if total > most else None)


def _summary(asked: Asked) -> Mirrored:
    return Mirrored(_encode(dialect_shapes.summary(figures.summary(asked.days))))


def _distribution(asked: Asked) -> Mirrored:
    found = figures.distribution(asked.days)
    return Mirrored(_encoded(dialect_shapes.top_charts(found.types if asked.by == By.TYPE else found.departments)))


def _logs(asked: Asked) -> Mirrored:
    moved = figures.movements(asked.days, asked.grouping)
    return Mirrored(_encoded(dialect_shapes.movement_charts(moved.values())))


def _encoded(items: Iterable[Shape]) -> str:
    """One by one: to encode thousands in one call would hold the interpreter from everybody else."""
    return f"[{','.join(map(_encode, items))}]"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

SUMMARY = Mirror("fleet_summary_update", freshness.SUMMARY, _summary, lambda asked: f"{asked.days}")
DISTRIBUTION = Mirror(
    "violation_distribution_update",
    freshness.DISTRIBUTION,
    _distribution,
    lambda asked: f"{asked.days} {asked.by}",
)
LOGS = Mirror("vehicle_logs_update", freshness.LOGS, _logs, lambda asked: f"{asked.days} {asked.grouping}")
VIOLATIONS = Mirror("violations_update", freshness.VIOLATIONS, _violations, lambda asked: "")
VEHICLES = Mirror("vehicles_update", freshness.VEHICLES, _vehicles, lambda asked: f"full={asked.is_full}")

MIRRORS = [SUMMARY, DISTRIBUTION, LOGS, VIOLATIONS, VEHICLES]  # the short ones first, as they are sent
