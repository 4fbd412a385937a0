from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from fleet import adoption
from fleet.models import Sanction, Scan, Vehicle, VehicleLog, Violation
from fleet.serializers import RegisteredVehicleOut, SanctionOut, ScanOut, VehicleLogOut, ViolationOut
from fleet.services.sanctions import confirm_and_sanction
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.shapes import CONFIDENTIAL
from fleet.sources import of_device, of_person
from tests.factories.accounts import UserFactory
from tests.factories.fleet import VehicleFactory

pytestmark = pytest.mark.django_db

REGISTRY = "/api/fleet/registry"
FACTS = {
    "plate_number": "nko-4821", "vehicle_type": "four-wheeled", "vehicle_model": "Vios", "vehicle_color": "Red",
    "owner_name": "Peña, Łukasz", "school_id": "2022-0481", "department": "CCS", "academic_year": "2026-2027",
    "semester": "1st", "year_level": "3rd", "block": "A", "gender": "F", "contact": "09171234567", "purok": "3",
    "barangay": "San Roque", "city": "Odiongan", "province": "Romblon", "license_number": "N01-22-334455",
    "or_number": "OR-1234", "cr_number": "CR-1234", "registration_valid_from": "2026-06-01",
    "registration_valid_until": "2027-05-31",
}  # fmt: skip


@pytest.fixture
def office(officer, api_of):
    return api_of(officer)


@pytest.fixture
def gate(guard, api_of):
    return api_of(guard)


def refusal(answer):
    return answer.status_code, answer.data["code"]


def seen(now, *passages, source=None):
    """The way it went and how many hours ago."""
    scans = [Seen(str(uuid7()), "ABC 123", way, now - timedelta(hours=ago), gate="North") for way, ago in passages]
    record_scans(source or of_device("key-gate"), scans, now=now)


class TestRegistering:
    def test_an_officer_registers_a_vehicle_with_all_that_is_known(self, office, now):
        answer = office.post(REGISTRY, FACTS)

        assert answer.status_code == 201
        [vehicle] = Vehicle.objects.all()
        assert answer.json() == {
            **FACTS,
            "id": str(vehicle.pk),
            "plate_number": "NKO-4821",
            "registration_status": "active",
            "created_at": answer.json()["created_at"],
            "status": "",
            "status_at": None,
        }
        assert answer.json().keys() == RegisteredVehicleOut().fields.keys()
        assert office.get(f"{REGISTRY}/{vehicle.pk}").json() == answer.json()
        assert (vehicle.plate, now <= vehicle.created_at) == ("NKO4821", True)

    def test_a_plate_and_an_owner_are_enough_and_last_a_year(self, office):
        answer = office.post(REGISTRY, {"plate_number": "ABC 1", "owner_name": "Rosa"})

        begin, end = (date.fromisoformat(answer.json()[f"registration_valid_{name}"]) for name in ("from", "until"))
        assert (answer.status_code, end - begin) == (201, timedelta(days=365))

    @pytest.mark.parametrize("plate", ["ABC 123", "abc123", "ABC-123 "])
    def test_a_plate_is_registered_once(self, office, vehicle, plate):
        assert refusal(office.post(REGISTRY, {"plate_number": plate, "owner_name": "Rosa"})) == (409, "plate_taken")
        assert Vehicle.objects.get() == vehicle

    def test_a_repeat_by_key_is_answered_the_same(self, office):
        key = {"HTTP_IDEMPOTENCY_KEY": str(uuid7())}
        first, again = (office.post(REGISTRY, FACTS, **key) for _ in range(2))

        assert (first.status_code, again.status_code, first.json() == again.json()) == (201, 201, True)
        assert again.headers["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("plate_number", "A"), ("plate_number", ""), ("plate_number", None), ("plate_number", "x" * 21),
            ("owner_name", ""), ("owner_name", "x" * 121), ("owner_name", "\x00"), ("owner_name", None),
            ("vehicle_type", "three-wheeled"), ("vehicle_type", None), ("contact", "12345"),
            ("contact", "0917123456789"),
            ("contact", "0917-123-4567"), ("contact", "٠٩١٧١٢٣٤٥٦٧"), ("license_number", "N01"), ("or_number", "1"),
            ("cr_number", "x" * 41), ("registration_valid_from", "1999-12-31"),
            ("registration_valid_until", "9999-12-31"),
            ("registration_valid_until", "2026-02-30"), ("registration_valid_until", "2026-05-31"),
            ("school_id", "x" * 41), ("department", []), ("city", {}),
        ],
    )  # fmt: skip
    def test_a_bad_field_is_named(self, office, field, value):
        refused = office.post(REGISTRY, {**FACTS, field: value})

        assert (refusal(refused), list(refused.data["details"])) == ((400, "invalid"), [field])
        assert Vehicle.objects.count() == 0

    def test_what_follows_from_elsewhere_cannot_be_said(self, office):
        said = {"status": "onsite", "registration_status": "revoked", "id": str(uuid4()), "plate": "X"}
        answer = office.post(REGISTRY, {**FACTS, **said})

        assert (answer.data["status"], answer.data["registration_status"]) == ("", "active")
        assert (Vehicle.objects.get().plate, str(answer.data["id"]) == said["id"]) == ("NKO4821", False)

    def test_what_its_plate_did_before_is_told_of_it(self, office, now, officer):
        seen(now, ("in", 2))
        report_violations(of_person(officer), [Reported("1", "ABC 123", "Other", now)], now=now)

        added = office.post(REGISTRY, {**FACTS, "plate_number": "ABC 123"}).data["id"]
        adoption.adopt()

        assert office.get(f"{REGISTRY}/{added}").data["status"] == "onsite"
        for what in ("logs", "scans", "violations"):
            assert len(office.get(f"{REGISTRY}/{added}/{what}").data["results"]) == 1, what


