from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifications.models import Notice
from notifications.reach import quiet
from tests.properties import tries

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
LONGEST_SHOWN_TWICE = 240  # minutes: no clock was put back further since 1990

EVERY_DAY = list(range(7))
MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6

Windows = list[dict[str, Any]]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(start: str, end: str, days: Iterable[int] = EVERY_DAY) -> dict[str, Any]:
    return {"days": list(days), "start": start, "end": end}


NIGHT = window("22:00", "08:00")


class TestEndsAt:
    @pytest.mark.parametrize(
        ("at", "ends"),
        [
            ("2026-06-01 21:59", None),
            ("2026-06-01 22:00", "2026-06-02 08:00"),
            ("2026-06-02 00:00", "2026-06-02 08:00"),
            ("2026-06-02 07:59", "2026-06-02 08:00"),
            ("2026-06-02 08:00", None),
        ],
    )
    def test_a_night_lasts_from_its_start_until_before_its_end(self, at, ends):
        assert quiet.ends_at([NIGHT], "UTC", utc(at)) == (utc(ends) if ends else None)

    def test_the_clock_of_the_zone_counts(self):
        assert quiet.ends_at([NIGHT], "Asia/Kathmandu", utc("2026-06-01 16:15")) == utc("2026-06-02 02:15")
        assert quiet.ends_at([NIGHT], "Asia/Kathmandu", utc("2026-06-01 16:14")) is None

    def test_the_days_are_those_on_which_a_window_begins(self):
        into_saturday = [window("22:00", "08:00", [FRIDAY])]

        assert quiet.ends_at(into_saturday, "UTC", utc("2026-06-06 03:00")) == utc("2026-06-06 08:00")
        assert quiet.ends_at(into_saturday, "UTC", utc("2026-06-05 03:00")) is None
        assert quiet.ends_at(into_saturday, "UTC", utc("2026-06-06 23:00")) is None

    def test_equal_start_and_end_are_a_whole_day(self):
        sunday = [window("09:00", "09:00", [SUNDAY])]

        assert quiet.ends_at(sunday, "UTC", utc("2026-06-07 09:00")) == utc("2026-06-08 09:00")
        assert quiet.ends_at(sunday, "UTC", utc("2026-06-08 09:00")) is None

    def test_windows_that_touch_or_overlap_are_one(self):
        weekend = [
            window("18:00", "00:00", [FRIDAY]),
            window("00:00", "00:00", [SATURDAY, SUNDAY]),
            window("23:00", "06:30", [SUNDAY]),
        ]

        assert quiet.ends_at(weekend, "UTC", utc("2026-06-05 18:00")) == utc("2026-06-08 06:30")
        assert quiet.ends_at(weekend, "UTC", utc("2026-06-05 17:59")) is None

    def test_who_is_always_quiet_waits_a_week_at_most(self):
        at = utc("2026-06-03 12:34")

        assert quiet.ends_at([window("00:00", "00:00")], "UTC", at) == at + 7 * DAY
        assert quiet.is_all_week([window("12:00", "00:00"), window("00:00", "12:00")])
        assert not quiet.is_all_week([window("12:00", "00:00"), window("00:00", "11:59", [MONDAY])])

    def test_without_windows_nothing_is_quiet(self):
        assert quiet.ends_at([], "UTC", utc("2026-06-01 03:00")) is None
        assert not quiet.is_all_week([])


