"""Local days of the campus, and the bars of a chart."""

from datetime import UTC, date, datetime

import pytest

from fleet.ranges import NAMED, Days, Grouping, bucket_of, buckets, local_date, named, usual_grouping

THURSDAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


def days(first, last):
    return Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("today", days("2026-01-01", "2026-01-01")),
        ("yesterday", days("2025-12-31", "2025-12-31")),
        ("7d", days("2025-12-26", "2026-01-01")),
        ("30d", days("2025-12-03", "2026-01-01")),
        ("week", days("2025-12-29", "2026-01-01")),
        ("month", days("2026-01-01", "2026-01-01")),
        ("year", days("2026-01-01", "2026-01-01")),
    ],
)
def test_ranges_end_today_or_yesterday(name, expected):
    assert named(name, THURSDAY) == expected


def test_all_ranges_are_tried_above():
    assert set(NAMED) == {"today", "yesterday", "7d", "30d", "week", "month", "year"}


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", "2026-01-01"), ("Pacific/Kiritimati", "2026-01-02"), ("Pacific/Pago_Pago", "2026-01-01")]
)
def test_a_day_is_one_of_the_campus(settings, zone, day):
    settings.CAMPUS_ZONE = zone

    assert local_date(THURSDAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        (days("2026-03-01", "2026-03-01"), days("2026-02-28", "2026-02-28")),
        (days("2026-01-01", "2026-01-07"), days("2025-12-25", "2025-12-31")),
        (days("2024-03-01", "2024-03-31"), days("2024-01-30", "2024-02-29")),
    ],
)
def test_before_are_as_many_days(asked, before):
    assert asked.before() == before
    assert asked.before().count == asked.count


def test_days_are_all_days_with_both_ends():
    assert [day.day for day in days("2024-02-28", "2024-03-01")] == [28, 29, 1]


class TestBuckets:
    def categories(self, asked, grouping):
        return [bucket.category for bucket in buckets(asked, grouping).values()]

    @pytest.mark.parametrize(
        ("grouping", "expected"),
        [
            (Grouping.DAY, ["2025-12-30", "2025-12-31", "2026-01-01"]),
            (Grouping.WEEK, ["W52", "W53", "W1"]),
            (Grouping.MONTH, ["2025-12", "2026-01"]),
            (Grouping.YEAR, ["2025", "2026"]),
        ],
    )
    def test_all_that_the_days_touch_are_there_in_order(self, grouping, expected):
        assert self.categories(days("2025-12-30", "2026-01-01"), grouping) == expected

    def test_weeks_are_the_seeds_own_of_seven_days_from_new_years_day(self):
        weeks = buckets(days("2026-01-01", "2026-01-15"), Grouping.WEEK).values()

        assert [(week.category, week.date.day) for week in weeks] == [("W1", 1), ("W2", 8), ("W3", 15)]

    def test_the_first_week_of_another_year_is_another_one(self):
        asked = days("2025-01-01", "2026-01-03")

        assert self.categories(asked, Grouping.WEEK).count("W1") == 2
        assert len(buckets(asked, Grouping.WEEK)) == 54

    def test_a_bucket_begins_with_the_first_day_that_is_asked_for(self):
        asked = days("2026-01-30", "2026-03-02")

        begins = [bucket.date.isoformat() for bucket in buckets(asked, Grouping.MONTH).values()]
        assert begins == ["2026-01-30", "2026-02-01", "2026-03-01"]

    @pytest.mark.parametrize("grouping", Grouping)
    def test_each_day_is_in_one_of_them(self, grouping):
        asked = days("2023-12-25", "2025-01-05")

        assert list(dict.fromkeys(bucket_of(day, grouping) for day in asked)) == list(buckets(asked, grouping))

    @pytest.mark.parametrize(
        ("count", "grouping"),
        [(1, "day"), (62, "day"), (63, "month"), (1830, "month"), (1831, "year")],
    )
    def test_a_chart_has_some_sixty_bars_at_most(self, count, grouping):
        asked = Days(date.fromordinal(738000 - count + 1), date.fromordinal(738000))

        assert usual_grouping(asked) == grouping
        assert len(buckets(asked, Grouping(grouping))) <= 62