class TestRevising:
    def test_what_is_not_said_stays(self, office, vehicle):
        before = office.get(f"{REGISTRY}/{vehicle.pk}").json()

        answer = office.patch(f"{REGISTRY}/{vehicle.pk}", {"department": "CBA", "plate_number": "abc-123"})

        assert answer.json() == {**before, "department": "CBA", "plate_number": "ABC-123"}
        assert office.patch(f"{REGISTRY}/{vehicle.pk}", {}).json() == answer.json()

    def test_another_plate_is_another_vehicle(self, office, vehicle):
        refused = office.patch(f"{REGISTRY}/{vehicle.pk}", {"plate_number": "ABC 124", "department": "CBA"})

        assert refusal(refused) == (409, "plate_taken")
        assert Vehicle.objects.get().department == vehicle.department

    def test_a_registration_runs_out_and_is_renewed(self, office, vehicle, now):
        path = f"{REGISTRY}/{vehicle.pk}"
        over, later = ((now + timedelta(days=days)).date().isoformat() for days in (-2, 300))

        assert office.patch(path, {"registration_valid_until": over}).data["registration_status"] == "expired"
        assert office.patch(path, {"registration_valid_until": later}).data["registration_status"] == "active"
        assert office.patch(path, {"registration_valid_until": None}).data["registration_valid_until"] is None

    def test_it_does_not_end_before_it_begins(self, office, vehicle):
        path = f"{REGISTRY}/{vehicle.pk}"
        office.patch(path, {"registration_valid_from": "2026-06-01"})

        refused = office.patch(path, {"registration_valid_until": "2026-05-31"})

        assert (refusal(refused), list(refused.data["details"])) == ((400, "invalid"), ["registration_valid_until"])
        assert Vehicle.objects.get().registration_valid_until is None

    def test_who_is_not_there_cannot_be_revised(self, office):
        assert refusal(office.patch(f"{REGISTRY}/{uuid4()}", {})) == (404, "no_such_vehicle")


