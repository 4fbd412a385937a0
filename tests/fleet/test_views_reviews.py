"""Officers decide, by both spellings; who decides again as before is answered the same."""

from datetime import timedelta
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from fleet.models import Sanction, Vehicle, Violation
from fleet.services.violations import Reported, report_violations
from fleet.sources import of_person
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

FLEET = "/api/fleet"


@pytest.fixture
def office(officer, api_of):
    return api_of(officer)


@pytest.fixture
def reported(vehicle, guard, now):
    """A violation, by default of the vehicle and now."""

    def report(plate="ABC 123", type="Parking Violation", hours=0):
        number = str(uuid7())
        report_violations(of_person(guard), [Reported(number, plate, type, now - timedelta(hours=hours))], now=now)
        return Violation.objects.get(event_id=number)

    return report


def refusal(answer):
    return answer.status_code, answer.data["code"]


def decide(client, violation, *verbs):
    return [client.post(f"{FLEET}/violations/{violation.pk}/{verb}") for verb in verbs]


class TestLists:
    def test_all_are_listed_the_newest_first(self, guard, api_of, reported):
        old, new, middle = reported(hours=5), reported(hours=1), reported(hours=3)
        client = api_of(guard)

        first = client.get(f"{FLEET}/reviews", {"page_size": 2}).json()
        rest = client.get(first["next"]).json()

        assert [one["id"] for one in first["results"] + rest["results"]] == [str(one.pk) for one in (new, middle, old)]

    def test_what_waits_for_longest_is_first_in_the_queue(self, office, reported):
        heard = [reported(hours=1), reported(hours=5), reported(hours=3)]
        decide(office, heard[1], "dismiss")

        waiting = office.get(f"{FLEET}/reviews", {"status": "pending", "order": "waiting", "page_size": 1}).json()
        rest = office.get(waiting["next"]).json()

        assert [one["id"] for one in waiting["results"] + rest["results"]] == [str(heard[0].pk), str(heard[2].pk)]

    def test_they_can_be_narrowed(self, office, reported, now):
        parked, sped = reported(), reported(plate="XYZ 9", type="Over Speeding")

        def found(**wanted):
            return [one["id"] for one in office.get(f"{FLEET}/reviews", wanted).json()["results"]]

        assert found(type="Over Speeding") == [str(sped.pk)]
        assert found(department="CCS") == [str(parked.pk)]
        assert found(status="confirmed") == []
        assert refusal(office.get(f"{FLEET}/reviews", {"status": "open"})) == (400, "invalid")
        assert refusal(office.get(f"{FLEET}/reviews", {"order": "id"})) == (400, "invalid")

    def test_one_is_shown(self, office, reported):
        violation = reported()

        shown = office.get(f"{FLEET}/reviews/{violation.pk}").json()

        assert [shown[name] for name in ("plate_number", "owner_name", "reported_by", "status", "sanction_type")] == [
            "ABC 123", "Rosa Cruz", "Gil Guard", "pending", None,
        ]  # fmt: skip
        assert refusal(office.get(f"{FLEET}/reviews/{uuid4()}")) == (404, "no_such_violation")

    def test_sanctions_are_listed_the_newest_first(self, office, reported):
        for violation in [reported(), reported()]:
            decide(office, violation, "confirm", "sanction")

        listed = office.get(f"{FLEET}/sanctions").json()["results"]

        assert [(one["type"], one["status"]) for one in listed] == [("suspension", "active"), ("warning", "completed")]
        active = office.get(f"{FLEET}/sanctions", {"status": "active"}).json()["results"]
        assert active == [{**listed[0], "registration_status": "suspended"}]