class TestChangesOfTheClock:
    def test_a_window_that_begins_at_a_midnight_that_is_skipped_begins_an_hour_later_on_the_clock(self):
        """Cairo, 24 April 2026: after 23:59 comes 01:00."""
        early = [window("00:00", "06:00")]

        assert quiet.ends_at(early, "Africa/Cairo", utc("2026-04-23 21:59")) is None
        assert quiet.ends_at(early, "Africa/Cairo", utc("2026-04-23 22:00")) == utc("2026-04-24 03:00")
        # One that would begin and end in the hour that is skipped is not to be.
        assert quiet.ends_at([window("00:15", "00:45")], "Africa/Cairo", utc("2026-04-23 22:00")) is None

    def test_a_window_until_midnight_holds_until_the_clock_is_past_it_for_good(self):
        """Cairo, 29 October 2026: after 23:59 comes 23:00 of the same day."""
        evening = [window("20:00", "23:30")]

        assert quiet.ends_at(evening, "Africa/Cairo", utc("2026-10-29 20:45")) == utc("2026-10-29 21:30")
        assert quiet.ends_at([window("20:00", "00:00")], "Africa/Cairo", utc("2026-10-29 18:00")) == utc(
            "2026-10-29 22:00"
        )

    def test_the_hour_that_is_shown_twice_ends_a_window_once(self):
        """New York, 1 November 2026: 01:00 to 02:00 comes twice, from 05:00 and from 06:00 UTC."""
        assert quiet.ends_at([window("22:00", "01:30")], "America/New_York", utc("2026-11-01 05:45")) == utc(
            "2026-11-01 06:30"
        )
        assert quiet.ends_at([window("22:00", "01:00")], "America/New_York", utc("2026-11-01 04:59")) == utc(
            "2026-11-01 05:00"
        )
        assert quiet.ends_at([window("22:00", "02:00")], "America/New_York", utc("2026-11-01 04:59")) == utc(
            "2026-11-01 07:00"
        )
        assert quiet.ends_at([window("01:30", "03:00")], "America/New_York", utc("2026-11-01 05:30")) == utc(
            "2026-11-01 08:00"
        )

    def test_an_end_in_the_hour_that_is_skipped_is_when_it_is_skipped(self):
        """New York, 8 March 2026: after 01:59 comes 03:00, at 07:00 UTC."""
        assert quiet.ends_at([window("22:00", "02:30")], "America/New_York", utc("2026-03-08 05:00")) == utc(
            "2026-03-08 07:00"
        )
        assert quiet.ends_at([window("02:30", "03:30")], "America/New_York", utc("2026-03-08 07:00")) == utc(
            "2026-03-08 07:30"
        )
        assert quiet.ends_at([window("02:30", "03:30")], "America/New_York", utc("2026-03-08 06:59")) is None

    def test_a_night_is_as_long_as_its_clock_makes_it(self):
        nights = {"2026-03-08 03:00": 9, "2026-11-01 02:00": 11, "2026-06-01 02:00": 10}

        for start, hours in nights.items():
            assert quiet.ends_at([NIGHT], "America/New_York", utc(start)) == utc(start) + timedelta(hours=hours)

    def test_half_an_hour_is_enough_of_a_change(self):
        """Lord Howe, 5 April 2026: after 01:59 comes 01:30, at 15:00 UTC; 4 October: after 01:59 comes 02:30."""
        until = [window("22:00", "01:45")]

        assert quiet.ends_at(until, "Australia/Lord_Howe", utc("2026-04-04 14:50")) == utc("2026-04-04 15:15")
        assert quiet.ends_at([window("02:10", "04:00")], "Australia/Lord_Howe", utc("2026-10-03 15:30")) == utc(
            "2026-10-03 17:00"
        )

    def test_a_day_that_never_was_ends_what_would_have_ended_on_it(self):
        """Apia left out Friday, 30 December 2011: Thursday's midnight, 10:00 UTC, was Saturday's."""
        thursday, friday = 3, 4

        assert quiet.ends_at([window("22:00", "08:00", [thursday])], "Pacific/Apia", utc("2011-12-30 09:00")) == utc(
            "2011-12-30 10:00"
        )
        assert quiet.ends_at([window("22:00", "08:00", [friday])], "Pacific/Apia", utc("2011-12-30 10:00")) == utc(
            "2011-12-30 18:00"
        )
        assert quiet.ends_at([NIGHT], "Pacific/Apia", utc("2011-12-30 08:00")) == utc("2011-12-30 18:00")