class TestLooking:
    def test_the_list_is_by_plate_in_pages(self, gate):
        for plate in ("CCC 3", "AAA 1", "BBB 2"):
            VehicleFactory(plate_number=plate)

        first = gate.get(REGISTRY, {"page_size": 2}).data
        rest = gate.get(first["next"]).data

        assert [one["plate_number"] for one in first["results"] + rest["results"]] == ["AAA 1", "BBB 2", "CCC 3"]
        assert rest["next"] is None

    def test_it_can_be_narrowed(self, gate, now):
        here = VehicleFactory(plate_number="AAA 1", status="onsite", status_at=now, department="CBA")
        barred = VehicleFactory(plate_number="BBB 2", registration_status="suspended", vehicle_type="four-wheeled")

        def found(**wanted):
            return [one["id"] for one in gate.get(REGISTRY, wanted).json()["results"]]

        assert found(status="onsite") == found(department="CBA") == [str(here.pk)]
        assert found(registration_status="suspended") == found(vehicle_type="four-wheeled") == [str(barred.pk)]
        assert found(department="CBA", status="offsite") == []
        assert refusal(gate.get(REGISTRY, {"status": "away"})) == (400, "invalid")

    @pytest.mark.parametrize(
        "words", ["abc-12", "C123", "2022-04", "peña", "Łukasz", "vios", " VIOS ", "Peña,  Łukasz"]
    )
    def test_a_vehicle_is_found_by_plate_school_id_owner_or_model(self, office, gate, words):
        office.post(REGISTRY, {**FACTS, "plate_number": "ABC 123"})
        VehicleFactory(plate_number="XYZ 999", owner_name="Somebody")

        assert [one["plate_number"] for one in gate.get(f"{REGISTRY}/search", {"q": words}).data] == ["ABC 123"]

    @pytest.mark.parametrize("words", ["%", "_", "' OR 1=1 --", "09171234567", "Odiongan", "N01-22"])
    def test_nothing_is_found_by_what_is_not_searched(self, office, gate, words):
        office.post(REGISTRY, FACTS)

        assert gate.get(f"{REGISTRY}/search", {"q": words}).data == []

    @pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": " "}, {"q": "x" * 81}, {"q": "\x00"}])
    def test_a_search_has_words(self, gate, query):
        assert refusal(gate.get(f"{REGISTRY}/search", query)) == (400, "invalid")

    def test_ten_are_found_at_most(self, gate):
        for n in range(12):
            VehicleFactory(plate_number=f"TEN {n:02}")

        assert [one["plate_number"] for one in gate.get(f"{REGISTRY}/search?q=ten").data] == [
            f"TEN {n:02}" for n in range(10)
        ]

    def test_a_guard_does_not_see_where_the_owner_lives(self, office, gate, staff, api_of):
        whole = office.post(REGISTRY, FACTS).json()
        path = f"{REGISTRY}/{whole['id']}"
        paths = [path, REGISTRY, f"{REGISTRY}/search?q=nko"]

        def shown(client):
            answers = [client.get(path).json() for path in paths]
            return [answers[0], *answers[1]["results"], *answers[2]]

        assert set(CONFIDENTIAL) == {
            "contact", "purok", "barangay", "city", "province", "license_number", "or_number", "cr_number",
        }  # fmt: skip
        assert shown(office) == shown(api_of(staff)) == [whole] * 3
        assert shown(gate) == [{name: value for name, value in whole.items() if name not in CONFIDENTIAL}] * 3

    @pytest.mark.parametrize("what", ["", "/logs", "/scans", "/violations", "/sanctions"])
    def test_what_is_not_there_is_not_found(self, gate, what):
        assert refusal(gate.get(f"{REGISTRY}/{uuid4()}{what}")) == (404, "no_such_vehicle")


