"""A day ends at midnight of the campus, whatever the clocks do there, and the boards show so though nothing happens."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import auditing, figures, freshness, ranges
from fleet.models import Tally
from fleet.ranges import Days, Grouping
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import Source
from fleet.turning import turn_over
from realtime.models import Board, BoardChange
from tests.factories.fleet import VehicleFactory

GATE = Source("key-gate")
INSTANT = timedelta(microseconds=1)
MOMENT = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

# Where, when, and which day ends and begins then, by the books of clocks.
MIDNIGHTS = [
    ("America/New_York", "2026-03-08T05:00Z", "2026-03-07", "2026-03-08"),  # and it has 23 hours
    ("America/New_York", "2026-03-09T04:00Z", "2026-03-08", "2026-03-09"),
    ("America/New_York", "2026-11-02T05:00Z", "2026-11-01", "2026-11-02"),  # what ends had 25 hours
    ("Asia/Manila", "2026-06-30T16:00Z", "2026-06-30", "2026-07-01"),
    ("Pacific/Apia", "2011-12-30T10:00Z", "2011-12-29", "2011-12-31"),  # there was no 30th
    ("Africa/Cairo", "2026-04-23T22:00Z", "2026-04-23", "2026-04-24"),  # it was one o'clock at once
    ("Africa/Cairo", "2026-10-29T22:00Z", "2026-10-29", "2026-10-30"),  # when it had almost come, it was eleven again
    ("Europe/London", "2026-03-29T00:00Z", "2026-03-28", "2026-03-29"),
    ("Europe/London", "2026-10-26T00:00Z", "2026-10-25", "2026-10-26"),
    ("Europe/London", "2028-02-29T00:00Z", "2028-02-28", "2028-02-29"),
    ("Europe/London", "2027-01-01T00:00Z", "2026-12-31", "2027-01-01"),
]
at_midnights = pytest.mark.parametrize(("zone", "at", "ends", "begins"), MIDNIGHTS)


@at_midnights
@pytest.mark.django_db
def test_what_happens_at_midnight_is_of_the_day_that_begins(settings: Any, zone: str, at: str, ends: str, begins: str):
    settings.CAMPUS_ZONE = zone
    midnight, yesterday, today = datetime.fromisoformat(at), date.fromisoformat(ends), date.fromisoformat(begins)
    VehicleFactory(plate_number="ABC 123")
    moments = [(midnight - MOMENT, "in"), (midnight, "out")]
    seen = [Seen(way, "ABC 123", way, moment) for moment, way in moments]
    reported = [Reported(way, "ABC 123", "Other", moment) for moment, way in moments]
    record_scans(GATE, seen, now=midnight + SECOND)
    report_violations(GATE, reported, now=midnight + SECOND)

    counted = set(Tally.objects.values_list("day", "measure", "count"))
    days = Days(yesterday, today)
    assert counted == {
        (yesterday, "entry", 1),
        (today, "exit", 1),
        (yesterday, "violation", 1),
        (today, "violation", 1),
    }
    assert auditing.counted(days) == auditing.recount(days)
    assert [figures.summary(Days(day, day)).total_violations for day in (yesterday, today)] == [1, 1]


@at_midnights
def test_the_last_days_end_with_the_day_that_has_begun(settings: Any, zone: str, at: str, ends: str, begins: str):
    settings.CAMPUS_ZONE = zone
    midnight = datetime.fromisoformat(at)
    last = [ranges.named("7d", now).last.isoformat() for now in (midnight - INSTANT, midnight)]

    assert last == [ends, begins]


@pytest.mark.parametrize(
    ("zone", "day", "since", "hours"),
    [
        ("America/New_York", "2026-03-08", "2026-03-08T05:00Z", 23),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00Z", 25),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z", 23),
        ("Africa/Cairo", "2026-10-29", "2026-10-28T21:00Z", 25),
        ("Europe/London", "2026-03-29", "2026-03-29T00:00Z", 23),
        ("Europe/London", "2026-10-25", "2026-10-24T23:00Z", 25),
    ],
)
@pytest.mark.django_db
def test_each_hour_of_a_day_is_counted_there(settings: Any, zone: str, day: str, since: str, hours: int):
    """Also the one that there is twice, and but for the one that there is not."""
    settings.CAMPUS_ZONE = zone
    start = datetime.fromisoformat(since)
    VehicleFactory(plate_number="ABC 123")
    seen = [Seen(str(n), "ABC 123", "in", start + n * HOUR) for n in range(-2, hours + 2)]
    record_scans(GATE, seen, now=start + 30 * HOUR)

    on = date.fromisoformat(day)
    counted = dict(Tally.objects.values_list("day", "count"))
    assert counted == {on - ranges.DAY: 2, on: hours, on + ranges.DAY: 2}
    days = Days(on - ranges.DAY, on + ranges.DAY)
    assert auditing.counted(days) == auditing.recount(days)


class TestTurningOver:
    def rendered(self, moment: datetime) -> None:
        last = ranges.local_date(moment).isoformat()
        data = f'{{"days":{{"first":"{last}","last":"{last}"}}}}'
        for name in freshness.BOARDS:
            fields = {"version": 1, "data": data, "rendered_at": moment}
            Board.objects.update_or_create(pk=name, defaults=fields)
        BoardChange.objects.all().delete()

    def due(self) -> set[str]:
        return set(BoardChange.objects.values_list("board", flat=True))

    @at_midnights
    @pytest.mark.django_db
    def test_boards_of_yesterday_are_rendered_anew(self, settings: Any, zone: str, at: str, ends: str, begins: str):
        settings.CAMPUS_ZONE = zone
        midnight = datetime.fromisoformat(at)
        self.rendered(midnight - SECOND)
        turn_over(midnight - INSTANT)
        assert self.due() == set()

        turn_over(midnight)
        assert self.due() >= {freshness.SUMMARY, freshness.DISTRIBUTION, freshness.LOGS}

    @at_midnights
    @pytest.mark.django_db
    def test_once_they_show_the_new_day_they_rest(self, settings: Any, zone: str, at: str, ends: str, begins: str):
        settings.CAMPUS_ZONE = zone
        midnight = datetime.fromisoformat(at)
        self.rendered(midnight + 2 * timedelta(minutes=1))
        for n in range(3, 23 * 60, 60):
            turn_over(midnight + n * timedelta(minutes=1))

        assert self.due() == set()

    @pytest.mark.django_db
    def test_one_that_was_looked_up_before_midnight_and_stored_after_it_does_not_stay(self, settings: Any):
        settings.CAMPUS_ZONE = "Europe/London"
        midnight = datetime.fromisoformat("2026-10-26T00:00Z")
        self.rendered(midnight - SECOND)
        Board.objects.update(rendered_at=midnight + SECOND)
        turn_over(midnight + 5 * SECOND)

        assert self.due() >= {freshness.SUMMARY, freshness.DISTRIBUTION, freshness.LOGS}

    @pytest.mark.django_db
    def test_boards_that_nobody_has_looked_at_are_left_alone(self):
        turn_over(datetime.fromisoformat("2026-10-26T00:00Z"))

        assert self.due() == set()


# Charts

BEGIN = date(2027, 11, 1)  # with two turns of the year and a leap day before its end
some_days = st.integers(0, 500).map(lambda n: BEGIN + n * ranges.DAY)


@pytest.fixture
def counted(db: None) -> Counter[date]:
    """Every third day and every fifth."""
    counts = Counter({BEGIN + n * ranges.DAY: n + 1 for n in range(500) if n % 3 == 0 or n % 5 == 0})
    Tally.objects.bulk_create(
        Tally(day=day, measure=measure, department="CCS", count=count * times)
        for day, count in counts.items()
        for measure, times in (("entry", 1), ("exit", 2), ("violation", 7))
    )
    return counts


NAMES = {
    Grouping.DAY: lambda day: f"{day.year}-{day.month:02}-{day.day:02}",
    Grouping.WEEK: lambda day: f"W{(day - date(day.year, 1, 1)).days // 7 + 1}",
    Grouping.MONTH: lambda day: f"{day.year}-{day.month:02}",
    Grouping.YEAR: lambda day: f"{day.year}",
}


@pytest.mark.parametrize("grouping", Grouping)
def test_bars_are_all_there_and_in_order_and_nothing_is_in_two(counted: Counter[date], grouping: Grouping):
    @given(some_days, some_days)
    def check(one: date, other: date) -> None:
        first, last = sorted([one, other])
        bars: dict[tuple[int, str], tuple[date, int]] = {}
        day = first
        while day <= last:
            name = (day.year, NAMES[grouping](day))
            begun, count = bars.get(name, (day, 0))
            bars[name] = begun, count + counted[day]
            day += ranges.DAY
        shown = [
            (bucket.category, bucket.date, moved.entries, moved.exits)
            for bucket, moved in figures.movements(Days(first, last), grouping).values()
        ]
        assert shown == [(name, begun, count, 2 * count) for (_, name), (begun, count) in bars.items()]

    check()
