"""Weekly working hours, by the clocks of a zone.

Stored as a list of `{"weekday": 0, "start": "22:00", "end": "06:00"}`, 0 being Monday. An end at or before the start is
on the next day; no hours at all mean always. What the clock shows decides: where it is put forward over a start, work
begins when it is put forward, and an hour that it shows twice is worked twice.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.clocks import DAY, SECOND, clock_change, offsets_differ

MOST_SPANS = 28

WEEK = 7 * DAY
HORIZON = 15  # days: the clock may skip a weekly start once

CLOCK_TIME = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]")


class Span(TypedDict):
    weekday: int
    start: str
    end: str


Hours = Sequence[Span]


def is_open(hours: Hours, zone: str, at: datetime) -> bool:
    if not hours:
        return True
    weekday, clock = _shown(zone, at.astimezone(UTC))
    for span in hours:
        start, end = span["start"], span["end"]
        is_overnight = end <= start
        if span["weekday"] == weekday and start <= clock and (clock < end or is_overnight):
            return True
        if is_overnight and clock < end and (span["weekday"] + 1) % 7 == weekday:
            return True
    return False


def next_opening(hours: Hours, zone: str, at: datetime) -> datetime | None:
    """The first moment after `at` that is open while the one before it is not, in UTC. None: these never close."""
    for begin, end in _between_clock_changes(zone, at.astimezone(UTC)):
        shown = _since_monday(begin.astimezone(ZoneInfo(zone)))
        starts = [begin + ((start - shown) % WEEK or WEEK) for start, _end in map(_bounds, hours)]
        for moment in sorted([begin, *starts]):
            if at < moment < end and is_open(hours, zone, moment) and not is_open(hours, zone, moment - SECOND):
                return moment
    return None


def validate_hours(value: object) -> None:
    if not isinstance(value, list):
        raise ValidationError(_("Working hours are a list."))
    if len(value) > MOST_SPANS:
        raise ValidationError(_("Working hours have %(most)s entries at most."), params={"most": MOST_SPANS})
    for number, span in enumerate(value, start=1):
        _validate_span(span, {"number": number})
    spans = sorted(map(_bounds, value))
    spans += [(start + WEEK, end + WEEK) for start, end in spans[:1]]
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        raise ValidationError(_("Working hours do not overlap."))


def validate_spans(value: object) -> None:
    """Of one day: `{"start": "22:00", "end": "06:00"}`."""
    is_list = isinstance(value, list) and all(isinstance(span, dict) and "weekday" not in span for span in value)
    if not is_list:
        raise ValidationError(_("The hours of a day are a list of starts and ends."))
    validate_hours([{"weekday": 0, **span} for span in value])  # type: ignore[attr-defined]


def _validate_span(span: object, params: dict[str, int]) -> None:
    if not isinstance(span, dict) or span.keys() != Span.__annotations__.keys():
        raise ValidationError(_("Entry %(number)s: give a weekday, a start and an end, nothing else."), params=params)
    if type(span["weekday"]) is not int or span["weekday"] not in range(7):
        raise ValidationError(_("Entry %(number)s: weekdays are 0 (Monday) to 6 (Sunday)."), params=params)
    if not all(isinstance(span[name], str) and CLOCK_TIME.fullmatch(span[name]) for name in ("start", "end")):
        raise ValidationError(_("Entry %(number)s: times are 00:00 to 23:59."), params=params)


def _bounds(span: Span) -> tuple[timedelta, timedelta]:
    """Since Monday."""
    start, end = (timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in (span["start"], span["end"]))
    day = span["weekday"] * DAY
    return day + start, day + start + ((end - start) % DAY or DAY)


def _since_monday(local: datetime) -> timedelta:
    return local.replace(tzinfo=None) - datetime.combine(local.date() - local.weekday() * DAY, time.min)


@lru_cache(maxsize=1024)  # thousands are asked about at one moment, in few zones
def _shown(zone: str, at: datetime) -> tuple[int, str]:
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday(), f"{local:%H:%M}"


@lru_cache(maxsize=1024)
def _between_clock_changes(zone: str, at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    clock, whole = ZoneInfo(zone), at.replace(microsecond=0)
    days = [whole + n * DAY for n in range(HORIZON + 1)]
    changes = [clock_change(clock, *day) for day in pairwise(days) if offsets_differ(clock, *day)]
    return tuple(pairwise([at, *changes, days[-1]]))
