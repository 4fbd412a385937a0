"""Vehicles are registered and revised; what gates saw of a stranger is then the vehicle's."""

from datetime import date, timedelta

import pytest

from fleet import adoption, auditing
from fleet.errors import NoSuchVehicle, PlateTaken
from fleet.models import Scan, Tally, Vehicle, Violation
from fleet.plates import key_of
from fleet.services.registry import put_vehicles, register_vehicle, revise_vehicle
from fleet.services.scans import record_scans
from tests.factories.fleet import VehicleFactory
from tests.fleet.eyes import EAST, EVENING, PLATE, logs, reported, results, saw, seen, touched

pytestmark = pytest.mark.django_db

TODAY = EVENING.date()
YEAR = timedelta(days=365)
SHOWN = {"fleet.vehicles", "fleet.summary", "fleet.violations"}


def register(plate=PLATE, **facts):
    return register_vehicle(now=EVENING, plate_number=plate, owner_name="Rosa Cruz", **facts)


def read(vehicle, *names):
    return Vehicle.objects.values_list(*names).get(pk=vehicle.pk)


class TestRegistering:
    def test_a_vehicle_is_active_for_a_year_and_was_never_seen(self):
        vehicle = register(" abc-123 ", department="CCS")

        assert read(vehicle, "plate_number", "plate", "department", "created_at") == (
            "ABC-123",
            "ABC123",
            "CCS",
            EVENING,
        )
        assert read(vehicle, "registration_valid_from", "registration_valid_until") == (TODAY, TODAY + YEAR)
        assert read(vehicle, "registration_status", "status", "status_at") == ("active", "", None)
        assert touched() == SHOWN

    def test_a_year_begins_when_it_is_said_to(self):
        vehicle = register(registration_valid_from=date(2026, 1, 1))

        assert vehicle.registration_valid_until == date(2027, 1, 1)

    def test_one_that_is_over_already_has_expired(self):
        vehicle = register(registration_valid_until=TODAY - timedelta(days=1))

        assert read(vehicle, "registration_status") == ("expired",)

    @pytest.mark.parametrize("plate", ["ABC 123", "abc123", "A-B-C 1-2-3"])
    def test_a_plate_has_one_vehicle_however_it_is_written(self, vehicle, plate):
        with pytest.raises(PlateTaken):
            register(plate)

        assert (Vehicle.objects.count(), touched()) == (1, set())


class TestRevising:
    def test_what_is_not_given_stays(self, vehicle):
        revised = revise_vehicle(vehicle, now=EVENING, department="CBA", vehicle_color="Blue")

        assert read(vehicle, "owner_name", "department", "vehicle_color") == ("Rosa Cruz", "CBA", "Blue")
        assert (revised.department, touched()) == ("CBA", SHOWN)

    def test_a_plate_can_be_written_otherwise_but_is_no_other_plate(self, vehicle):
        revise_vehicle(vehicle, now=EVENING, plate_number="abc-123")
        with pytest.raises(PlateTaken):
            revise_vehicle(vehicle, now=EVENING, plate_number="ABC 124")

        assert read(vehicle, "plate_number", "plate") == ("ABC-123", "ABC123")

    def test_where_it_is_is_not_revised(self, vehicle):
        saw("in 08:00")
        vehicle.status = "offsite"

        revise_vehicle(vehicle, now=EVENING, department="CBA")

        assert read(vehicle, "status", "department") == ("onsite", "CBA")

    def test_one_that_is_gone_is_refused(self, vehicle):
        Vehicle.objects.all().delete()

        with pytest.raises(NoSuchVehicle):
            revise_vehicle(vehicle, now=EVENING, department="CBA")


