"""What gates and patrols post: each of a batch stands or falls alone, and what comes again changes nothing."""

import json
from datetime import timedelta

import pytest

from fleet.conf import limits
from fleet.models import Scan, Vehicle, VehicleLog, Violation
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory, OfficerFactory, VehicleFactory

pytestmark = pytest.mark.django_db

SCANS, VIOLATIONS = "/api/fleet/scans", "/api/fleet/violations"


@pytest.fixture
def scan(now):
    """One, minutes ago."""

    def made(event_id="1", minutes=1.0, **facts):
        at = (now - timedelta(minutes=minutes)).isoformat()
        return {"event_id": event_id, "plate": "ABC 123", "direction": "in", "at": at, **facts}

    return made


@pytest.fixture
def report(now):
    def made(event_id="1", **facts):
        at = (now - timedelta(minutes=1)).isoformat()
        return {"event_id": event_id, "plate": "ABC 123", "type": "Parking Violation", "at": at, **facts}

    return made


@pytest.fixture
def gate(make_machine, api):
    """A gate that posts scans by its key."""
    machine = make_machine("fleet.scans")
    return lambda *scans: machine.send(api, "POST", SCANS, json.dumps({"scans": scans}).encode())


@pytest.fixture
def patrol(guard, api_of):
    """A guard that posts scans by her token."""
    client = api_of(guard)
    return lambda *scans: client.post(SCANS, {"scans": scans})


def results(answer):
    assert answer.status_code == 200, answer.content
    return [outcome["result"] for outcome in answer.json()["outcomes"]]


def refusals(answer):
    return [outcome["refusal"]["code"] for outcome in answer.json()["outcomes"] if outcome["result"] == "refused"]


def refusal(answer):
    return answer.status_code, answer.json()["code"]


class TestWho:
    def post(self, client, path, one):
        return client.post(path, {path.rpartition("/")[2]: [one]})

    def test_guards_officers_and_staff_post_by_their_tokens(self, guard, officer, staff, vehicle, api_of, scan, report):
        for user in (guard, officer, staff):
            assert results(self.post(api_of(user), SCANS, scan())) == ["recorded"]
            assert results(self.post(api_of(user), VIOLATIONS, report())) == ["recorded"]

        assert Scan.objects.count() == Violation.objects.count() == 3
        assert {one.reported_by for one in Violation.objects.all()} == {guard, officer, staff}

    @pytest.mark.parametrize("path", [SCANS, VIOLATIONS])
    def test_others_may_not(self, path, api_of, api, scan, report):
        left = [
            GuardFactory(is_active=False).user,
            OfficerFactory(is_active=False).user,
            UserFactory(),
        ]
        one = {**scan(), **report()}

        assert [refusal(self.post(api_of(user), path, one)) for user in left] == [(403, "forbidden")] * 3
        assert refusal(self.post(api, path, one)) == (401, "unauthenticated")
        assert (Scan.objects.count(), Violation.objects.count()) == (0, 0)

    @pytest.mark.parametrize(
        ("scopes", "path"),
        [
            (["fleet.violations"], SCANS),
            (["fleet.scans"], VIOLATIONS),
            (["sample.ring"], SCANS),
            (["sample.ring"], VIOLATIONS),
        ],
    )
    @pytest.mark.parametrize("owner", ["nobody", "an officer", "staff"])
    def test_a_key_posts_what_its_scopes_say_whoever_owns_it(
        self, make_machine, api, scan, report, scopes, path, owner
    ):
        owners = {"nobody": UserFactory, "an officer": lambda: OfficerFactory().user}
        user = owners.get(owner, lambda: UserFactory(is_staff=True))()
        body = json.dumps({"scans": [scan()], "violations": [report()]}).encode()

        answer = make_machine(*scopes, owner=user).send(api, "POST", path, body)

        assert refusal(answer) == (403, "scope_missing")
        assert answer.json()["details"] == {"scope": f"fleet.{path.rpartition('/')[2]}"}
        assert (Scan.objects.count(), Violation.objects.count()) == (0, 0)

    def test_a_key_with_both_scopes_posts_both(self, make_machine, api, vehicle, scan, report):
        machine = make_machine("fleet.scans", "fleet.violations")

        for path, one in ((SCANS, scan()), (VIOLATIONS, report())):
            body = json.dumps({path.rpartition("/")[2]: [one]}).encode()
            assert results(machine.send(api, "POST", path, body)) == ["recorded"]

        assert Violation.objects.get().reported_by is None
        assert (Scan.objects.get().source, Violation.objects.get().source) == (machine.key, machine.key)

    @pytest.mark.parametrize(
        "path", ["registry", "registry/search?q=abc", "reviews", "sanctions", "boards/summary", "registry/{id}"]
    )
    def test_a_key_looks_at_nothing(self, make_machine, api, staff, vehicle, path):
        machine = make_machine("fleet.scans", "fleet.violations", owner=staff)

        answer = machine.send(api, "GET", f"/api/fleet/{path.format(id=vehicle.pk)}")

        assert refusal(answer) == (401, "unauthenticated")


