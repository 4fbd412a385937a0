from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from dispatch.models import DamageReport
from dispatch.services import estimates
from dispatch.wiring import COMMANDS
from realtime import commands
from tests.dispatch.hearing import heard
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import CIVIC, OFFER, ProfessionalFactory

pytestmark = pytest.mark.django_db

OF_OWNERS = ["revise_report", "complete_report", "cancel_report"]
OF_PROFESSIONALS = ["submit_estimate", "see_request", "decline_request"]
OWNERS_ON_ESTIMATES = ["accept_estimate", "decline_estimate", "pay_deposit"]
ON_ESTIMATES = [*OWNERS_ON_ESTIMATES, "withdraw_estimate", "give_job_back"]


def say(user, name, id=None, **data):
    return commands.run(user.pk, id or uuid7(), f"dispatch.{name}", data)


def test_the_whole_life_of_a_report_by_command(owner, pro, distributed, estimated):
    opened = say(owner, "open_report", **CIVIC)
    report = str(distributed().pk)
    seen = say(pro.user, "see_request", report_id=report)
    sent = say(pro.user, "submit_estimate", report_id=report, **OFFER)
    accepted = say(owner, "accept_estimate", estimate_id=str(sent.body["estimate_id"]))
    completed = say(owner, "complete_report", report_id=report)

    answers = [opened, seen, sent, accepted, completed]
    assert [answer.status for answer in answers] == [200] * 5
    assert [accepted.body["status"], completed.body["report_status"]] == ["accepted", "completed"]


def test_the_other_endings_of_a_request_by_command(owner, pro, rival, distributed, estimated):
    report = distributed()
    first, second = estimated(pro, report), estimated(rival, report)

    declined = say(owner, "decline_estimate", estimate_id=str(second.pk))
    withdrawn = say(pro.user, "withdraw_estimate", estimate_id=str(first.pk))
    turned_down = say(pro.user, "decline_request", report_id=str(report.pk))
    revised = say(owner, "revise_report", report_id=str(report.pk), vehicle_year=2020)
    cancelled = say(owner, "cancel_report", report_id=str(report.pk))

    answers = [declined, withdrawn, turned_down, revised, cancelled]
    assert [answer.status for answer in answers] == [200] * 5
    assert revised.body["vehicle"] == "2020 Honda Civic"


def test_a_job_is_given_back_by_command(pro, distributed, estimated, now):
    estimate = estimated(pro, distributed())
    estimates.accept_estimate(estimate, now=now)

    assert say(pro.user, "give_job_back", estimate_id=str(estimate.pk)).body["status"] == "withdrawn"


def test_a_deposit_is_paid_by_command(owner, pro, distributed, estimated, settings, now):
    settings.DEPOSIT_GATEWAY = "cash"
    estimate = estimates.accept_estimate(estimated(pro, distributed()), deposit_percent=20, now=now)

    answer = say(owner, "pay_deposit", estimate_id=str(estimate.pk))

    assert (answer.status, answer.body["id"]) == (200, str(estimate.deposit_id))


def test_a_professional_goes_away_by_command(pro):
    assert say(pro.user, "set_availability", is_available=False).body["is_available"] is False


def test_a_repeated_command_has_one_effect(owner):
    command_id = uuid7()

    first, again = (say(owner, "open_report", command_id, **CIVIC) for _ in range(2))

    assert (str(first.body["report_id"]), again.is_replay) == (again.body["report_id"], True)
    assert DamageReport.objects.count() == 1
    assert heard(owner) == ["report_opened"]


@pytest.mark.parametrize("name", OF_OWNERS + OF_PROFESSIONALS)
@pytest.mark.parametrize("data", [{}, {"report_id": None}, {"report_id": "x"}, {"report_id": 5.5}, {"report_id": []}])
def test_bad_ids_of_reports_are_refused(owner, name, data):
    assert say(owner, name, **data).status == 400


@pytest.mark.parametrize("name", ON_ESTIMATES)
@pytest.mark.parametrize("data", [{}, {"estimate_id": None}, {"estimate_id": "x"}, {"estimate_id": {}}])
def test_bad_ids_of_estimates_are_refused(owner, name, data):
    assert say(owner, name, **data).status == 400


@pytest.mark.parametrize("name", OF_OWNERS + OF_PROFESSIONALS + ON_ESTIMATES)
def test_what_is_not_hers_does_not_exist_for_her(pro, rival, distributed, estimated, name):
    report = distributed()
    estimate = estimated(pro, report)
    report.requests.exclude(professional=pro).delete()
    whole = {"report_id": str(report.pk), "estimate_id": str(estimate.pk), "vehicle_year": 2020, **OFFER}

    strangers = [UserFactory(), ProfessionalFactory().user, rival.user]
    if name in OF_OWNERS + OWNERS_ON_ESTIMATES:
        strangers.append(pro.user)

    assert {say(stranger, name, **whole).status for stranger in strangers} == {404}


@pytest.mark.parametrize("name", [*OF_PROFESSIONALS, "withdraw_estimate", "give_job_back"])
def test_an_owner_does_not_answer_herself(owner, pro, distributed, estimated, name):
    report = distributed()
    estimate = estimated(pro, report)

    assert say(owner, name, report_id=str(report.pk), estimate_id=str(estimate.pk), **OFFER).status == 404


def test_only_a_professional_is_available(owner):
    answer = say(owner, "set_availability", is_available=True)

    assert (answer.status, answer.body["code"]) == (403, "not_a_professional")


def test_no_command_fails_on_what_makes_no_sense(owner):
    nonsense = [
        {"report_id": str(uuid4()), "latitude": "NaN"},
        {"latitude": 10**400, "skills": ["\x00"], "photos": {}, "estimate_id": True},
        {"report_id": True, "generation": "x", "is_available": [], "answer_by": "0001-01-01T00:00:00+14:00"},
    ]
    for name in COMMANDS:
        for data in nonsense:
            assert commands.run(owner.pk, uuid7(), name, data).status in {400, 403, 404}
