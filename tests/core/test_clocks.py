from datetime import UTC, date, datetime, time, timedelta

import pytest

from core import clocks
from core.clocks import Interval

HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_time_that_clocks_show_twice_is_the_first_and_one_they_skip_is_none():
    assert clocks.instant(date(2026, 11, 1), time(1, 30), "America/Toronto") == utc("2026-11-01 05:30")
    assert clocks.instant(date(2026, 3, 8), time(2, 30), "America/Toronto") is None
    assert clocks.instant(date(2026, 4, 24), time(0, 0), "Africa/Cairo") is None


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-07", 24), ("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)]
)
def test_a_day_is_as_long_as_its_clocks_make_it(day, hours):
    noon = utc(f"{day} 17:00")
    [bounds] = clocks.local_days(Interval(noon, noon + HOUR), "America/Toronto")

    assert bounds.end - bounds.start == hours * HOUR


def test_a_day_without_a_midnight_begins_when_the_clocks_skip_it():
    noon = utc("2026-04-24 10:00")
    [bounds] = clocks.local_days(Interval(noon, noon + HOUR), "Africa/Cairo")

    assert bounds == Interval(utc("2026-04-23 22:00"), utc("2026-04-24 21:00"))


def test_an_interval_that_ends_at_midnight_does_not_touch_the_next_day():
    evening = Interval(utc("2026-06-01 20:00"), utc("2026-06-02 00:00"))

    assert len(list(clocks.local_days(evening, "UTC"))) == 1
    assert len(list(clocks.local_days(Interval(evening.start, evening.end + HOUR), "UTC"))) == 2


def test_a_week_begins_on_monday_and_may_have_an_hour_less():
    friday = utc("2026-03-06 12:00")
    [week] = clocks.local_weeks(Interval(friday, friday + HOUR), "America/Toronto")

    assert week == Interval(utc("2026-03-02 05:00"), utc("2026-03-09 04:00"))


def test_an_interval_from_sunday_to_monday_touches_two_weeks():
    assert len(list(clocks.local_weeks(Interval(utc("2026-06-07 20:00"), utc("2026-06-08 04:00")), "UTC"))) == 2
