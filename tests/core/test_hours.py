from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from core.hours import Span, is_open, next_opening, validate_hours
from tests.properties import tries

SECOND, MINUTE, QUARTER = timedelta(seconds=1), timedelta(minutes=1), timedelta(minutes=15)
DAY = timedelta(days=1)

MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6
EVERY_DAY = range(7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(start: str, end: str, days: Iterable[int] = EVERY_DAY) -> list[Span]:
    return [Span(weekday=day, start=start, end=end) for day in days]


OFFICE = hours("09:00", "17:00", range(5))
NIGHTS = hours("22:00", "06:00", [FRIDAY, SATURDAY])


class TestIsOpen:
    @pytest.mark.parametrize(
        ("at", "is_it"),
        [
            ("2026-06-01 08:59:59.999999", False),
            ("2026-06-01 09:00", True),
            ("2026-06-01 16:59:59.999999", True),
            ("2026-06-01 17:00", False),
            ("2026-06-07 12:00", False),
        ],
    )
    def test_from_the_start_until_before_the_end(self, at, is_it):
        assert is_open(OFFICE, "UTC", utc(at)) is is_it

    @pytest.mark.parametrize(
        ("at", "is_it"),
        [
            ("2026-06-05 05:59", False),  # Friday
            ("2026-06-05 21:59", False),
            ("2026-06-05 22:00", True),
            ("2026-06-06 05:59", True),
            ("2026-06-06 06:00", False),
            ("2026-06-07 05:59", True),
            ("2026-06-07 22:00", False),
        ],
    )
    def test_an_end_before_the_start_is_on_the_next_day(self, at, is_it):
        assert is_open(NIGHTS, "UTC", utc(at)) is is_it

    def test_sunday_night_lasts_into_monday(self):
        assert is_open(hours("22:00", "06:00", [SUNDAY]), "UTC", utc("2026-06-08 05:59"))

    def test_equal_start_and_end_are_a_whole_day(self):
        sunday = hours("09:00", "09:00", [SUNDAY])

        assert [is_open(sunday, "UTC", utc(f"2026-06-{day} {clock}")) for day, clock in [
            ("07", "08:59"), ("07", "09:00"), ("08", "08:59"), ("08", "09:00"),
        ]] == [False, True, True, False]  # fmt: skip

    def test_without_hours_it_is_always_open(self):
        assert is_open([], "UTC", utc("2026-06-07 03:00"))

    def test_the_clock_of_the_zone_counts_whatever_clock_asks(self):
        at = utc("2026-06-01 03:15")

        assert is_open(OFFICE, "Asia/Kathmandu", at)
        assert is_open(OFFICE, "Asia/Kathmandu", at.astimezone(ZoneInfo("America/New_York")))
        assert not is_open(OFFICE, "Asia/Kathmandu", at - MINUTE)

    def test_the_two_hours_that_another_clock_shows_alike_are_told_apart(self):
        first = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"))
        early = hours("05:00", "06:00")

        assert is_open(early, "UTC", first)
        assert not is_open(early, "UTC", first.replace(fold=1))


class TestNextOpening:
    @pytest.mark.parametrize(
        ("at", "opens"),
        [
            ("2026-06-01 08:59:59.999999", "2026-06-01 09:00"),
            ("2026-06-01 09:00", "2026-06-02 09:00"),  # strictly later
            ("2026-06-01 12:34:56.789", "2026-06-02 09:00"),
            ("2026-06-05 17:00", "2026-06-08 09:00"),
        ],
    )
    def test_is_the_next_start(self, at, opens):
        assert next_opening(OFFICE, "UTC", utc(at)) == utc(opens)

    def test_a_week_from_now_where_it_opens_once_a_week(self):
        assert next_opening(hours("09:00", "17:00", [MONDAY]), "UTC", utc("2026-06-01 09:00")) == utc(
            "2026-06-08 09:00"
        )

    def test_is_an_instant_of_utc_whatever_clock_asks(self):
        at = utc("2026-06-01 04:00").astimezone(ZoneInfo("America/New_York"))
        opens = next_opening(OFFICE, "Europe/Paris", at)

        assert (opens, opens.tzinfo) == (utc("2026-06-01 07:00"), UTC)

    def test_hours_that_touch_open_once(self):
        shop = [*hours("09:00", "12:00", [MONDAY]), *hours("12:00", "17:00", [MONDAY])]

        assert next_opening(shop, "UTC", utc("2026-06-01 09:00")) == utc("2026-06-08 09:00")

    @pytest.mark.parametrize(
        "always", [[], hours("00:00", "00:00"), [*hours("12:00", "00:00"), *hours("00:00", "12:00")]]
    )
    def test_what_never_closes_never_opens(self, always):
        assert next_opening(always, "America/New_York", utc("2026-03-07 12:00")) is None


class TestChangesOfTheClock:
    def test_a_start_that_is_skipped_is_when_the_clock_is_put_forward(self):
        """New York, 8 March 2026: after 01:59 comes 03:00, at 07:00 UTC."""
        early = hours("02:30", "06:00", [SUNDAY])

        assert next_opening(early, "America/New_York", utc("2026-03-07 12:34:56.789")) == utc("2026-03-08 07:00")

    def test_after_a_change_the_first_start_is_still_the_first(self):
        shop = [*hours("09:00", "09:30", [MONDAY]), *hours("10:00", "10:30", [MONDAY])]

        assert next_opening(shop, "America/New_York", utc("2026-03-07 12:00")) == utc("2026-03-09 13:00")

    def test_hours_that_are_skipped_are_not_worked(self):
        short = hours("02:30", "03:00", [SUNDAY])

        assert next_opening(short, "America/New_York", utc("2026-03-01 07:30")) == utc("2026-03-15 06:30")

    def test_an_hour_that_is_shown_twice_is_worked_twice(self):
        """New York, 1 November 2026: 01:00 to 02:00 comes twice, from 05:00 and from 06:00 UTC."""
        early = hours("01:30", "01:45", [SUNDAY])

        assert next_opening(early, "America/New_York", utc("2026-10-31 12:00")) == utc("2026-11-01 05:30")
        assert next_opening(early, "America/New_York", utc("2026-11-01 05:30")) == utc("2026-11-01 06:30")
        assert next_opening(early, "America/New_York", utc("2026-11-01 06:30")) == utc("2026-11-08 06:30")

    def test_a_clock_put_back_before_the_end_opens_again(self):
        night = hours("22:00", "01:30", [SATURDAY])

        assert next_opening(night, "America/New_York", utc("2026-11-01 05:30")) == utc("2026-11-01 06:00")

    def test_a_midnight_that_is_skipped_opens_an_hour_later_on_the_clock(self):
        """Cairo, 24 April 2026: after 23:59 comes 01:00."""
        assert next_opening(hours("00:00", "06:00"), "Africa/Cairo", utc("2026-04-23 12:00")) == utc("2026-04-23 22:00")

    def test_half_an_hour_is_enough_of_a_change(self):
        """Lord Howe, 4 October 2026: after 01:59 comes 02:30, at 15:30 UTC."""
        assert next_opening(hours("02:10", "04:00"), "Australia/Lord_Howe", utc("2026-10-03 12:00")) == utc(
            "2026-10-03 15:30"
        )

    def test_a_day_that_never_was_is_not_worked(self):
        """Apia left out Friday, 30 December 2011: Thursday's midnight, 10:00 UTC, was Saturday's."""
        assert next_opening(hours("09:00", "17:00", [FRIDAY]), "Pacific/Apia", utc("2011-12-24 04:00")) == utc(
            "2012-01-05 19:00"
        )
        assert next_opening(hours("22:00", "08:00", [FRIDAY]), "Pacific/Apia", utc("2011-12-30 09:00")) == utc(
            "2011-12-30 10:00"
        )

    def test_a_clock_can_be_put_back_to_yesterday(self):
        """St. John's, 7 November 2010: at a minute past midnight, 02:31 UTC, it is 23:01 of Saturday."""
        late = hours("23:30", "23:45", [SATURDAY])

        assert next_opening(late, "America/St_Johns", utc("2010-11-07 02:30:30")) == utc("2010-11-07 03:00")


def is_worked(spans: list[Span], zone: str, at: datetime) -> bool:
    """By nothing but what the clock shows, and no trick."""
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for span in spans:
        start, end = time.fromisoformat(span["start"]), time.fromisoformat(span["end"])
        for day in (wall.date() - DAY, wall.date()):
            last_day = day if start < end else day + DAY
            begun = datetime.combine(day, start) <= wall < datetime.combine(last_day, end)
            if day.weekday() == span["weekday"] and begun:
                return True
    return not spans


def next_change(zone: str, moment: datetime) -> datetime:
    """About when the clock is put forward or back next; the moment itself, where it is not for a year."""
    days = [moment + n * DAY for n in range(366)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return next((day for day, offset in zip(days, offsets, strict=True) if offset != offsets[0]), moment)


@st.composite
def moments_in(draw: st.DrawFn, zones: list[str]) -> tuple[str, datetime]:
    zone = draw(st.sampled_from(zones))
    moment = utc("2011-12-01") + draw(st.integers(0, 25 * 365 * 24 * 60)) * MINUTE
    if draw(st.integers(0, 2)):
        moment = next_change(zone, moment) - draw(st.integers(-2 * 24 * 60, 9 * 24 * 60)) * MINUTE
    return zone, moment + draw(st.sampled_from([0, 0, 1, 59_999_999])) * timedelta(microseconds=1)


def weekly(minutes: list[int]) -> st.SearchStrategy[list[Span]]:
    times = st.builds(
        "{:02}:{:02}".format, st.sampled_from([0, 1, 2, 3, 23]) | st.integers(0, 23), st.sampled_from(minutes)
    )
    return st.lists(st.builds(Span, weekday=st.integers(0, 6), start=times, end=times), min_size=1, max_size=8)


CHANGING = ["Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "America/New_York", "Asia/Kathmandu"]
EVERYWHERE = sorted(available_timezones())


@settings(max_examples=tries(150))
@given(spans=weekly([0, 1, 30, 59]), zone_and_moment=moments_in(EVERYWHERE))
def test_it_is_open_when_the_clock_says_so(spans, zone_and_moment):
    zone, moment = zone_and_moment

    assert is_open(spans, zone, moment) is is_worked(spans, zone, moment)


@settings(max_examples=tries(50))
@given(spans=weekly([0, 15, 30, 45]), zone_and_moment=moments_in(CHANGING))
@example(hours("12:00", "12:00", [FRIDAY]), ("Pacific/Apia", utc("2011-12-30 09:59")))
@example(hours("02:00", "01:45"), ("Australia/Lord_Howe", utc("2026-04-04 12:00")))
def test_the_next_opening_is_the_first_of_all_quarters_that_open(spans, zone_and_moment):
    """In these zones, since December 2011, clocks are put forward and back at whole quarters of an hour."""
    zone, at = zone_and_moment
    whole = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    quarters = [whole + n * QUARTER for n in range(15 * 24 * 4)]
    worked = [is_worked(spans, zone, quarter) for quarter in quarters]
    openings = [quarters[n + 1] for n, now_and_then in enumerate(pairwise(worked)) if now_and_then == (False, True)]

    assert next_opening(spans, zone, at) == (openings[0] if openings else None)


@settings(max_examples=tries(100))
@given(spans=weekly([0, 1, 30, 59]), zone_and_moment=moments_in(EVERYWHERE), data=st.data())
def test_nothing_opens_between_now_and_the_next_opening(spans, zone_and_moment, data):
    zone, at = zone_and_moment

    opens = next_opening(spans, zone, at)

    if opens is None:
        opens = at + 15 * DAY
    else:
        assert at < opens
        assert (is_worked(spans, zone, opens - SECOND), is_worked(spans, zone, opens)) == (False, True)
    minutes = data.draw(st.sets(st.integers(1, max(1, (opens - at) // MINUTE)), max_size=40))
    between = sorted({at, *(moment for n in minutes if (moment := at + n * MINUTE) < opens)})
    worked = [is_worked(spans, zone, moment) for moment in between]
    # Once closed it stays closed: until the answer there is nothing to open it again.
    assert worked == sorted(worked, reverse=True)


class HoursIn(serializers.Serializer):
    hours = serializers.JSONField(validators=[validate_hours])


def refusal(value: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        validate_hours(value)
    [message] = refused.value.messages
    return message


class TestValidateHours:
    @pytest.mark.parametrize(
        "value",
        [
            [],
            OFFICE,
            NIGHTS,
            hours("00:00", "00:00"),
            hours("09:00", "09:00", [SUNDAY, MONDAY]),
            [*hours("09:00", "12:00"), *hours("12:00", "17:00"), *hours("23:59", "00:00"), *hours("20:00", "20:01")],
            [*hours("18:00", "09:00", [SUNDAY]), *hours("09:00", "17:00", [MONDAY])],
        ],
    )
    def test_hours_that_do_not_overlap_are_fine(self, value):
        assert validate_hours(value) is None

    @pytest.mark.parametrize("value", [None, {}, "09:00", 3, True, tuple(OFFICE)])
    def test_they_are_a_list(self, value):
        assert refusal(value) == "Working hours are a list."

    def test_they_are_not_endless(self):
        tiny = [span for hour in range(4) for span in hours(f"0{hour}:00", f"0{hour}:30")]

        assert validate_hours(tiny) is None
        assert refusal([*tiny, *hours("12:00", "13:00", [MONDAY])]) == "Working hours have 28 entries at most."

    @pytest.mark.parametrize(
        "span", [None, [], "Monday", {}, {"weekday": 0, "start": "09:00"}, {**OFFICE[0], "zone": "UTC"}]
    )
    def test_an_entry_has_a_weekday_a_start_and_an_end(self, span):
        assert refusal([*NIGHTS, span]) == "Entry 3: give a weekday, a start and an end, nothing else."

    @pytest.mark.parametrize("weekday", [-1, 7, "0", 1.0, True, None, [0]])
    def test_there_are_seven_weekdays(self, weekday):
        assert refusal([{**OFFICE[0], "weekday": weekday}]) == "Entry 1: weekdays are 0 (Monday) to 6 (Sunday)."

    @pytest.mark.parametrize(
        "text",
        ["9:00", "24:00", "12:60", "12:00:00", "12:00\n", " 12:00", "", "\u0661\u0662:\u0660\u0660", 900, None, []],
    )
    @pytest.mark.parametrize("name", ["start", "end"])
    def test_times_are_those_of_a_clock(self, name, text):
        assert refusal([{**OFFICE[0], name: text}]) == "Entry 1: times are 00:00 to 23:59."

    @pytest.mark.parametrize(
        "value",
        [
            [*OFFICE, *hours("16:59", "18:00", [MONDAY])],
            [*OFFICE, OFFICE[0]],
            [*hours("09:00", "17:00", [MONDAY]), *hours("18:00", "09:01", [SUNDAY])],
            [*hours("22:00", "06:00", [THURSDAY]), *hours("05:59", "07:00", [FRIDAY])],
            [
                *hours("09:00", "17:00", [MONDAY]),
                *hours("10:00", "11:00", [MONDAY]),
                *hours("18:00", "19:00", [MONDAY]),
            ],
            hours("00:00", "00:00", [MONDAY, MONDAY]),
        ],
    )
    def test_hours_that_overlap_are_refused(self, value):
        assert refusal(value) == "Working hours do not overlap."

    @given(weekly([0, 30]))
    def test_they_overlap_when_some_time_of_the_week_is_worked_twice(self, spans):
        monday = utc("2026-06-01")
        times = [monday + n * 2 * QUARTER for n in range(7 * 48)]
        is_twice = any(sum(is_worked([span], "UTC", moment) for span in spans) > 1 for moment in times)

        try:
            validate_hours(spans)
        except ValidationError:
            assert is_twice
        else:
            assert not is_twice

    def test_an_api_names_the_field(self):
        hours_in = HoursIn(data={"hours": [{**OFFICE[0], "end": "25:00"}]})

        assert not hours_in.is_valid()
        assert hours_in.errors == {"hours": ["Entry 1: times are 00:00 to 23:59."]}
