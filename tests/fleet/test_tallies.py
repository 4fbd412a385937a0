"""Counts by the local day, moved by who changes what they count."""

from collections import Counter
from datetime import date

import pytest

from fleet import tallies
from fleet.models import Tally
from fleet.tallies import Counted
from tests.fleet.eyes import clock, reported, saw

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 27)
ENTRY = Counted(DAY, "entry", "CCS")


def counts():
    return {Counted(*sort): count for *sort, count in Tally.objects.values_list(*Counted._fields, "count")}


class TestMoving:
    def move(self, before=(), after=()):
        tallies.move(Counter(before), Counter(after))

    def test_what_comes_is_added_and_what_goes_is_taken_away(self):
        self.move(after=[ENTRY, ENTRY])
        self.move(before=[ENTRY])

        assert counts() == {ENTRY: 1}

    def test_every_part_of_a_sort_tells_it_from_others(self):
        others = [
            ENTRY._replace(day=date(2026, 3, 28)), ENTRY._replace(measure="exit"), ENTRY._replace(department=""),
            ENTRY._replace(type="Other"), ENTRY._replace(status="pending"),
        ]  # fmt: skip
        self.move(after=[ENTRY, *others])
        self.move(after=[ENTRY])

        assert counts() == {ENTRY: 2, **dict.fromkeys(others, 1)}

    def test_what_moves_nothing_writes_nothing(self):
        self.move(before=[ENTRY], after=[ENTRY])
        self.move()

        assert counts() == {}

    def test_signs_that_queries_have_too_are_names_like_others(self):
        odd = [ENTRY._replace(department=name) for name in ('"CBA"', "{CCS}", "C%sS", "كلية", "back\\slash")]
        self.move(after=odd)

        assert counts() == dict.fromkeys(odd, 1)

    def test_what_was_counted_before_is_still_what_the_caller_has(self):
        before, after = Counter([ENTRY]), Counter([ENTRY, ENTRY])
        tallies.move(before, after)

        assert (before, after) == (Counter([ENTRY]), Counter([ENTRY, ENTRY]))


class TestDays:
    @pytest.mark.parametrize(
        ("zone", "moment", "day"),
        [
            ("UTC", "23:59:59.999999", "2026-03-27"),
            ("Asia/Manila", "15:59:59.999999", "2026-03-27"),
            ("Asia/Manila", "16:00", "2026-03-28"),
            ("America/New_York", "03:59:59", "2026-03-26"),
            ("America/New_York", "04:00", "2026-03-27"),
        ],
    )
    def test_a_day_is_one_of_the_campus(self, settings, vehicle, zone, moment, day):
        settings.CAMPUS_ZONE = zone

        saw(f"in {moment}", now=clock("23:59:59.999999"))
        reported(moment=moment, now=clock("23:59:59.999999"))

        assert {(one.measure, str(one.day)) for one in counts()} == {("entry", day), ("violation", day)}

    def test_a_stay_over_midnight_comes_on_one_day_and_goes_on_the_next(self, settings, vehicle):
        settings.CAMPUS_ZONE = "Asia/Manila"

        saw("in 15:00", "out 17:00")

        assert counts() == {ENTRY: 1, Counted(date(2026, 3, 28), "exit", "CCS"): 1}

    def test_a_late_scan_takes_back_what_was_told_without_it(self, vehicle):
        saw("in 10:00:30")
        saw("out 09:00", "in 10:00")
        assert counts() == {ENTRY: 1, ENTRY._replace(measure="exit"): 1}
        saw("out 10:00:10")

        assert counts() == {ENTRY: 2, ENTRY._replace(measure="exit"): 2}
