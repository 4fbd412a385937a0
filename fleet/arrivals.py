"""What comes in batches from devices that number their events, and may send them again: each is stored once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from core.bulk import insert
from core.errors import DomainError
from fleet.conf import limits
from fleet.errors import EventTaken, NotYet, TooOld
from fleet.models import Scan, Violation

R = TypeVar("R", Scan, Violation)

AHEAD = timedelta(seconds=limits.ahead_seconds)
LATE = timedelta(days=limits.scan_days)


class Arrival(Protocol):
    @property
    def event_id(self) -> str: ...
    @property
    def at(self) -> datetime: ...


class Result(StrEnum):
    RECORDED = "recorded"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of a batch. The others are none of its business."""

    event_id: str
    result: Result
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Stored(Generic[R]):
    new: list[R]
    outcomes: list[Outcome]


def store(
    table: type[R],
    arrivals: Sequence[Any],
    row_of: Callable[[Any], R],
    content: Callable[[R], object],
    *,
    now: datetime,
) -> Stored[R]:
    """All arrivals are of one source. Rows of the same content say the same."""
    rows = [None if _untimely(arrival, now) else row_of(arrival) for arrival in arrivals]
    firsts: dict[str, R] = {}
    for row in rows:
        if row is not None:
            firsts.setdefault(row.event_id, row)
    # In the order of their numbers: two batches that share some wait for each other in no circle.
    new = {row.event_id for row in insert(sorted(firsts.values(), key=_event_id), ignore_conflicts=True)}
    kept = {**firsts, **_kept(table, [row for row in firsts.values() if row.event_id not in new])}
    outcomes = []
    for arrival, row in zip(arrivals, rows, strict=True):
        if row is None:
            outcomes.append(Outcome(arrival.event_id, Result.REFUSED, _untimely(arrival, now)))
        elif content(row) != content(kept[row.event_id]):
            outcomes.append(Outcome(row.event_id, Result.REFUSED, EventTaken()))
        elif row.event_id in new and row is firsts[row.event_id]:
            outcomes.append(Outcome(row.event_id, Result.RECORDED))
        else:
            outcomes.append(Outcome(row.event_id, Result.REPEATED))
    return Stored([row for row in firsts.values() if row.event_id in new], outcomes)


def _kept(table: type[R], repeated: Sequence[R]) -> dict[str, R]:
    """What was stored under these numbers before."""
    if not repeated:
        return {}
    known = table._default_manager.filter(source=repeated[0].source, event_id__in=[row.event_id for row in repeated])
    return {row.event_id: row for row in known}


def _event_id(row: R) -> str:
    return row.event_id


def _untimely(arrival: Arrival, now: datetime) -> DomainError | None:
    if arrival.at > now + AHEAD:
        return NotYet()
    return TooOld() if arrival.at < now - LATE else None