class TestBatches:
    def test_the_answers_are_in_the_order_of_what_was_sent(self, gate, vehicle, scan):
        answer = gate(scan("c", 3), scan("a", 2, direction="out"), scan("b", 1, plate="XYZ 9"))

        assert [one["event_id"] for one in answer.json()["outcomes"]] == ["c", "a", "b"]
        assert results(answer) == ["recorded"] * 3

    def test_one_that_is_bad_does_not_stop_the_others(self, gate, vehicle, scan):
        answer = gate(scan("1", 3), scan("2", 2, direction="sideways"), scan("3", 1, direction="out"))

        assert results(answer) == ["recorded", "refused", "recorded"]
        [bad] = [one for one in answer.json()["outcomes"] if one["result"] == "refused"]
        assert (bad["event_id"], bad["refusal"]["code"]) == ("2", "invalid")
        assert list(bad["refusal"]["details"]) == ["direction"]
        assert VehicleLog.objects.get().out_at is not None

    def test_a_batch_of_nothing_but_bad_ones_is_answered(self, gate, scan):
        assert results(gate(scan(at="now"), 5)) == ["refused", "refused"]
        assert Scan.objects.count() == 0

    def test_a_batch_has_one_to_500(self, gate, scan):
        most = [scan(str(n), n / 100) for n in range(limits.batch + 1)]

        assert refusal(gate(*most)) == (400, "invalid")
        assert Scan.objects.count() == 0
        assert results(gate(*most[1:])) == ["recorded"] * 500
        assert refusal(gate()) == (400, "invalid")

    @pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b'"scans"', b'{"scans": {}}', b'{"scans": "x"}'])
    def test_what_is_no_batch_is_refused(self, make_machine, api, body):
        assert refusal(make_machine("fleet.scans").send(api, "POST", SCANS, body)) == (400, "invalid")

    @pytest.mark.parametrize(
        "body",
        [
            b"{", b"\xff", b'{"scans": [NaN]}', b'{"scans": [Infinity]}', b'{"scans": [{"event_id": "\\ud800"}]}',
            b'{"scans": ' + b"[" * 100_000,
        ],
    )  # fmt: skip
    def test_what_is_no_json_is_refused(self, make_machine, api, body):
        assert refusal(make_machine("fleet.scans").send(api, "POST", SCANS, body)) == (400, "parse_error")

    @pytest.mark.parametrize("depth", [10, 300, 900, 980])
    def test_what_is_deep_is_refused_like_anything_else(self, make_machine, api, scan, depth):
        deep = "[" * depth + "]" * depth
        body = f'{{"scans": [{deep}, {json.dumps(scan())}]}}'.encode()

        answer = make_machine("fleet.scans").send(api, "POST", SCANS, body)

        assert (answer.status_code == 400) or results(answer) == ["refused", "recorded"]


