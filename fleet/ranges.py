"""Local days of the campus, and how a chart groups them. Days follow the calendar, so that none is lost or counted
twice when the clocks change.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from core.clocks import DAY, local_day

WEEK_DAYS = 7


class Grouping(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Days:
    """Both included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "Days":
        """As many days, right before."""
        return Days(self.first - self.count * DAY, self.first - DAY)

    def __iter__(self) -> Iterator[date]:
        return (self.first + n * DAY for n in range(self.count))


@dataclass(frozen=True, slots=True)
class Bucket:
    """`category` is what seed 003 writes below a bar; `date` is the first day of it that is asked for."""

    category: str
    date: date


NAMED: dict[str, Callable[[date], Days]] = {
    "today": lambda today: Days(today, today),
    "yesterday": lambda today: Days(today - DAY, today - DAY),
    "7d": lambda today: Days(today - 6 * DAY, today),
    "30d": lambda today: Days(today - 29 * DAY, today),
    "week": lambda today: Days(today - today.weekday() * DAY, today),
    "month": lambda today: Days(today.replace(day=1), today),
    "year": lambda today: Days(today.replace(month=1, day=1), today),
}
DEFAULT = "7d"
LONGEST = 5 * 366  # days that may be asked for

SPELLED: dict[Grouping, Callable[[date], str]] = {
    Grouping.DAY: date.isoformat,
    Grouping.WEEK: lambda day: f"W{(day.timetuple().tm_yday - 1) // WEEK_DAYS + 1}",
    Grouping.MONTH: lambda day: f"{day:%Y-%m}",
    Grouping.YEAR: lambda day: f"{day:%Y}",
}


def zone() -> ZoneInfo:
    return ZoneInfo(settings.CAMPUS_ZONE)


def local_date(moment: datetime) -> date:
    return moment.astimezone(zone()).date()


def midnight(day: date) -> datetime:
    """When it begins."""
    return local_day(day, zone().key).start


def within(column: str, days: Days) -> Q:
    """Of instants: those of these days."""
    return Q(**{f"{column}__gte": midnight(days.first), f"{column}__lt": midnight(days.last + DAY)})


def named(name: str, now: datetime) -> Days:
    return NAMED[name](local_date(now))


def usual_grouping(days: Days) -> Grouping:
    """Some sixty bars at most."""
    if days.count <= 62:
        return Grouping.DAY
    return Grouping.MONTH if days.count <= LONGEST else Grouping.YEAR


def bucket_of(day: date, grouping: Grouping) -> str:
    """Of the same name in different years are different weeks: compare with the year."""
    return f"{day.year} {SPELLED[grouping](day)}"


def buckets(days: Days, grouping: Grouping) -> dict[str, Bucket]:
    """All that the days touch, in order, by `bucket_of`."""
    found: dict[str, Bucket] = {}
    for day in days:
        found.setdefault(bucket_of(day, grouping), Bucket(SPELLED[grouping](day), day))
    return found
