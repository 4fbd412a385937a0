"""Who may be given a shift, at the edges of every rule."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shifts.eligibility import Reason, reasons_against, reasons_to_refuse
from shifts.models import Shift
from tests.factories.shifts import (
    AvailabilityFactory,
    EmployeeFactory,
    HeldQualificationFactory,
    LeaveFactory,
    QualificationFactory,
    ShiftFactory,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
CAIRO = "Africa/Cairo"
TORONTO = "America/Toronto"
GENEROUS = {"max_daily_hours": 24, "max_weekly_hours": 168, "min_rest_hours": 0}


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shift_at(start, end, zone="UTC", **facts):
    return ShiftFactory(start_at=at(start, zone), end_at=at(end, zone), zone=zone, **facts)


def works(employee, start, end, zone="UTC", status="assigned"):
    return shift_at(start, end, zone, assignee=employee, status=status)


def always_available(**terms):
    employee = EmployeeFactory(availability=None, **terms)
    AvailabilityFactory(employee=employee, start_at=at("2020-01-01"), end_at=at("2030-01-01"))
    return employee


def reasons(shift, employee):
    return reasons_against(shift, [employee])[employee.pk]


def test_nothing_speaks_against_a_free_nurse():
    assert reasons(shift_at("2026-06-01 09:00", "2026-06-01 17:00"), always_available()) == []


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([], [Reason.UNAVAILABLE]),
        ([("09:00", "17:00")], []),
        ([("09:01", "17:00")], [Reason.UNAVAILABLE]),
        ([("09:00", "16:59")], [Reason.UNAVAILABLE]),
        ([("08:00", "12:00"), ("12:00", "18:00")], []),
        ([("12:00", "18:00"), ("08:00", "13:00")], []),
        ([("08:00", "12:00"), ("12:01", "18:00")], [Reason.UNAVAILABLE]),
    ],
)
def test_availability_must_cover_the_whole_shift(windows, expected):
    employee = EmployeeFactory(availability=None)
    for start, end in windows:
        AvailabilityFactory(employee=employee, start_at=at(f"2026-06-01 {start}"), end_at=at(f"2026-06-01 {end}"))

    assert reasons(shift_at("2026-06-01 09:00", "2026-06-01 17:00"), employee) == expected


def test_her_own_yes_is_not_judged_by_what_she_said_before():
    employee = EmployeeFactory(availability=None)
    assert reasons_to_refuse(shift_at("2026-06-01 09:00", "2026-06-01 17:00"), employee) == []


@pytest.mark.parametrize(
    ("start", "end", "is_approved", "expected"),
    [
        ("16:59", "20:00", True, [Reason.ON_LEAVE]),
        ("17:00", "20:00", True, []),
        ("07:00", "09:00", True, []),
        ("07:00", "09:01", True, [Reason.ON_LEAVE]),
        ("07:00", "20:00", False, []),
    ],
)
def test_only_approved_leave_at_that_time_counts(start, end, is_approved, expected):
    employee = always_available()
    LeaveFactory(
        employee=employee,
        start_at=at(f"2026-06-01 {start}"),
        end_at=at(f"2026-06-01 {end}"),
        is_approved=is_approved,
    )

    assert reasons(shift_at("2026-06-01 09:00", "2026-06-01 17:00"), employee) == expected


@pytest.mark.parametrize(
    ("expires_on", "expected"),
    [
        (None, []),
        (date(2026, 6, 2), []),
        (date(2026, 6, 1), [Reason.UNQUALIFIED]),  # in the middle of the night
    ],
)
def test_a_qualification_must_hold_through_the_last_minute_of_a_night_shift(expires_on, expected):
    employee = always_available()
    night = shift_at("2026-06-01 23:00", "2026-06-02 07:00", TORONTO)
    night.qualifications.add(QualificationFactory())
    HeldQualificationFactory(employee=employee, expires_on=expires_on)

    assert reasons(night, employee) == expected


def test_a_shift_that_ends_at_midnight_needs_nothing_of_the_next_day():
    employee = always_available()
    evening = shift_at("2026-06-01 16:00", "2026-06-02 00:00", TORONTO)
    evening.qualifications.add(QualificationFactory())
    HeldQualificationFactory(employee=employee, expires_on=date(2026, 6, 1))

    assert reasons(evening, employee) == []


def test_every_required_qualification_is_needed():
    employee = always_available()
    shift = shift_at("2026-06-01 09:00", "2026-06-01 17:00")
    shift.qualifications.add(QualificationFactory(), QualificationFactory(code="cpr"))
    HeldQualificationFactory(employee=employee)

    assert reasons(shift, employee) == [Reason.UNQUALIFIED]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-06-01 01:00", "2026-06-01 09:00", []),
        ("2026-06-01 01:00", "2026-06-01 09:01", [Reason.OVERLAP]),
        ("2026-06-01 17:00", "2026-06-01 20:00", []),
        ("2026-06-01 16:59", "2026-06-01 20:00", [Reason.OVERLAP]),
    ],
)
def test_shifts_may_touch_and_may_not_overlap(start, end, expected):
    employee = always_available(**GENEROUS)
    works(employee, start, end)

    assert reasons(shift_at("2026-06-01 09:00", "2026-06-01 17:00"), employee) == expected


def test_what_she_has_worked_takes_her_time_like_what_she_will():
    employee = always_available(**{**GENEROUS, "max_weekly_hours": 12})
    works(employee, "2026-06-01 09:00", "2026-06-01 14:00", status="completed")

    assert reasons(shift_at("2026-06-02 09:00", "2026-06-02 17:00"), employee) == [Reason.WEEKLY_HOURS]


@pytest.mark.parametrize(
    ("end", "expected"),
    [("2026-05-31 22:00", []), ("2026-05-31 22:01", [Reason.TOO_LITTLE_REST])],
)
def test_rest_before_a_shift_is_exactly_enough_or_a_minute_too_little(end, expected):
    employee = always_available(min_rest_hours=11)
    works(employee, "2026-05-31 14:00", end)

    assert reasons(shift_at("2026-06-01 09:00", "2026-06-01 17:00"), employee) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [("2026-06-02 04:00", []), ("2026-06-02 03:59", [Reason.TOO_LITTLE_REST])],
)
def test_rest_after_a_shift_counts_as_well(start, expected):
    employee = always_available(min_rest_hours=11)
    works(employee, start, "2026-06-02 08:00")

    assert reasons(shift_at("2026-06-01 09:00", "2026-06-01 17:00"), employee) == expected


def test_rest_is_looked_for_beyond_the_week():
    employee = always_available(min_rest_hours=11)
    works(employee, "2026-05-31 16:00", "2026-06-01 00:00")  # Sunday evening

    assert reasons(shift_at("2026-06-01 07:00", "2026-06-01 12:00"), employee) == [Reason.TOO_LITTLE_REST]


@pytest.mark.parametrize(
    ("before", "start", "expected"),
    [
        # Clocks go forward in the night of 8 March 2026, and back in that of 1 November.
        (("2026-03-07 13:00", "2026-03-07 21:00"), "2026-03-08 09:00", []),
        (("2026-03-07 13:00", "2026-03-07 21:00"), "2026-03-08 08:59", [Reason.TOO_LITTLE_REST]),
        (("2026-10-31 13:00", "2026-10-31 21:00"), "2026-11-01 07:00", []),
        (("2026-10-31 13:00", "2026-10-31 21:00"), "2026-11-01 06:59", [Reason.TOO_LITTLE_REST]),
    ],
)
def test_rest_across_a_change_of_clocks_is_real_time(before, start, expected):
    employee = always_available(**{**GENEROUS, "min_rest_hours": 11})
    works(employee, *before, TORONTO)

    assert reasons(ShiftFactory(start_at=at(start, TORONTO), zone=TORONTO), employee) == expected


@pytest.mark.parametrize(
    ("other_end", "expected"),
    [("2026-06-01 07:00", []), ("2026-06-01 07:01", [Reason.DAILY_HOURS])],
)
def test_the_daily_hours_may_be_reached_and_not_passed(other_end, expected):
    employee = always_available(**{**GENEROUS, "max_daily_hours": 15})
    works(employee, "2026-06-01 00:00", other_end)

    assert reasons(shift_at("2026-06-01 09:00", "2026-06-01 17:00"), employee) == expected


def test_a_night_shift_is_split_between_its_days():
    employee = always_available(**{**GENEROUS, "max_daily_hours": 8})
    works(employee, "2026-06-01 00:00", "2026-06-01 06:00")

    assert reasons(shift_at("2026-06-01 22:00", "2026-06-02 06:00"), employee) == []
    assert reasons(shift_at("2026-06-01 21:59", "2026-06-02 06:00"), employee) == [Reason.DAILY_HOURS]


def test_days_are_those_of_the_zone_of_the_shift():
    employee = always_available(**{**GENEROUS, "max_daily_hours": 8})
    works(employee, "2026-06-01 18:00", "2026-06-02 02:00")  # in Toronto all of it is on 1 June

    assert reasons(shift_at("2026-06-02 00:00", "2026-06-02 08:00", TORONTO), employee) == []
    assert reasons(shift_at("2026-06-02 02:00", "2026-06-02 09:00"), employee) == [Reason.DAILY_HOURS]


@pytest.mark.parametrize(
    ("night", "hours", "expected"),
    [
        (("2026-03-07 23:00", "2026-03-08 07:00"), 6, []),  # 00:00–07:00 has six hours
        (("2026-03-07 23:00", "2026-03-08 07:01"), 6, [Reason.DAILY_HOURS]),
        (("2026-10-31 23:00", "2026-11-01 07:00"), 8, []),  # and here eight
        (("2026-10-31 23:00", "2026-11-01 07:00"), 7, [Reason.DAILY_HOURS]),
    ],
)
def test_nights_of_a_change_of_clocks_count_as_long_as_they_are(night, hours, expected):
    employee = always_available(**{**GENEROUS, "max_daily_hours": hours})

    assert reasons(shift_at(*night, TORONTO), employee) == expected


def test_a_day_that_has_no_midnight_begins_at_one():
    """Cairo, 24 April 2026: from 23:59 to 01:00."""
    employee = always_available(**{**GENEROUS, "max_daily_hours": 3})
    late = shift_at("2026-04-23 21:00", "2026-04-24 04:00", CAIRO)

    assert late.end_at.astimezone(UTC) - late.start_at.astimezone(UTC) == timedelta(hours=6)
    assert reasons(late, employee) == []


def test_an_hour_that_happens_twice_counts_twice():
    """Cairo, 29 October 2026: 23:00 to midnight comes twice."""
    employee = always_available(**{**GENEROUS, "max_daily_hours": 3})
    evening = shift_at("2026-10-29 22:00", "2026-10-30 00:00", CAIRO)
    works(employee, "2026-10-29 21:00", "2026-10-29 22:00", CAIRO)

    assert evening.end_at.astimezone(UTC) - evening.start_at.astimezone(UTC) == timedelta(hours=3)
    assert reasons(evening, employee) == [Reason.DAILY_HOURS]


@pytest.mark.parametrize(("minutes", "expected"), [(0, []), (1, [Reason.WEEKLY_HOURS])])
def test_the_weekly_hours_may_be_reached_and_not_passed(minutes, expected):
    employee = always_available(**{**GENEROUS, "max_weekly_hours": 48})
    for day in range(1, 6):
        works(employee, f"2026-06-0{day} 08:00", f"2026-06-0{day} 16:00")
    end = at("2026-06-06 16:00") + minutes * MINUTE

    assert reasons(ShiftFactory(start_at=at("2026-06-06 08:00"), end_at=end), employee) == expected


def test_a_shift_across_the_end_of_the_week_is_split():
    employee = always_available(**{**GENEROUS, "max_weekly_hours": 40})
    for day in range(1, 6):
        works(employee, f"2026-06-0{day} 09:00", f"2026-06-0{day} 16:00")  # 35 hours of that week

    assert reasons(shift_at("2026-06-07 19:00", "2026-06-08 05:00"), employee) == []
    assert reasons(shift_at("2026-06-07 18:59", "2026-06-08 05:00"), employee) == [Reason.WEEKLY_HOURS]


def test_all_reasons_are_named():
    employee = EmployeeFactory(availability=None, max_daily_hours=8, max_weekly_hours=8)
    works(employee, "2026-06-01 08:00", "2026-06-01 16:00")
    LeaveFactory(employee=employee, start_at=at("2026-06-01 00:00"), end_at=at("2026-06-02 00:00"))
    shift = shift_at("2026-06-01 15:00", "2026-06-01 23:00")
    shift.qualifications.add(QualificationFactory())

    assert reasons(shift, employee) == [
        Reason.UNAVAILABLE, Reason.ON_LEAVE, Reason.UNQUALIFIED, Reason.OVERLAP, Reason.DAILY_HOURS,
        Reason.WEEKLY_HOURS,
    ]  # fmt: skip


def test_a_hundred_employees_are_judged_in_as_many_queries_as_one(django_assert_num_queries):
    shift = ShiftFactory()
    employees = [EmployeeFactory() for _ in range(3)]

    with django_assert_num_queries(5):
        reasons_against(shift, employees[:1])
    with django_assert_num_queries(5):
        reasons_against(shift, employees)
    assert Shift.objects.count() == 1
