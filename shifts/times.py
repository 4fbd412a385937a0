"""Local days and wall clocks in instants. Lengths are real time: a night can have seven hours or nine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SHORT_NOTICE = timedelta(hours=24)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open."""

    start: datetime
    end: datetime

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


def last_local_day(interval: Interval, zone: str) -> date:
    return (interval.end - INSTANT).astimezone(ZoneInfo(zone)).date()


def local_days(interval: Interval, zone: str) -> Iterator[Interval]:
    """The calendar days an interval touches, each 23, 24 or 25 hours long."""
    day = interval.start.astimezone(ZoneInfo(zone)).date()
    while day <= last_local_day(interval, zone):
        yield Interval(_midnight(day, zone), _midnight(day + DAY, zone))
        day += DAY


def local_weeks(interval: Interval, zone: str) -> Iterator[Interval]:
    """The weeks an interval touches, from Monday."""
    day = interval.start.astimezone(ZoneInfo(zone)).date()
    monday = day - timedelta(days=day.weekday())
    while monday <= last_local_day(interval, zone):
        yield Interval(_midnight(monday, zone), _midnight(monday + 7 * DAY, zone))
        monday += 7 * DAY


def _midnight(day: date, zone: str) -> datetime:
    # Where clocks skip midnight, this is the moment they skip it.
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
