"""The app of seed 003 reads what it is sent, field by field."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache

from accounts import keys
from fleet import dialect_shapes, figures, mirrors, ranges
from fleet.conf import limits
from fleet.figures import Movements, Summary
from fleet.mirrors import MIRRORS, Asked, By, usual
from fleet.models import Vehicle, Violation
from fleet.ranges import Days, Grouping
from fleet.serializers import mirrors as documented
from fleet.services import sanctions
from fleet.services.violations import Reported, report_violations
from fleet.sources import Source, of_device, of_person
from tests.factories.fleet import GuardFactory, OfficerFactory, VehicleFactory
from tests.fleet import dart
from tests.fleet.eyes import saw
from tests.realtime.test_asyncapi import faults, validators

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]

FILLED = {
    "plate_number": "KAB 1234",
    "vehicle_type": Vehicle.Type.FOUR_WHEELED,
    "vehicle_model": "Vios",
    "vehicle_color": "red",
    "owner_name": "Peña Łukasz أحمد",
    "school_id": "2021-00017",
    "department": "CCS",
    "academic_year": "2025-2026",
    "semester": "1st",
    "year_level": "3rd",
    "block": "B",
    "gender": "female",
    "contact": "09171234567",
    "purok": "Purok 3",
    "barangay": "San Jose",
    "city": "Oroquieta",
    "province": "Misamis Occidental",
    "license_number": "N01-12-345678",
    "or_number": "OR-4711",
    "cr_number": "CR-4712",
    "registration_valid_from": date(2026, 1, 1),
    "registration_valid_until": date(2026, 12, 31),
}


@pytest.fixture
def nothing_kept():
    cache.clear()


def report(plate, now, source=None, **more):
    event = Reported(more.pop("event_id", "1"), plate, more.pop("type", Violation.Type.SPEED), now, **more)
    report_violations(source or Source("key-gate"), [event], now=now)
    return Violation.objects.latest("pk")


def shown(violation):
    [found] = mirrors.shown_violations(
        [Violation.objects.select_related("vehicle", "reported_by").get(pk=violation.pk)]
    )
    return found


class TestVehicle:
    def test_every_field_is_there_by_its_dart_name(self):
        vehicle = VehicleFactory(**FILLED)

        assert dialect_shapes.vehicle(vehicle, is_full=True) == {
            "vehicleId": str(vehicle.pk),
            "ownerName": "Peña Łukasz أحمد",
            "schoolID": "2021-00017",
            "department": "CCS",
            "academicYear": "2025-2026",
            "semester": "1st",
            "gender": "female",
            "yearLevel": "3rd",
            "block": "B",
            "contact": "09171234567",
            "purok": "Purok 3",
            "barangay": "San Jose",
            "city": "Oroquieta",
            "province": "Misamis Occidental",
            "plateNumber": "KAB 1234",
            "vehicleType": "four-wheeled",
            "vehicleModel": "Vios",
            "vehicleColor": "red",
            "licenseNumber": "N01-12-345678",
            "orNumber": "OR-4711",
            "crNumber": "CR-4712",
            "status": "",
            "registrationStatus": "active",
            "createdAt": dialect_shapes.moment(vehicle.created_at),
            "registrationValidFrom": "2026-01-01",
            "registrationValidUntil": "2026-12-31",
        }

    def test_a_guard_sees_no_address_telephone_or_number_of_a_document(self):
        vehicle = VehicleFactory(**FILLED)

        full, seen = (dialect_shapes.vehicle(vehicle, is_full=is_full) for is_full in (True, False))

        assert {name for name in full if full[name] != seen[name]} == {
            "contact", "purok", "barangay", "city", "province", "licenseNumber", "orNumber", "crNumber",
        }  # fmt: skip
        assert {seen[name] for name in full if full[name] != seen[name]} == {""}

    def test_where_it_is_follows_its_scans(self):
        vehicle = VehicleFactory(plate_number="ABC 123")
        saw("in 08:00")

        vehicle.refresh_from_db()

        assert dialect_shapes.vehicle(vehicle, is_full=False)["status"] == "onsite"


class TestViolation:
    def test_every_field_is_there_by_its_dart_name(self, now):
        vehicle, guard, officer = VehicleFactory(**FILLED), GuardFactory(), OfficerFactory()
        violation = report("KAB 1234", now, of_person(guard.user))
        report("KAB 1234", now, of_person(guard.user), event_id="2")
        first, second = Violation.objects.order_by("pk")
        sanctions.confirm_and_sanction(first.pk, by=officer.user, now=now)
        sanction = sanctions.confirm_and_sanction(second.pk, by=officer.user, now=now + timedelta(hours=1))

        assert shown(violation) == {
            "id": str(violation.pk),
            "vehicleId": str(vehicle.pk),
            "reportedByUserId": str(guard.pk),
            "violationType": "Speed Violation",
            "status": "sanctioned",
            "sanctionType": None,
            "sanctionApplied": True,
            "sanctionId": str(first.sanction.pk),
            "reportedAt": dialect_shapes.moment(now),
            "createdAt": dialect_shapes.moment(now),
            "reviewedAt": dialect_shapes.moment(now),
            "confirmedAt": dialect_shapes.moment(now),
            "ownerName": "Peña Łukasz أحمد",
            "plateNumber": "KAB 1234",
            "fullname": guard.user.full_name,
        }
        assert [shown(second)[name] for name in ("sanctionType", "sanctionId")] == ["suspension", str(sanction.pk)]

    def test_of_a_plate_that_nobody_registered_what_is_not_known_is_blank(self, now):
        found = shown(report("XYZ 999", now, type=Violation.Type.OTHER, note="no helmet"))

        assert [found[name] for name in ("vehicleId", "ownerName", "reportedByUserId", "fullname")] == [""] * 4
        assert (found["plateNumber"], found["violationType"]) == ("XYZ999", "Other: no helmet")
        assert [found[name] for name in ("sanctionType", "sanctionId", "reviewedAt", "confirmedAt")] == [None] * 4

    def test_a_device_is_named(self, now):
        key, _ = keys.create_key(OfficerFactory().user, name="Gate 3", scopes=["fleet.violations"], now=now)

        found = shown(report("XYZ 999", now, of_device(key.pk)))

        assert (found["reportedByUserId"], found["fullname"]) == ("", "Gate 3")

    def test_a_sanction_that_was_lifted_is_none(self, now):
        VehicleFactory(**FILLED)
        officer = OfficerFactory()
        violation = report("KAB 1234", now)
        sanction = sanctions.confirm_and_sanction(violation.pk, by=officer.user, now=now)
        sanctions.lift_sanction(sanction.pk, by=officer.user, now=now)

        found = shown(violation)

        assert (found["status"], found["sanctionApplied"], found["sanctionId"]) == ("dismissed", False, None)


class TestSummary:
    def test_every_field_is_there_by_its_dart_name(self):
        types = [(f"type {n}", 9 - n) for n in range(7)]
        made = Summary(
            Days(date(2026, 3, 1), date(2026, 3, 7)),
            total_violations=35,
            active_violations=4,
            total_vehicles=60,
            movements=Movements(5, 4),
            trend=-12.5,
            types=types,
            department_violations=[("CCS", 30), ("Unknown", 5)],
            department_movements=[("CBA", Movements(5, 4))],
        )

        assert dialect_shapes.summary(made) == {
            "totalViolations": 35,
            "activeViolations": 4,
            "totalVehicles": 60,
            "totalEntriesExits": 9,
            "violationTrendPercent": -12.5,
            "topViolationTypes": [{"type": kind, "count": count} for kind, count in types[:5]],
            "departmentLogData": [{"category": "CBA", "value": 9.0, "date": None}],
            "deptViolationData": [
                {"category": "CCS", "value": 30.0, "date": None},
                {"category": "Unknown", "value": 5.0, "date": None},
            ],
        }

    def test_a_trend_that_nothing_can_be_compared_with_is_0(self, now):
        report("XYZ 999", now)
        found = figures.summary(ranges.named("7d", now))

        assert found.trend is None
        assert json.dumps(dialect_shapes.summary(found)["violationTrendPercent"]) == "0.0"


class TestCharts:
    def test_a_value_is_written_with_a_decimal_point(self):
        assert json.dumps(dialect_shapes.chart("CCS", 3)) == '{"category": "CCS", "value": 3.0, "date": null}'

    def test_logs_have_every_day_also_those_on_which_nothing_moved(self):
        VehicleFactory(plate_number="ABC 123")
        saw("in 08:00", "out 17:00")
        asked = Asked(Days(date(2026, 3, 26), date(2026, 3, 28)), Grouping.DAY)

        assert json.loads(mirrors.LOGS.read(asked).text) == [
            {"category": "2026-03-26", "value": 0.0, "date": "2026-03-26"},
            {"category": "2026-03-27", "value": 2.0, "date": "2026-03-27"},
            {"category": "2026-03-28", "value": 0.0, "date": "2026-03-28"},
        ]

    @pytest.mark.parametrize(
        ("grouping", "categories"),
        [("week", ["W52", "W53", "W1"]), ("month", ["2026-12", "2027-01"]), ("year", ["2026", "2027"])],
    )
    def test_logs_are_grouped_as_the_app_names_it(self, grouping, categories):
        asked = Asked(Days(date(2026, 12, 25), date(2027, 1, 3)), Grouping(grouping))

        assert [item["category"] for item in json.loads(mirrors.LOGS.read(asked).text)] == categories

    @pytest.mark.parametrize("by", By)
    def test_a_distribution_has_the_five_most_frequent(self, now, by):
        for n in range(6):
            plate = f"CAR {n}00"
            VehicleFactory(plate_number=plate, department=f"D{n}")
            for m in range(6 - n):
                report(plate, now, event_id=f"{n} {m}", type=Violation.Type.values[n])
        asked = Asked(ranges.named("today", now), Grouping.DAY, by)
        names = Violation.Type.values if by == By.TYPE else [f"D{n}" for n in range(6)]

        assert json.loads(mirrors.DISTRIBUTION.read(asked).text) == [
            {"category": names[n], "value": float(6 - n), "date": None} for n in range(5)
        ]


class TestLists:
    def test_the_newest_violations_are_first_and_no_more_than_the_app_takes(self, now):
        count = limits.dialect_violations + 3
        reported = [Reported(str(n), "XYZ 999", Violation.Type.SPEED, now - timedelta(minutes=n)) for n in range(count)]
        report_violations(Source("key-gate"), reported, now=now)

        found = json.loads(mirrors.VIOLATIONS.read(usual(now, is_full=True)).text)

        assert [one["reportedAt"] for one in found] == [
            dialect_shapes.moment(one.at) for one in reported[: limits.dialect_violations]
        ]

    def test_vehicles_that_moved_last_are_first_then_those_that_were_registered_last(self, now):
        for name in ("AAA 111", "BBB 222", "CCC 333", "DDD 444"):
            VehicleFactory(plate_number=name)
        saw("in 08:00", plate="BBB 222")
        saw("in 09:00", plate="AAA 111")

        found = mirrors.VEHICLES.read(usual(now, is_full=True))

        plates = [one["plateNumber"] for one in json.loads(found.text)]
        assert (plates, found.total) == (["AAA 111", "BBB 222", "DDD 444", "CCC 333"], None)

    def test_of_more_vehicles_than_the_app_takes_it_is_told_how_many_there_are(self, now):
        Vehicle.objects.bulk_create(
            Vehicle(plate=f"P{n}", plate_number=f"P{n}", owner_name="Rosa") for n in range(limits.dialect_vehicles + 1)
        )

        found = mirrors.VEHICLES.read(usual(now, is_full=True))

        assert len(json.loads(found.text)) == limits.dialect_vehicles
        assert found.total == limits.dialect_vehicles + 1

    def test_a_list_takes_as_many_queries_for_many_as_for_one(self, now, django_assert_num_queries):
        for n in range(5):
            VehicleFactory(plate_number=f"CAR 10{n}")
            report(f"CAR 10{n}", now, of_person(GuardFactory().user), event_id=str(n))

        with django_assert_num_queries(1):
            mirrors.VIOLATIONS.read(usual(now, is_full=True), anew=True)
        with django_assert_num_queries(2):
            mirrors.VEHICLES.read(usual(now, is_full=True), anew=True)


@pytest.mark.parametrize("is_full", [True, False])
@pytest.mark.parametrize("mirror", MIRRORS, ids=lambda mirror: mirror.type)
def test_the_app_can_read_all_that_there_is(mirror, is_full, now):
    VehicleFactory(**FILLED)
    VehicleFactory()
    saw("in 08:00", plate="KAB 1234")
    officer = OfficerFactory()
    for n in range(4):
        violation = report("KAB 1234", now, of_person(officer.user), event_id=str(n))
        sanctions.confirm_and_sanction(violation.pk, by=officer.user, now=now)
    report("XYZ 999", now, event_id="stranger")

    kind, data = dart.parse(f'{{"type":"{mirror.type}","data":{mirror.read(usual(now, is_full=is_full)).text}}}')

    assert kind == mirror.type
    assert data


@pytest.mark.parametrize("mirror", MIRRORS, ids=lambda mirror: mirror.type)
def test_the_app_can_read_that_there_is_nothing(mirror, now):
    dart.parse(f'{{"type":"{mirror.type}","data":{mirror.read(usual(now, is_full=False)).text}}}')


@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        (documented.AppVehicleOut, dart.VEHICLE),
        (documented.AppViolationOut, dart.VIOLATION),
        (documented.AppSummaryOut, dart.SUMMARY),
        (documented.AppChartOut, dart.CHART),
    ],
)
def test_the_documented_shape_is_the_shape(shape, fields):
    assert set(shape().fields) == set(fields)


def test_the_frames_in_the_documents_are_frames():
    page = (Path(__file__).resolve().parents[2] / "docs/clients/003-fleet-board.md").read_text()
    blocks = re.findall(r"^```json\n(.*?)\n```", page, re.MULTILINE | re.DOTALL)
    types = [dart.parse(block)[0] for block in blocks]

    assert [fault for block in blocks for fault in faults("tellFleetApp", json.loads(block))] == []
    assert sorted(types) == sorted(validators("tellFleetApp"))
