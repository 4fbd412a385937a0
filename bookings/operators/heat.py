"""When a provider is busy: by the hour its clocks show, and by the day of the week."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from bookings.models import Provider, ProviderDay
from bookings.occupancy import percent
from bookings.schedule import local_date
from core.clocks import Interval

LEVELS = 5
MINUTE = timedelta(minutes=1)
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass(frozen=True, slots=True)
class Cell:
    """`seats`: how many were taken, on average. `level`: from 0, where nothing was, to the busiest hour of all."""

    seats: float | None
    level: int


@dataclass(frozen=True, slots=True)
class Row:
    """`percent`: of the seats that could be booked."""

    weekday: str
    cells: Sequence[Cell]
    percent: float | None


@dataclass(frozen=True, slots=True)
class Heat:
    hours: Sequence[int]
    rows: Sequence[Row]
    days: int


def heat(provider: Provider, span: Interval) -> Heat:
    """Of days that are over and were counted. Only the hours in which somebody was there are shown."""
    since, until = (local_date(at, provider) for at in (span.start, span.end))
    days = list(provider.days.filter(date__gte=since, date__lt=until))
    seats = _seats(days)
    busy = sorted({hour for (_, hour), taken in seats.items() if taken})
    hours = range(busy[0], busy[-1] + 1) if busy else []
    most = max(seats.values(), default=0) or 1
    return Heat(
        hours=hours,
        rows=[
            Row(
                name,
                [_cell(seats.get((weekday, hour)), most) for hour in hours],
                _percent([day for day in days if day.date.weekday() == weekday]),
            )
            for weekday, name in enumerate(WEEKDAYS)
        ],
        days=len(days),
    )


def _seats(days: Sequence[ProviderDay]) -> dict[tuple[int, int], float]:
    load: Counter[tuple[int, int]] = Counter()
    lengths: Counter[tuple[int, int]] = Counter()
    for day in days:
        for hour in range(24):
            load[day.date.weekday(), hour] += day.load[hour]
            lengths[day.date.weekday(), hour] += day.lengths[hour]
    return {at: load[at] / lengths[at] for at in lengths if lengths[at]}


def _cell(seats: float | None, most: float) -> Cell:
    return Cell(seats, ceil(LEVELS * seats / most) if seats else 0)


def _percent(days: Sequence[ProviderDay]) -> float | None:
    used = sum(day.used_minutes for day in days)
    offered = sum(day.offered_minutes for day in days)
    return percent(used * MINUTE, offered * MINUTE)