class TestRepeats:
    def test_a_repeat_changes_nothing(self, gate, vehicle, scan):
        assert results(gate(scan("1"), scan("2", 0.5, direction="out"))) == ["recorded", "recorded"]
        before = list(VehicleLog.objects.values())

        assert results(gate(scan("2", 0.5, direction="out"), scan("1"))) == ["repeated", "repeated"]

        assert (Scan.objects.count(), list(VehicleLog.objects.values())) == (2, before)

    def test_within_a_batch_too(self, gate, vehicle, scan):
        assert results(gate(scan(), scan(), scan(plate="abc-123"))) == ["recorded", "repeated", "repeated"]
        assert Scan.objects.count() == 1

    @pytest.mark.parametrize("other", [{"plate": "ABC 124"}, {"direction": "out"}, {"minutes": 2}])
    def test_a_number_that_was_used_for_something_else_is_refused(self, gate, vehicle, scan, other):
        gate(scan())

        assert refusals(gate(scan(**other))) == ["event_taken"]
        assert results(gate(scan(), scan(**other))) == ["repeated", "refused"]
        assert Scan.objects.count() == 1

    def test_the_first_of_a_batch_has_the_number(self, gate, vehicle, scan):
        assert results(gate(scan(), scan(direction="out"))) == ["recorded", "refused"]
        assert Scan.objects.get().direction == "in"

    def test_devices_and_people_number_for_themselves(self, gate, patrol, make_machine, api, vehicle, scan):
        other = make_machine("fleet.scans")

        assert results(gate(scan())) == ["recorded"]
        assert results(patrol(scan(direction="out"))) == ["recorded"]
        body = json.dumps({"scans": [scan(minutes=30)]}).encode()
        assert results(other.send(api, "POST", SCANS, body)) == ["recorded"]
        assert Scan.objects.filter(event_id="1").count() == 3

    def test_a_violation_is_reported_once(self, guard, api_of, vehicle, report):
        client = api_of(guard)
        answers = [client.post(VIOLATIONS, {"violations": [one]}) for one in (report(), report(), report(type="Other"))]

        assert [results(answer) for answer in answers] == [["recorded"], ["repeated"], ["refused"]]
        assert Violation.objects.get().type == "Parking Violation"


class TestTimes:
    @pytest.mark.parametrize(
        ("minutes", "code"),
        [
            (-4, None),
            (-6, "not_yet"),
            (-60 * 24 * 366, "not_yet"),
            (60 * 24 * 89, None),
            (60 * 24 * 91, "too_old"),
            (60 * 24 * 3660, "too_old"),
        ],
    )
    def test_what_is_too_early_or_too_late_is_refused(self, gate, guard, api_of, vehicle, scan, report, minutes, code):
        at = scan(minutes=minutes)["at"]
        expected = [code] if code else []

        assert refusals(gate(scan(at=at))) == expected
        assert refusals(api_of(guard).post(VIOLATIONS, {"violations": [report(at=at)]})) == expected
        assert Scan.objects.count() == Violation.objects.count() == 1 - len(expected)

    def test_it_can_be_said_in_any_zone(self, gate, vehicle, scan, now):
        local = (now - timedelta(minutes=1)).replace(tzinfo=None) + timedelta(hours=8)

        assert results(gate(scan(at=f"{local.isoformat()}+08:00"))) == ["recorded"]
        assert Scan.objects.get().at == now - timedelta(minutes=1)

    @pytest.mark.parametrize(
        "at",
        [
            "2026-11-20T08:00:00", "2026-11-20", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
            "10000-01-01", "yesterday", "", None, 1790000000, -1, True, [], {}, "2026-02-30T00:00:00Z",
            "2026-11-20T25:00:00Z", "2026-11-20T08:00:00+99:00",
        ],
    )  # fmt: skip
    def test_an_instant_has_its_offset_and_is_of_this_century(self, gate, scan, at):
        answer = gate(scan(at=at))

        assert refusals(answer) == ["invalid"]
        assert list(answer.json()["outcomes"][0]["refusal"]["details"]) == ["at"]