class TestPutting:
    def put(self, *facts):
        given = [{"owner_name": "Omar", **one} for one in facts]
        return put_vehicles({key_of(one["plate_number"]): one for one in given}, now=EVENING)

    def test_what_is_known_is_revised_and_what_is_not_is_registered(self, vehicle):
        VehicleFactory(plate_number="XYZ 999", vehicle_color="Red")

        assert self.put({"plate_number": "abc-123"}, {"plate_number": "NEW 1", "department": "CBA"}) == (1, 1)

        found = Vehicle.objects.order_by("plate").values_list(
            "plate_number", "owner_name", "department", "vehicle_color"
        )
        assert list(found) == [
            ("ABC-123", "Omar", "CCS", ""), ("NEW 1", "Omar", "CBA", ""), ("XYZ 999", "Rosa Cruz", "CCS", "Red"),
        ]  # fmt: skip

    def test_again_it_changes_nothing(self):
        facts = [{"plate_number": f"ABC {n}", "registration_valid_until": TODAY} for n in range(60)]
        assert self.put(*facts) == (60, 0)
        before = list(Vehicle.objects.order_by("plate").values())

        assert self.put(*facts) == (0, 60)
        assert list(Vehicle.objects.order_by("plate").values()) == before

    def test_each_line_writes_what_it_says_and_no_more(self):
        self.put({"plate_number": "ABC 1", "block": "A"}, {"plate_number": "ABC 2", "semester": "2nd"})
        self.put({"plate_number": "ABC 1", "semester": "1st"}, {"plate_number": "ABC 2", "block": "B"})

        assert list(Vehicle.objects.order_by("plate").values_list("block", "semester")) == [("A", "1st"), ("B", "2nd")]

    def test_validity_decides_at_once(self, vehicle):
        over = {"registration_valid_until": TODAY - timedelta(days=1)}
        self.put({"plate_number": PLATE, **over}, {"plate_number": "NEW 1", **over})

        assert set(Vehicle.objects.values_list("registration_status", flat=True)) == {"expired"}

    def test_nothing_is_nothing(self):
        assert self.put() == (0, 0)


class TestAdoption:
    def test_what_gates_saw_of_a_stranger_is_told_by_his_logs(self):
        saw("in 08:00", "out 09:00", "in 10:00")
        vehicle = register(department="CCS")
        touched()

        adoption.adopt()

        assert (logs(vehicle), read(vehicle, "status")) == (["08:00-09:00", "10:00-"], ("onsite",))
        assert set(Scan.objects.values_list("vehicle", flat=True)) == {vehicle.pk}
        assert touched() == {"fleet.vehicles", "fleet.summary", "fleet.vehicle_logs"}
        days = auditing.whole()
        assert auditing.counted(days) == auditing.recount(days)

    def test_scans_of_before_and_after_it_was_registered_tell_one_story(self):
        saw("in 08:00", "in 10:00")
        vehicle = register()
        saw("out 09:00", "out 11:00")
        assert logs(vehicle) == ["?-09:00", "?-11:00"]

        adoption.adopt()

        assert logs(vehicle) == ["08:00-09:00", "10:00-11:00"]

    def test_violations_move_to_its_department(self, officer):
        violation = reported()
        vehicle = register(department="CCS")
        touched()

        adoption.adopt()

        violation.refresh_from_db()
        assert (violation.vehicle, violation.department) == (vehicle, "CCS")
        assert list(Tally.objects.exclude(count=0).values_list("department", "count")) == [("CCS", 1)]
        assert touched() == {"fleet.violations", "fleet.summary", "fleet.violation_distribution"}

    def test_other_strangers_stay_strangers_and_once_is_enough(self):
        saw("in 08:00", plate="XYZ 999")
        reported(plate="XYZ 999")
        saw("in 08:00")
        register()
        adoption.adopt()
        touched()

        adoption.adopt()

        assert touched() == set()
        assert [row.plate for row in Scan.objects.filter(vehicle=None)] == ["XYZ999"]
        assert [row.plate for row in Violation.objects.filter(vehicle=None)] == ["XYZ999"]

    def test_a_device_that_sends_again_afterwards_changes_nothing(self):
        scan = seen("in 08:00")
        record_scans(EAST, [scan], now=EVENING)
        vehicle = register()
        adoption.adopt()

        assert results(record_scans(EAST, [scan], now=EVENING)) == ["repeated"]
        assert (Scan.objects.get().vehicle, logs(vehicle)) == (vehicle, ["08:00-"])

    def test_more_than_a_lot_is_adopted(self):
        plates = [f"ABC {n:03}" for n in range(adoption.LOT + 1)]
        record_scans(EAST, [seen("in 08:00", plate) for plate in plates], now=EVENING)
        reported(plates[-1])
        put_vehicles({key_of(plate): {"plate_number": plate} for plate in plates}, now=EVENING)

        adoption.adopt()

        assert (Scan.objects.filter(vehicle=None).count(), Violation.objects.filter(vehicle=None).count()) == (0, 0)
        assert Vehicle.objects.filter(status="onsite").count() == len(plates)
