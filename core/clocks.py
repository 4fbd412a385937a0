"""Local days and wall clocks in instants. Lengths are real time: a night can have seven hours or nine."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)  # what the offsets of zones are counted in
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open."""

    start: datetime
    end: datetime

    @property
    def is_empty(self) -> bool:
        return self.end <= self.start

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def widened(self, by: timedelta) -> "Interval":
        return Interval(self.start - by, self.end + by)

    def shared_with(self, other: "Interval") -> timedelta:
        return max(min(self.end, other.end) - max(self.start, other.start), timedelta())

    def is_covered_by(self, others: Iterable["Interval"]) -> bool:
        reached = self.start
        for other in sorted(others, key=lambda other: other.start):
            if other.start > reached:
                break
            reached = max(reached, other.end)
        return reached >= self.end


def instant(day: date, wall: time, zone: str) -> datetime | None:
    """When the clocks of `zone` show this, the first time where they show it twice; None where they skip it."""
    local = datetime.combine(day, wall, ZoneInfo(zone))
    moment = local.astimezone(UTC)
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return moment if shown == local.replace(tzinfo=None) else None


def at_or_after(day: date, wall: time, zone: str) -> datetime:
    """When the clocks of `zone` first show this; where they skip it, the moment they are put forward."""
    clock = ZoneInfo(zone)
    before, after = (datetime.combine(day, wall, clock).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return clock_change(clock, after, before) if after < before else before


def clock_change(clock: ZoneInfo, begin: datetime, end: datetime) -> datetime:
    """The moment between these at which the clock is put forward or back. There is one."""
    seconds = range((end - begin) // SECOND)
    return begin + SECOND * bisect_left(seconds, True, key=lambda n: offsets_differ(clock, begin, begin + n * SECOND))


def offsets_differ(clock: ZoneInfo, one: datetime, other: datetime) -> bool:
    return one.astimezone(clock).utcoffset() != other.astimezone(clock).utcoffset()


def local_day(day: date, zone: str) -> Interval:
    """23, 24 or 25 hours long, and empty where the calendar skips it."""
    return Interval(_midnight(day, zone), _midnight(day + DAY, zone))


def last_local_day(interval: Interval, zone: str) -> date:
    return (interval.end - INSTANT).astimezone(ZoneInfo(zone)).date()


def local_days(interval: Interval, zone: str) -> Iterator[Interval]:
    """The calendar days an interval touches, each 23, 24 or 25 hours long."""
    day = interval.start.astimezone(ZoneInfo(zone)).date()
    while day <= last_local_day(interval, zone):
        yield local_day(day, zone)
        day += DAY


def local_weeks(interval: Interval, zone: str) -> Iterator[Interval]:
    """The weeks an interval touches, from Monday."""
    day = interval.start.astimezone(ZoneInfo(zone)).date()
    monday = day - timedelta(days=day.weekday())
    while monday <= last_local_day(interval, zone):
        yield Interval(_midnight(monday, zone), _midnight(monday + 7 * DAY, zone))
        monday += 7 * DAY


def _midnight(day: date, zone: str) -> datetime:
    return at_or_after(day, time.min, zone)