def clock(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def shown_windows(windows: Windows, wall: datetime) -> set[tuple[int, date]]:
    """Which windows, of which days, the clock says it is in: by nothing but what it shows."""
    found = set()
    for number, one in enumerate(windows):
        start, end = time.fromisoformat(one["start"]), time.fromisoformat(one["end"])
        for day in (wall.date(), wall.date() - DAY):
            last_day = day if end > start else day + DAY
            if day.weekday() in one["days"] and (
                datetime.combine(day, start) <= wall < datetime.combine(last_day, end)
            ):
                found.add((number, day))
    return found


def is_quiet(windows: Windows, zone: str, moment: datetime) -> bool:
    """The clock says so; or it did, and having been put back will say so again of the same window."""
    if shown_windows(windows, clock(moment, zone)):
        return True
    nearby = range(1, LONGEST_SHOWN_TWICE)
    before = set().union(*(shown_windows(windows, clock(moment - n * MINUTE, zone)) for n in nearby))
    after = set().union(*(shown_windows(windows, clock(moment + n * MINUTE, zone)) for n in nearby))
    return bool(before & after)


def next_change(zone: str, moment: datetime) -> datetime:
    """About when the clock is put forward or back next; the moment itself, where it is not for a year."""
    days = [moment + n * DAY for n in range(366)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return next((day for day, offset in zip(days, offsets, strict=True) if offset != offsets[0]), moment)


@st.composite
def moments_in_zones(draw: st.DrawFn) -> tuple[str, datetime]:
    zone = draw(st.sampled_from(sorted(available_timezones())))
    minutes = draw(st.integers(0, 47 * 365 * 24 * 60))
    moment = datetime(1990, 1, 3, tzinfo=UTC) + minutes * MINUTE
    if draw(st.booleans()):
        moment = next_change(zone, moment) - draw(st.integers(-6 * 60, 30 * 60)) * MINUTE
    return zone, moment


clock_times = st.builds(
    "{:02}:{:02}".format, st.integers(0, 23) | st.sampled_from([0, 1, 2, 23]), st.sampled_from([0, 15, 30, 59])
)
weekly_windows = st.lists(
    st.builds(window, clock_times, clock_times, st.sets(st.sampled_from(EVERY_DAY), min_size=1)), max_size=3
)


@settings(max_examples=tries(150))
@given(windows=weekly_windows, zone_and_moment=moments_in_zones())
@example([window("00:00", "23:30")], ("America/St_Johns", utc("1999-10-31 02:30")))
@example([window("22:00", "08:00", [FRIDAY])], ("Pacific/Apia", utc("2011-12-30 10:00")))
@example([window("10:00", "09:00")], ("Antarctica/Casey", utc("2010-03-04 15:30")))
@example([window("00:00", "00:00")], ("America/Tijuana", utc("1990-04-01 07:59")))
@example([window("00:00", "00:00")], ("Pacific/Apia", utc("2011-12-29 09:59")))
def test_quiet_ends_at_the_first_moment_that_her_clock_does_not_call_quiet(windows, zone_and_moment):
    zone, at = zone_and_moment

    ends = quiet.ends_at(windows, zone, at)

    if ends is None:
        assert not is_quiet(windows, zone, at)
        return
    assert at < ends <= at + 7 * DAY
    step = max((ends - at) // 40, MINUTE)
    within = [at + n * step for n in range(40) if at + n * step < ends]
    assert [moment for moment in [*within, ends - MINUTE / 60] if not is_quiet(windows, zone, moment)] == []
    assert ends == at + 7 * DAY or not is_quiet(windows, zone, ends)


class TestHoldsBack:
    @pytest.mark.parametrize(
        ("channel", "is_held"), [("fcm", True), ("onesignal", True), ("sms", True), ("email", False)]
    )
    def test_only_what_makes_a_noise_is_held_back(self, channel, is_held):
        assert quiet.holds_back(Notice(kind="plain"), channel) is is_held

    def test_what_is_urgent_passes(self):
        assert not quiet.holds_back(Notice(kind="plain", importance="urgent"), "fcm")
        assert quiet.holds_back(Notice(kind="plain", importance="important"), "fcm")
