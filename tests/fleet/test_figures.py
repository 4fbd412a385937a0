"""What the charts show."""

from datetime import date, timedelta

import pytest

from fleet import adoption, figures
from fleet.figures import Movements
from fleet.models import Violation
from fleet.ranges import Days, Grouping
from fleet.services.registry import revise_vehicle
from fleet.services.scans import record_scans
from fleet.services.violations import confirm_violation, dismiss_violation
from tests.factories.fleet import VehicleFactory
from tests.fleet.eyes import EAST, EVENING, PLATE, Seen, clock, reported, saw

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FRIDAY = date(2026, 3, 27)
WEEK = Days(FRIDAY - 6 * DAY, FRIDAY)


def on(days_ago, count=1, plate=PLATE, type="Speed Violation"):
    for _ in range(count):
        reported(plate, type, clock("12:00") - days_ago * DAY)


class TestSummary:
    def test_without_anything_it_is_nothing(self, db):
        shown = figures.summary(WEEK)

        assert (shown.total_violations, shown.active_violations, shown.total_vehicles, shown.trend) == (0, 0, 0, None)
        assert (shown.movements, shown.types, shown.department_violations) == (Movements(0, 0), [], [])

    def test_all_violations_of_the_days_count_and_those_are_active_that_nobody_decided_on(self, vehicle, officer):
        on(0, 4)
        on(6)
        on(7)
        confirmed, dismissed = Violation.objects.filter(reported_at=clock("12:00"))[:2]
        confirm_violation(confirmed.pk, by=officer, now=EVENING)
        dismiss_violation(dismissed.pk, by=officer, now=EVENING)

        shown = figures.summary(WEEK)

        assert (shown.total_violations, shown.active_violations, shown.total_vehicles) == (5, 3, 1)

    def test_entries_count_when_they_happen_and_exits_when_they_do(self, vehicle):
        come, gone = clock("08:00") - 7 * DAY, clock("08:00") - DAY
        record_scans(EAST, [Seen("1", PLATE, "in", come), Seen("2", PLATE, "out", gone)], now=EVENING)
        saw("in 08:00", "in 10:00", "out 11:00", "out 12:00")

        moved = figures.summary(WEEK).movements

        assert (moved.entries, moved.exits, moved.total) == (2, 3, 5)

    @pytest.mark.parametrize(
        ("before", "now", "trend"), [(2, 3, 50.0), (3, 1, -66.7), (2, 0, -100.0), (2, 2, 0.0), (0, 3, None)]
    )
    def test_the_trend_is_against_as_many_days_before(self, vehicle, before, now, trend):
        on(13, before)
        on(14, 5)
        on(6, now)

        assert figures.summary(WEEK).trend == trend

    def test_the_most_frequent_come_first_and_what_has_no_department_is_unknown(self, vehicle):
        VehicleFactory(plate_number="CBA 1", department="CBA")
        VehicleFactory(plate_number="NEW 1", department="")
        on(0, 2, "CBA 1", "Parking Violation")
        on(0, 1, "NEW 1", "Parking Violation")
        on(0, 1, "XYZ 999", "Other")
        on(0, 2, type="Other")
        saw("in 08:00", plate="NEW 1")
        saw("in 08:00", "out 09:00", plate="CBA 1")

        shown = figures.summary(WEEK)

        assert shown.types == [("Other", 3), ("Parking Violation", 3)]
        assert shown.department_violations == [("CBA", 2), ("CCS", 2), ("Unknown", 2)]
        assert shown.department_movements == [("CBA", Movements(1, 1)), ("Unknown", Movements(1, 0))]

    def test_what_came_to_nothing_is_not_shown(self, vehicle):
        saw("in 10:00:30")
        revise_vehicle(vehicle, now=EVENING, department="CBA")
        saw("in 10:00")

        assert figures.summary(WEEK).department_movements == [("CBA", Movements(1, 0))]

    def test_nor_is_what_is_no_longer_unknown(self):
        on(0)
        VehicleFactory(plate_number=PLATE)
        adoption.adopt()

        assert figures.summary(WEEK).department_violations == [("CCS", 1)]


def test_a_distribution_is_of_all_states(vehicle, officer):
    on(0, 2)
    on(0, 1, "XYZ 999", "Other")
    on(7, 9, type="Reckless Driving")
    dismiss_violation(
        Violation.objects.filter(vehicle=vehicle, reported_at=clock("12:00"))[0].pk, by=officer, now=EVENING
    )

    shown = figures.distribution(WEEK)

    assert (shown.total, shown.types) == (3, [("Speed Violation", 2), ("Other", 1)])
    assert shown.departments == [("CCS", 2), ("Unknown", 1)]


class TestMovements:
    def shown(self, days, grouping):
        found = figures.movements(days, grouping).values()
        return [(bucket.category, moved.entries, moved.exits) for bucket, moved in found]

    def move(self, *moments):
        scans = [Seen(str(n), PLATE, way, moment) for n, (way, moment) in enumerate(moments)]
        record_scans(EAST, scans, now=EVENING)

    def test_days_on_which_nothing_happened_are_nought(self, vehicle):
        saw("in 08:00", "out 09:00", "in 10:00")

        assert self.shown(Days(FRIDAY - DAY, FRIDAY + DAY), Grouping.DAY) == [
            ("2026-03-26", 0, 0), ("2026-03-27", 2, 1), ("2026-03-28", 0, 0),
        ]  # fmt: skip

    def test_only_what_is_asked_for_is_in_a_bucket(self, vehicle):
        """Half a month is half a bar."""
        self.move(("in", clock("08:00") - 20 * DAY), ("in", clock("08:00")))

        assert self.shown(Days(FRIDAY - DAY, FRIDAY), Grouping.MONTH) == [("2026-03", 1, 0)]

    def test_weeks_of_different_years_are_different(self, vehicle):
        new_year = clock("08:00") - (FRIDAY - date(2026, 1, 1))
        self.move(("in", new_year - DAY), ("out", new_year))

        shown = self.shown(Days(date(2025, 1, 1), date(2026, 1, 7)), Grouping.WEEK)

        assert (shown[0], shown[-2:]) == (("W1", 0, 0), [("W53", 1, 0), ("W1", 0, 1)])
        assert self.shown(Days(date(2025, 1, 1), FRIDAY), Grouping.YEAR) == [("2025", 1, 0), ("2026", 0, 1)]


def test_the_registry_is_counted_by_every_sort(db):
    VehicleFactory(status="onsite", department="CBA", year_level="1st")
    VehicleFactory(status="offsite", registration_status="revoked", vehicle_type="")
    VehicleFactory(vehicle_type="four-wheeled")

    shown = figures.registry()

    assert (shown.total, shown.onsite) == (3, 1)
    assert shown.types == {"Unknown": 1, "four-wheeled": 1, "two-wheeled": 1}
    assert (shown.departments, shown.year_levels) == ({"CCS": 2, "CBA": 1}, {"Unknown": 2, "1st": 1})
    assert shown.registrations == {"active": 2, "revoked": 1}