class TestDeciding:
    def test_a_violation_is_confirmed_and_sanctioned(self, office, officer, reported):
        violation = reported()

        confirmed, sanctioned = decide(office, violation, "confirm", "sanction")

        assert (confirmed.status_code, confirmed.data["status"]) == (200, "confirmed")
        assert sanctioned.status_code == 200
        assert [sanctioned.data[name] for name in ("type", "offense_number", "status", "registration_status")] == [
            "warning", 1, "completed", "active",
        ]  # fmt: skip
        shown = office.get(f"{FLEET}/reviews/{violation.pk}").data
        assert (shown["status"], shown["sanction_id"], shown["sanction_type"]) == (
            "sanctioned", sanctioned.data["id"], "warning",
        )  # fmt: skip
        violation.refresh_from_db()
        assert (violation.reviewed_by, violation.sanction.created_by) == (officer, officer)

    def test_the_second_suspends_and_the_third_revokes(self, office, reported):
        ends = []
        for _ in range(4):
            [_, sanctioned] = decide(office, reported(), "confirm", "sanction")
            ends.append((sanctioned.data["type"], sanctioned.data["end_at"] is None))

        assert ends == [("warning", True), ("suspension", False), ("revocation", True), ("revocation", True)]
        assert Vehicle.objects.get().registration_status == "revoked"

    def test_a_lifted_sanction_counts_no_more(self, office, reported):
        first, second, third = reported(), reported(), reported()
        decide(office, first, "confirm", "sanction")
        [_, suspended] = decide(office, second, "confirm", "sanction")

        lifted = office.post(f"{FLEET}/sanctions/{suspended.data['id']}/lift")

        assert (lifted.status_code, lifted.data["status"], lifted.data["registration_status"]) == (
            200,
            "lifted",
            "active",
        )
        shown = office.get(f"{FLEET}/reviews/{second.pk}").data
        assert (shown["status"], shown["sanction_id"], shown["sanction_type"]) == ("dismissed", None, None)
        [_, again] = decide(office, third, "confirm", "sanction")
        assert (again.data["offense_number"], again.data["type"]) == (2, "suspension")

    def test_who_decides_again_is_answered_the_same(self, office, staff, api_of, reported):
        confirmed, dismissed = reported(), reported()

        for client in (office, api_of(staff)):
            assert decide(client, confirmed, "confirm")[0].data["status"] == "confirmed"
            assert decide(client, dismissed, "dismiss")[0].data["status"] == "dismissed"
        first, again = (decide(client, confirmed, "sanction")[0] for client in (office, api_of(staff)))
        assert first.data == again.data
        lifted = [client.post(f"{FLEET}/sanctions/{first.data['id']}/lift").data for client in (office, api_of(staff))]

        assert lifted[0] == lifted[1]
        assert Sanction.objects.count() == 1

    def test_a_lost_answer_is_given_again_by_its_key(self, office, reported):
        violation, key = reported(), {"HTTP_IDEMPOTENCY_KEY": str(uuid7())}
        path = f"{FLEET}/violations/{violation.pk}/confirm"
        first = office.post(path, **key)
        decide(office, violation, "sanction")

        again = office.post(path, **key)

        assert (again.status_code, again.json()) == (200, first.json())
        assert refusal(office.post(path)) == (409, "already_reviewed")

    def test_what_was_decided_otherwise_stays(self, office, reported):
        confirmed, dismissed = reported(), reported()
        decide(office, confirmed, "confirm")
        decide(office, dismissed, "dismiss")

        refused = [*decide(office, confirmed, "dismiss"), *decide(office, dismissed, "confirm")]

        assert [refusal(answer) for answer in refused] == [(409, "already_reviewed")] * 2
        assert [answer.data["details"] for answer in refused] == [{"status": "confirmed"}, {"status": "dismissed"}]

    def test_only_what_is_confirmed_is_sanctioned(self, office, reported):
        pending, dismissed = reported(), reported()
        decide(office, dismissed, "dismiss")

        for violation in (pending, dismissed):
            assert refusal(decide(office, violation, "sanction")[0]) == (409, "not_confirmed")
        assert Sanction.objects.count() == 0

    def test_nobody_is_sanctioned_whose_plate_is_not_registered(self, office, reported):
        stranger = reported(plate="XYZ 999")

        for verb in ("confirm", "sanction"):
            assert refusal(decide(office, stranger, verb)[0]) == (409, "unknown_vehicle")
        assert decide(office, stranger, "dismiss")[0].data["status"] == "dismissed"

    def test_what_is_not_there_is_not_found(self, office):
        for verb in ("confirm", "dismiss", "sanction"):
            assert refusal(office.post(f"{FLEET}/violations/{uuid4()}/{verb}")) == (404, "no_such_violation")
        assert refusal(office.post(f"{FLEET}/sanctions/{uuid4()}/lift")) == (404, "no_such_sanction")


