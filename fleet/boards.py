"""The five boards. What is a list has a key for each of its members, so that one that changes is sent alone:
`vehicle:<id>`, `violation:<id>`, `day:<date>`.
"""

from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils import timezone

from fleet import figures, freshness, ranges, selectors, shapes
from fleet.conf import limits
from fleet.models import Vehicle
from fleet.ranges import Days, Grouping
from realtime.boards import BoardKind


def show_violations(days: Days) -> dict[str, Any]:
    """The newest, and how many there are in each state, whenever they were."""
    newest = selectors.violations()[: limits.shown]
    return {"states": figures.states(), **{f"violation:{one.pk}": shapes.violation(one) for one in newest}}


def show_vehicles(days: Days) -> dict[str, Any]:
    """Those that moved last, and how many there are of each sort."""
    moved = Vehicle.objects.exclude(status_at=None).order_by("-status_at", "-pk")[: limits.shown]
    sorts = asdict(figures.registry())
    return {**sorts, **{f"vehicle:{one.pk}": shapes.vehicle(one) for one in moved}}


def show_summary(days: Days) -> dict[str, Any]:
    return shapes.summary(figures.summary(days))


def show_distribution(days: Days) -> dict[str, Any]:
    return shapes.distribution(figures.distribution(days))


def show_logs(days: Days, grouping: Grouping = Grouping.DAY) -> dict[str, Any]:
    moved = figures.movements(days, grouping)
    shown = {f"{grouping}:{bucket.date}": shapes.bucket(bucket, movements) for bucket, movements in moved.values()}
    return {"days": shapes.days(days), **shown}


def _readers(argument: str, users: Collection[UUID]) -> set[UUID]:
    return set() if argument else selectors.readers(users)


def _board(show: Callable[[Days], dict[str, Any]]) -> BoardKind:
    """Of the last seven days, today included."""
    return BoardKind(
        render=lambda argument: show(ranges.named(ranges.DEFAULT, timezone.now())),
        readers=_readers,
    )


BOARDS = {
    freshness.VIOLATIONS: _board(show_violations),
    freshness.VEHICLES: _board(show_vehicles),
    freshness.SUMMARY: _board(show_summary),
    freshness.DISTRIBUTION: _board(show_distribution),
    freshness.LOGS: _board(show_logs),
}
