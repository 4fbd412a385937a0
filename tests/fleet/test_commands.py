"""What a patrol does on its socket, or in a queue it kept where there was no network."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from fleet.commands import COMMANDS
from fleet.models import Sanction, Scan, Violation
from fleet.services.violations import Reported, report_violations
from fleet.sources import of_person
from realtime import commands
from realtime.kinds import encode
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory

pytestmark = pytest.mark.django_db


def say(user, name, id=None, **data):
    return commands.run(user.pk, id or uuid7(), f"fleet.{name}", data)


@pytest.fixture
def passage(vehicle, now):
    return {"plate": "ABC 123", "direction": "in", "at": (now - timedelta(minutes=2)).isoformat(), "gate": "North"}


@pytest.fixture
def offense(vehicle, now):
    return {"plate": "ABC 123", "type": "Other", "note": "Horn", "at": (now - timedelta(minutes=2)).isoformat()}


@pytest.fixture
def reported(vehicle, guard, now):
    def report():
        report_violations(of_person(guard), [Reported(number := str(uuid7()), "ABC 123", "Other", now)], now=now)
        return Violation.objects.get(event_id=number)

    return report


def test_a_guard_records_a_scan_under_the_number_of_the_command(guard, passage, vehicle):
    number = uuid7()
    first, again = (say(guard, "record_scan", number, **passage) for _ in range(2))

    assert (first.status, first.body) == (200, {"event_id": str(number), "result": "recorded"})
    assert (again.body, again.is_replay) == (first.body, True)
    [scan] = Scan.objects.all()
    assert (scan.event_id, scan.vehicle, scan.gate) == (str(number), vehicle, "North")


def test_a_number_of_its_own_is_known_again_by_rest(guard, passage, api_of):
    numbered = {**passage, "event_id": "gate-7"}

    assert say(guard, "record_scan", **numbered).body == {"event_id": "gate-7", "result": "recorded"}
    assert say(guard, "record_scan", **numbered).body == {"event_id": "gate-7", "result": "repeated"}
    answer = api_of(guard).post("/api/fleet/scans", {"scans": [numbered]})
    assert [one["result"] for one in answer.data["outcomes"]] == ["repeated"]
    assert Scan.objects.count() == 1


def test_a_guard_reports_a_violation(guard, offense, vehicle):
    number = uuid7()

    assert say(guard, "report_violation", number, **offense).body == {"event_id": str(number), "result": "recorded"}
    [violation] = Violation.objects.all()
    assert (violation.reported_by, violation.vehicle, violation.note) == (guard, vehicle, "Horn")


@pytest.mark.parametrize(("minutes", "code"), [(-10, "not_yet"), (60 * 24 * 91, "too_old")])
def test_what_is_untimely_is_an_answer(guard, passage, offense, now, minutes, code):
    at = (now - timedelta(minutes=minutes)).isoformat()

    for name, data in (("record_scan", passage), ("report_violation", offense)):
        answer = say(guard, name, **{**data, "at": at})
        assert (answer.status, answer.body["code"]) == (409, code)


def test_one_number_is_not_two_events(guard, passage):
    say(guard, "record_scan", **passage, event_id="1")

    answer = say(guard, "record_scan", **{**passage, "direction": "out"}, event_id="1")

    assert (answer.status, answer.body["code"]) == (409, "event_taken")


def test_officers_decide(officer, reported):
    first, second = reported(), reported()

    answers = [say(officer, f"{verb}_violation", violation_id=str(first.pk)) for verb in ("confirm", "sanction")]
    dismissed = say(officer, "dismiss_violation", violation_id=str(second.pk))
    lifted = say(officer, "lift_sanction", sanction_id=answers[1].body["id"])

    assert [answer.status for answer in (*answers, dismissed, lifted)] == [200] * 4
    assert [answers[0].body["status"], answers[1].body["type"]] == ["confirmed", "warning"]
    assert (dismissed.body["status"], lifted.body["status"]) == ("dismissed", "lifted")
    assert Sanction.objects.get().created_by == officer


def test_a_repeat_has_the_first_answer_even_when_things_went_on(officer, reported):
    violation, number = reported(), uuid7()
    first = say(officer, "confirm_violation", number, violation_id=str(violation.pk))
    say(officer, "sanction_violation", violation_id=str(violation.pk))

    again = say(officer, "confirm_violation", number, violation_id=str(violation.pk))

    assert (again.body, again.is_replay) == (json.loads(encode(first.body)), True)
    assert say(officer, "confirm_violation", violation_id=str(violation.pk)).body["code"] == "already_reviewed"


@pytest.mark.parametrize("name", [name.removeprefix("fleet.") for name in COMMANDS])
def test_who_may_not_learns_nothing_not_even_what_is_there(name, guard, passage, offense, reported):
    violation = reported()
    data = {**passage, **offense, "violation_id": str(violation.pk), "sanction_id": str(uuid4())}
    outsiders = [UserFactory(), GuardFactory(is_active=False).user]
    if name not in ("record_scan", "report_violation"):
        outsiders.append(guard)

    for user in outsiders:
        answers = [say(user, name, **data), say(user, name), say(user, name, violation_id=str(uuid4()))]
        assert [(answer.status, answer.body["code"]) for answer in answers] == [(403, "forbidden")] * 3
    violation.refresh_from_db()
    assert (violation.status, Scan.objects.count(), Violation.objects.count()) == ("pending", 0, 1)


@pytest.mark.parametrize(
    ("name", "data", "fields"),
    [
        ("record_scan", {}, ["plate", "at", "direction"]),
        ("record_scan", {"plate": "A", "direction": "up", "at": "now"}, ["plate", "at", "direction"]),
        ("report_violation", {}, ["plate", "at", "type"]),
        ("confirm_violation", {}, ["violation_id"]),
        ("dismiss_violation", {"violation_id": "x"}, ["violation_id"]),
        ("sanction_violation", {"violation_id": None}, ["violation_id"]),
        ("lift_sanction", {"sanction_id": []}, ["sanction_id"]),
    ],
)
def test_bad_data_is_refused_by_field(officer, name, data, fields):
    answer = say(officer, name, **data)

    assert (answer.status, answer.body["code"], sorted(answer.body["details"])) == (400, "invalid", sorted(fields))


def test_a_queue_of_a_patrol_is_carried_out_in_order_each_for_itself(guard, passage, offense, api_of):
    queue = [
        ("fleet.record_scan", passage),
        ("fleet.report_violation", offense),
        ("fleet.record_scan", {**passage, "plate": "?"}),
        ("fleet.confirm_violation", {"violation_id": str(uuid4())}),
        ("fleet.record_scan", {**passage, "direction": "out", "plate": "XYZ 9"}),
    ]
    body = {"commands": [{"id": str(uuid7()), "name": name, "data": data} for name, data in queue]}

    first, again = (api_of(guard).post("/api/commands", body).data["replies"] for _ in range(2))

    assert [one["ok"] for one in first] == [True, True, False, False, True]
    assert [one["error"]["code"] for one in first if not one["ok"]] == ["invalid", "forbidden"]
    assert [one["replayed"] for one in again] == [True] * 5
    assert (Scan.objects.count(), Violation.objects.count()) == (2, 1)