def test_guards_and_others_decide_nothing(office, guard, reported, api_of, api, make_machine, officer):
    violation = reported()
    decide(office, violation, "confirm", "sanction")
    pending = reported()
    paths = [f"{FLEET}/violations/{pending.pk}/{verb}" for verb in ("confirm", "dismiss", "sanction")]
    paths.append(f"{FLEET}/sanctions/{violation.sanction.pk}/lift")
    seeds = ["/api/violations/confirm", "/api/sanctions/from-violation"]
    machine = make_machine("fleet.scans", "fleet.violations", owner=officer)

    for path in paths + seeds:
        assert [api_of(user).post(path).status_code for user in (guard, UserFactory())] == [403, 403], path
        assert [api.post(path).status_code, machine.send(api, "POST", path).status_code] == [401, 401], path
    pending.refresh_from_db()
    assert (pending.status, Sanction.objects.get().status) == ("pending", "completed")


class TestSeedsOwnPaths:
    """Facts of seed 003: what its app posts, and what it reads in the answer."""

    CONFIRM, SANCTION = "/api/violations/confirm", "/api/sanctions/from-violation"

    @pytest.fixture
    def app(self, officer, api_of):
        """Of an officer, with a token that lives long."""
        return api_of(officer, long_lived=True)

    def body(self, violation, **said):
        named = {"violationId": violation.pk, "vehicleId": violation.vehicle_id or uuid4(), "confirmedBy": "somebody"}
        return {name: str(value) for name, value in {**named, **said}.items()}

    def test_it_confirms_and_sanctions(self, app, officer, reported):
        violation = reported()

        confirmed = app.post(self.CONFIRM, {"violationId": str(violation.pk)})
        sanctioned = app.post(self.SANCTION, self.body(violation))

        assert (confirmed.status_code, confirmed.json()) == (200, {"success": True})
        assert (sanctioned.status_code, sanctioned.json()) == (
            201,
            {
                "success": True,
                "sanctionType": "warning",
                "offenseNumber": 1,
                "sanctionId": str(Sanction.objects.get().pk),
                "vehicleStatus": "active",
                "endAt": None,
            },
        )
        assert Sanction.objects.get().created_by == officer

    def test_a_sanction_confirms_and_a_repeat_is_answered_the_same(self, app, reported):
        app.post(self.SANCTION, self.body(reported()))
        violation = reported()

        first, again = (app.post(self.SANCTION, self.body(violation)) for _ in range(2))

        assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
        assert (first.json()["sanctionType"], first.json()["vehicleStatus"]) == ("suspension", "suspended")
        assert first.json()["endAt"] is not None
        violation.refresh_from_db()
        assert (violation.status, violation.confirmed_at is not None) == ("sanctioned", True)

    @pytest.mark.parametrize("body", [{}, [], None, {"violationId": ""}, {"violationId": "x"}, {"violationId": None}])
    def test_what_lacks_something_is_missing_data(self, app, body):
        for path in (self.CONFIRM, self.SANCTION):
            answer = app.post(path, body)
            assert (answer.status_code, answer.json()) == (400, {"error": "Missing data"})

    def test_a_sanction_names_the_vehicle(self, app, reported):
        violation = reported()

        assert app.post(self.SANCTION, {"violationId": str(violation.pk)}).json() == {"error": "Missing data"}
        wrong = app.post(self.SANCTION, self.body(violation, vehicleId=uuid4()))
        assert (wrong.status_code, wrong.json()) == (404, {"error": "There is no such violation."})
        assert Sanction.objects.count() == 0

    def test_its_refusals_are_texts(self, app, reported):
        gone = app.post(self.CONFIRM, {"violationId": str(uuid4())})
        stranger = app.post(self.SANCTION, self.body(reported(plate="XYZ 9")))

        assert (gone.status_code, list(gone.json())) == (404, ["error"])
        assert (stranger.status_code, list(stranger.json())) == (404, ["error"])