class TestFields:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("event_id", ""), ("event_id", None), ("event_id", "x" * 65), ("event_id", "\x00"),
            ("event_id", []), ("event_id", {}), ("event_id", True),
            ("plate", ""), ("plate", "A1"), ("plate", "- -"), ("plate", "A" * 21), ("plate", "ABC\x00"),
            ("plate", "ABC_123"), ("plate", "ABC 123;DROP"), ("plate", None), ("plate", ["ABC 123"]),
            ("direction", ""), ("direction", "IN"), ("direction", "inout"), ("direction", None), ("direction", 1),
            ("direction", []),
            ("gate", "x" * 61), ("gate", None), ("gate", "\x00"), ("gate", {"a": 1}),
        ],
    )  # fmt: skip
    def test_a_bad_field_is_named(self, gate, scan, field, value):
        answer = gate(scan(**{field: value}), scan("good", 2))

        assert results(answer) == ["refused", "recorded"]
        assert list(answer.json()["outcomes"][0]["refusal"]["details"]) == [field]

    @pytest.mark.parametrize("field", ["event_id", "plate", "direction", "at"])
    def test_a_missing_field_is_named(self, gate, scan, field):
        answer = gate({name: value for name, value in scan().items() if name != field})

        assert list(answer.json()["outcomes"][0]["refusal"]["details"]) == [field]

    @pytest.mark.parametrize("one", [None, 1, "x", True, [], [[]], {}, {"scans": []}])
    def test_what_is_no_scan_is_refused_without_a_number(self, gate, one):
        [outcome] = gate(one).json()["outcomes"]

        assert (outcome["event_id"], outcome["result"], outcome["refusal"]["code"]) == (None, "refused", "invalid")

    @pytest.mark.parametrize("plate", ["ABC 123", "abc-123", " abc  123 ", "ABC123"])
    def test_a_plate_is_known_however_it_is_spelt(self, gate, vehicle, scan, plate):
        assert results(gate(scan(plate=plate))) == ["recorded"]
        assert Scan.objects.get().vehicle == vehicle
        assert Vehicle.objects.get().status == "onsite"

    def test_a_plate_that_nobody_registered_waits_for_its_owner(self, gate, scan):
        assert results(gate(scan(plate="XYZ 999"))) == ["recorded"]
        assert (Scan.objects.get().vehicle, VehicleLog.objects.count()) == (None, 0)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("type", "Parking"), ("type", ""), ("type", None), ("type", {}), ("note", "x" * 201), ("note", "\x00")],
    )
    def test_a_violation_is_of_a_known_type(self, guard, api_of, report, field, value):
        answer = api_of(guard).post(VIOLATIONS, {"violations": [report(**{field: value})]})

        assert list(answer.json()["outcomes"][0]["refusal"]["details"]) == [field]
        assert Violation.objects.count() == 0

    def test_what_we_do_not_know_is_ignored(self, gate, vehicle, scan):
        assert results(gate(scan(vehicle_id="x", source="another", received_at=None))) == ["recorded"]


def test_a_batch_of_many_asks_no_more_of_the_database_than_one_of_few(patrol, scan, django_assert_max_num_queries, now):
    plates = [VehicleFactory(plate_number=f"BUS {n}").plate for n in range(60)]
    with django_assert_max_num_queries(40):
        assert (
            results(patrol(*(scan(f"1-{n}", n, plate=plate) for n, plate in enumerate(plates[:2])))) == ["recorded"] * 2
        )
    with django_assert_max_num_queries(40):
        many = [scan(f"2-{n}", n, plate=plate) for n, plate in enumerate(plates)]
        assert results(patrol(*many)) == ["recorded"] * 60