class TestHistory:
    def test_logs_are_shown_newest_first_with_who_saw_it(self, gate, guard, vehicle, now, make_machine):
        machine = make_machine("fleet.scans")
        seen(now, ("in", 5), source=of_device(machine.key))
        seen(now, ("out", 3), ("in", 1), source=of_person(guard))

        answer = gate.get(f"{REGISTRY}/{vehicle.pk}/logs").json()

        newest, before = answer["results"]
        assert newest.keys() == VehicleLogOut().fields.keys()
        assert [newest[name] for name in ("is_open", "out_at", "duration_minutes", "in_by", "out_by")] == [
            True, None, None, "Gil Guard", "",
        ]  # fmt: skip
        assert [before[name] for name in ("is_open", "duration_minutes", "in_by", "out_by")] == [
            False, 120, "Gate 3", "Gil Guard",
        ]  # fmt: skip

    def test_scans_are_shown_as_they_came(self, gate, vehicle, now):
        seen(now, ("in", 2), ("out", 1))

        newest, _ = gate.get(f"{REGISTRY}/{vehicle.pk}/scans").json()["results"]

        assert newest.keys() == ScanOut().fields.keys()
        assert [newest[name] for name in ("direction", "gate", "by")] == ["out", "North", ""]
        assert datetime.fromisoformat(newest["at"]).astimezone(UTC) == now - timedelta(hours=1)

    def test_its_violations_and_sanctions_are_shown(self, gate, guard, officer, vehicle, now):
        reported = [Reported(str(n), "ABC 123", "Other", now - timedelta(hours=n), note="Horn") for n in range(3)]
        report_violations(of_person(guard), reported, now=now)
        first = Violation.objects.order_by("reported_at").first()
        confirm_and_sanction(first.pk, by=officer, now=now)

        violations = gate.get(f"{REGISTRY}/{vehicle.pk}/violations").json()["results"]
        [sanction] = gate.get(f"{REGISTRY}/{vehicle.pk}/sanctions").json()["results"]

        assert violations[0].keys() == ViolationOut().fields.keys()
        assert sanction.keys() == SanctionOut().fields.keys()
        assert [one["status"] for one in violations] == ["pending", "pending", "sanctioned"]
        assert (violations[-1]["id"], violations[-1]["sanction_id"]) == (str(first.pk), sanction["id"])
        assert (violations[0]["reported_by"], violations[0]["note"]) == ("Gil Guard", "Horn")
        assert (sanction["type"], sanction["offense_number"]) == ("warning", 1)
        assert Sanction.objects.get().created_by == officer

    @pytest.mark.parametrize("what", ["logs", "scans", "violations", "sanctions"])
    def test_a_long_list_asks_no_more_of_the_database_than_a_short_one(self, gate, guard, officer, vehicle, now, what):
        def more(days):
            seen(now, *((way, 24 * days + 5 - ("in", "out").index(way)) for way in ("in", "out")))
            report_violations(of_person(guard), [Reported(f"{days}", "ABC 123", "Other", now)], now=now)
            confirm_and_sanction(Violation.objects.get(event_id=f"{days}").pk, by=officer, now=now)

        def queries():
            with CaptureQueriesContext(connection) as counted:
                assert gate.get(f"{REGISTRY}/{vehicle.pk}/{what}").status_code == 200
            return len(counted)

        more(1)
        queries()
        few = queries()
        for days in range(2, 6):
            more(days)
        assert queries() == few
        assert VehicleLog.objects.count() == Scan.objects.count() / 2 == 5


@pytest.mark.parametrize("who", ["guard", "plain", "nobody"])
def test_only_officers_and_staff_change_the_registry(who, guard, vehicle, api_of, api):
    client = {"guard": lambda: api_of(guard), "plain": lambda: api_of(UserFactory())}.get(who, lambda: api)()
    refused = (401, "unauthenticated") if who == "nobody" else (403, "forbidden")

    assert refusal(client.post(REGISTRY, FACTS)) == refused
    assert refusal(client.patch(f"{REGISTRY}/{vehicle.pk}", {"owner_name": "Mine"})) == refused
    assert list(Vehicle.objects.values_list("owner_name", flat=True)) == [vehicle.owner_name]
