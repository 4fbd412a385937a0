"""The five boards: what they show, to whom, and what they say when they cannot be computed."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from fleet import boards, ranges
from fleet.ranges import Days
from fleet.services.sanctions import confirm_and_sanction, lift_sanction
from fleet.sources import of_person
from realtime import rendering
from realtime.boards import open_board
from realtime.errors import UnknownBoard
from realtime.models import Board
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory, OfficerFactory, VehicleFactory
from tests.fleet.eyes import EVENING, PLATE, reported, saw

pytestmark = pytest.mark.django_db

FRIDAY = EVENING.date()
WEEK = Days(FRIDAY - timedelta(days=6), FRIDAY)
SUMMARY = "fleet.summary"


def wire(shown):
    return json.loads(rendering.encode(shown))


class TestReaders:
    def test_guards_officers_and_staff_see_all_of_them_and_nobody_else_any(self):
        readers = [GuardFactory().user, OfficerFactory().user, UserFactory(is_staff=True)]
        others = [
            UserFactory(),
            GuardFactory(is_active=False).user,
            OfficerFactory(user__is_active=False).user,
            UserFactory(is_staff=True, is_active=False),
        ]
        users = [user.pk for user in readers + others]

        assert len(boards.BOARDS) == 5
        for board in boards.BOARDS.values():
            assert board.readers("", users) == {user.pk for user in readers}

    @pytest.mark.parametrize("argument", ["x", "7d", "00000000-0000-7000-8000-000000000000"])
    def test_there_are_none_with_an_argument(self, officer, argument):
        for name in boards.BOARDS:
            with pytest.raises(UnknownBoard):
                open_board(officer.pk, f"{name}:{argument}")


class TestVehicles:
    def test_one_that_moved_is_shown_under_its_own_key(self, vehicle):
        saw("in 08:00")

        shown = wire(boards.show_vehicles(WEEK))

        assert shown[f"vehicle:{vehicle.pk}"] == {
            "id": str(vehicle.pk), "plate_number": PLATE, "owner_name": "Rosa Cruz", "department": "CCS",
            "vehicle_type": "two-wheeled", "vehicle_model": "", "status": "onsite",
            "status_at": "2026-03-27T08:00:00Z", "registration_status": "active",
        }  # fmt: skip

    def test_one_that_never_moved_is_counted_only(self, vehicle):
        assert wire(boards.show_vehicles(WEEK)) == {
            "total": 1, "onsite": 0, "types": {"two-wheeled": 1}, "departments": {"CCS": 1},
            "year_levels": {"Unknown": 1}, "registrations": {"active": 1},
        }  # fmt: skip

    def test_of_many_those_are_shown_that_moved_last(self):
        many = [VehicleFactory(status="onsite", status_at=EVENING - n * timedelta(seconds=1)) for n in range(103)]

        shown = [key for key in boards.show_vehicles(WEEK) if key.startswith("vehicle:")]

        assert shown == [f"vehicle:{one.pk}" for one in many[:100]]


class TestViolations:
    def test_one_is_shown_with_its_vehicle_its_reporter_and_its_sanction(self, vehicle, officer):
        guard = GuardFactory(user__full_name="Omar Ali").user
        violation = reported(source=of_person(guard), note="Fast")
        sanction = confirm_and_sanction(violation.pk, by=officer, now=EVENING)

        shown = wire(boards.show_violations(WEEK))[f"violation:{violation.pk}"]

        assert shown == {
            "id": str(violation.pk), "vehicle_id": str(vehicle.pk), "plate_number": PLATE, "owner_name": "Rosa Cruz",
            "department": "CCS", "type": "Speed Violation", "note": "Fast", "status": "sanctioned",
            "reported_at": "2026-03-27T12:00:00Z", "reported_by": "Omar Ali", "reviewed_at": "2026-03-27T23:00:00Z",
            "sanction_id": str(sanction.pk), "sanction_type": "warning",
        }  # fmt: skip

    def test_of_a_stranger_the_plate_is_all_that_is_known(self):
        violation = reported(plate="xyz 999")

        shown = wire(boards.show_violations(WEEK))[f"violation:{violation.pk}"]

        assert (shown["vehicle_id"], shown["plate_number"], shown["owner_name"]) == (None, "XYZ999", "")
        assert (shown["reported_by"], shown["sanction_id"], shown["sanction_type"]) == ("", None, None)

    def test_all_are_counted_whenever_they_were_and_the_newest_shown(self, vehicle, officer):
        first = reported(moment=EVENING - timedelta(days=80))
        lift_sanction(confirm_and_sanction(first.pk, by=officer, now=EVENING).pk, by=officer, now=EVENING)
        many = [reported(moment=EVENING - timedelta(seconds=n)) for n in range(101)]

        shown = boards.show_violations(WEEK)

        assert shown.pop("states") == {"pending": 101, "confirmed": 0, "sanctioned": 0, "dismissed": 1}
        assert list(shown) == [f"violation:{one.pk}" for one in many[:100]]


class TestFigures:
    def test_a_summary_has_all_figures(self, vehicle):
        saw("in 08:00", "out 09:00", "in 10:00")
        reported()

        assert wire(boards.show_summary(WEEK)) == {
            "days": {"first": "2026-03-21", "last": "2026-03-27"},
            "total_violations": 1, "active_violations": 1, "total_vehicles": 1, "total_entries_exits": 3,
            "entries": 2, "exits": 1, "violation_trend_percent": None,
            "top_violation_types": [{"type": "Speed Violation", "count": 1}],
            "department_violations": [{"department": "CCS", "count": 1}],
            "department_movements": [{"department": "CCS", "entries": 2, "exits": 1}],
        }  # fmt: skip

    def test_a_distribution_has_types_and_departments(self, vehicle):
        reported()

        assert wire(boards.show_distribution(WEEK)) == {
            "days": {"first": "2026-03-21", "last": "2026-03-27"}, "total": 1,
            "types": [{"type": "Speed Violation", "count": 1}], "departments": [{"department": "CCS", "count": 1}],
        }  # fmt: skip

    def test_the_logs_have_every_day_under_its_own_key(self, vehicle):
        saw("in 08:00", "out 09:00", "in 10:00")

        shown = wire(boards.show_logs(WEEK))

        assert list(shown) == ["days", *[f"day:2026-03-{day}" for day in range(21, 28)]]
        assert shown["day:2026-03-27"] == {"category": "2026-03-27", "date": "2026-03-27", "entries": 2, "exits": 1}
        assert shown["day:2026-03-21"]["entries"] == 0


class TestRendering:
    def test_boards_are_of_the_last_seven_days_with_today(self, settings):
        settings.CAMPUS_ZONE = "Pacific/Kiritimati"
        today = ranges.local_date(timezone.now())

        for name in (SUMMARY, "fleet.violation_distribution", "fleet.vehicle_logs"):
            days = boards.BOARDS[name].render("")["days"]
            assert (days["first"], days["last"]) == (today - timedelta(days=6), today)

    @pytest.mark.django_db(transaction=True)
    def test_one_that_cannot_be_computed_says_so_and_is_whole_again_when_it_can(self, settings, officer):
        settings.CAMPUS_ZONE = "Nowhere/Nowhere"
        broken = open_board(officer.pk, SUMMARY)
        settings.CAMPUS_ZONE = "UTC"
        Board.objects.update(rendered_at=None)
        rendering.render(SUMMARY)
        mended = open_board(officer.pk, SUMMARY)

        assert (json.loads(broken.error)["code"], broken.data) == ("board_unavailable", None)
        assert (mended.error, json.loads(mended.data)["total_violations"], mended.version) == (None, 0, 2)

    def test_what_changes_of_a_list_is_sent_alone(self, vehicle, officer):
        other = VehicleFactory(plate_number="XYZ 999")
        saw("in 08:00", plate="XYZ 999")
        before = boards.show_vehicles(WEEK), boards.show_violations(WEEK), boards.show_logs(WEEK)
        saw("in 09:00")
        violation = reported()
        after = boards.show_vehicles(WEEK), boards.show_violations(WEEK), boards.show_logs(WEEK)

        changed = [{key for key in new if old.get(key) != new[key]} for old, new in zip(before, after, strict=True)]

        assert changed == [
            {f"vehicle:{vehicle.pk}", "onsite"}, {f"violation:{violation.pk}", "states"}, {"day:2026-03-27"},
        ]  # fmt: skip
        assert f"vehicle:{other.pk}" in after[0]
