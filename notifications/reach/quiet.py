"""Quiet hours: weekly windows on somebody's own clock, in which nothing that makes a noise is sent to her.

A window begins on each of its days (0 is Monday). It lasts from the first moment that her clock shows its start, or
something later, until the last moment that it shows something before its end; an end at or before the start is on the
next day. So a window that begins in an hour the clocks skip begins when they skip it, and one that begins or ends in an
hour they show twice begins the first time and ends the second, since all of that her clock calls quiet.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from notifications import catalogue, trees
from notifications.models import Notice

DAY = timedelta(days=1)
WEEK = 7 * DAY
SECOND = timedelta(seconds=1)  # what the offsets of zones are counted in

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)

Stored = Mapping[str, Any]  # {"days": [0, 6], "start": "22:00", "end": "08:00"}


@dataclass(frozen=True, slots=True)
class Window:
    days: Collection[int]
    start: time
    end: time

    @classmethod
    def parse(cls, stored: Stored) -> Self:
        return cls(stored["days"], time.fromisoformat(stored["start"]), time.fromisoformat(stored["end"]))

    def stored(self) -> dict[str, Any]:
        return {"days": sorted(set(self.days)), "start": f"{self.start:%H:%M}", "end": f"{self.end:%H:%M}"}

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        last_day = day if self.end > self.start else day + DAY
        return _begin(datetime.combine(day, self.start), zone), _end(datetime.combine(last_day, self.end), zone)


def ends_at(windows: Iterable[Stored], zone: str, at: datetime) -> datetime | None:
    """When the quiet time that `at` lies in is over: in a week at the latest, however many windows touch each other.

    None when `at` lies in none.
    """
    reached = at
    for begin, end in _around([Window.parse(window) for window in windows], ZoneInfo(zone), at):
        if begin > reached:
            break
        reached = max(reached, end)
    return min(reached, at + WEEK) if reached > at else None


def is_all_week(windows: Sequence[Stored]) -> bool:
    return ends_at(windows, "UTC", MONDAY) == MONDAY + WEEK


def holds_back(notice: Notice, channel: str) -> bool:
    is_urgent = notice.importance == Notice.Importance.URGENT
    return channel in trees.NOISY and not is_urgent and catalogue.kind(notice.kind).respects_quiet_hours


def _around(windows: Iterable[Window], zone: ZoneInfo, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What begins within a week of `at`, and what began before and may last; in the order of their beginnings.

    Clocks that are put back show a day again, and where they skip a whole one a week has eight.
    """
    today = at.astimezone(zone).date()
    in_order = sorted(windows, key=lambda window: window.start)
    for offset in range(-2, 10):
        day = today + offset * DAY
        for window in in_order:
            if day.weekday() in window.days:
                yield window.on(day, zone)


def _begin(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment the clock shows this or something later."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment if _shown(moment, zone) == wall else _end_of_gap(wall, zone)


def _end(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment after the last that the clock shows something before this."""
    last = wall - SECOND
    moment = last.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return moment + SECOND if _shown(moment, zone) == last else _end_of_gap(last, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks are put forward over this time."""
    # A time that is skipped lies before that moment when read by the offset after it, and the other way round.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    seconds = range((after - before) // SECOND)
    return before + SECOND * bisect_left(seconds, True, key=lambda n: _shown(before + n * SECOND, zone) > wall)


def _shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
