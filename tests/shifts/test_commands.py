from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from core.errors import NotFound
from realtime import commands
from realtime.models import Entry
from tests.shifts.hearing import heard

pytestmark = pytest.mark.django_db


def say(employee, name, id=None, **data):
    return commands.run(employee.user_id, id or uuid7(), f"shifts.{name}", data)


def test_a_shift_is_accepted_dropped_and_rejected_by_command(nurse, colleague, offered):
    shift = offered()

    accepted = say(nurse, "accept_offer", shift_id=shift.pk)
    dropped = say(nurse, "drop_shift", shift_id=shift.pk)
    rejected = say(colleague, "reject_offer", shift_id=shift.pk)

    assert [answer.status for answer in (accepted, dropped, rejected)] == [200, 200, 200]
    assert [answer.body["status"] for answer in (accepted, dropped, rejected)] == ["accepted", "dropped", "rejected"]
    assert accepted.body["shift_id"] == shift.pk


def test_a_repeated_command_has_one_effect_and_its_event_names_it(nurse, offered):
    shift, command_id = offered(), uuid7()

    first = say(nurse, "accept_offer", command_id, shift_id=shift.pk)
    again = say(nurse, "accept_offer", command_id, shift_id=shift.pk)

    assert (again.body["status"], again.is_replay) == (first.body["status"], True)
    assert heard(nurse.user) == ["shift_offered", "offer_accepted"]
    assert Entry.objects.get(user_id=nurse.user_id, event__name="shifts.offer_accepted").event.command == command_id


def test_a_lost_race_is_an_answer(nurse, colleague, offered):
    shift = offered()
    say(nurse, "accept_offer", shift_id=shift.pk)

    lost = say(colleague, "accept_offer", shift_id=shift.pk)

    assert (lost.status, lost.body) == (409, {"code": "shift_taken", "message": "Shift already taken"})


@pytest.mark.parametrize("data", [{}, {"shift_id": None}, {"shift_id": "x"}, {"shift_id": 2**70}, {"shift_id": [1]}])
@pytest.mark.parametrize("name", ["accept_offer", "reject_offer", "drop_shift"])
def test_bad_data_is_refused(nurse, name, data):
    assert say(nurse, name, **data).status == 400


def test_a_shift_she_was_not_offered_does_not_exist_for_her(nurse, offered, coordinator):
    shift = offered()
    nurse.offers.all().delete()

    assert say(nurse, "accept_offer", shift_id=shift.pk).status == NotFound.status
    answer = commands.run(coordinator.pk, uuid7(), "shifts.accept_offer", {"shift_id": shift.pk})
    assert (answer.status, answer.body["code"]) == (403, "not_an_employee")


def test_an_expired_offer_is_an_answer_too(nurse, offered, now):
    shift = offered()
    shift.offers.update(expires_at=now - timedelta(seconds=1))

    assert say(nurse, "accept_offer", shift_id=shift.pk).body["code"] == "offer_expired"
