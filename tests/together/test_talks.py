"""Whose estimate is accepted can talk with the owner: what config connects where a company has both, and only there."""

import os
import subprocess
import sys
from datetime import datetime

import pytest

from chat.errors import Blocked
from chat.events import CONVERSATION
from chat.models import Conversation
from chat.services import conversations, people
from config import talks
from core.errors import DomainError
from core.unit import unit
from core.wiring import hooks
from dispatch.models import Estimate
from dispatch.services import estimates, reports
from tests.dispatch.hearing import heard
from tests.factories.chat import send
from tests.hearing import Hearing
from tests.house import ROOT
from tests.law import law_holds_for

pytestmark = pytest.mark.django_db

_chat = Hearing("chat", {CONVERSATION})


@pytest.fixture
def accepted(distributed, estimated, pro, rival, now) -> Estimate:
    report = distributed()
    estimated(rival, report)
    return estimates.accept_estimate(estimated(pro, report), now=now)


class TestAccepting:
    def test_it_opens_a_conversation_of_the_two_about_the_report(self, accepted, pro, rival):
        conversation = Conversation.objects.get()
        report = accepted.report

        assert (conversation.kind, conversation.created_by, conversation.title) == (
            "direct",
            report.owner,
            report.vehicle,
        )
        assert conversation.context == {"report_id": str(report.pk), "title": report.vehicle}
        assert {place.user for place in conversation.participants.all()} == {report.owner, pro.user}
        for user in (report.owner, pro.user):
            assert _chat.heard(user) == ["conversation_opened"]
            assert _chat.folded(user) == _chat.fresh(user)
        assert _chat.heard(rival.user) == []

    def test_both_can_write_at_once(self, accepted, pro):
        conversation = Conversation.objects.get()

        assert [send(user, conversation).seq for user in (pro.user, accepted.report.owner)] == [1, 2]

    def test_said_again_it_opens_no_other(self, accepted, now):
        estimates.accept_estimate(accepted, now=now)

        assert Conversation.objects.count() == 1

    def test_who_gives_the_job_back_keeps_what_was_said_and_the_next_has_a_conversation_of_his_own(
        self, accepted, rival, now
    ):
        estimates.give_job_back(accepted, now=now)
        [other] = Estimate.objects.filter(professional=rival)
        estimates.accept_estimate(other, now=now)

        people = [{place.user for place in one.participants.all()} for one in Conversation.objects.order_by("pk")]
        owner = accepted.report.owner
        assert people == [{owner, accepted.professional.user}, {owner, rival.user}]

    def test_one_they_have_about_it_already_is_found_again(self, distributed, estimated, pro, now):
        report = distributed()
        estimate = estimated(pro, report)
        context = {"report_id": str(report.pk)}
        mine, _ = conversations.open_conversation(report.owner, [pro.user_id], context=context, now=now)
        estimates.accept_estimate(estimate, now=now)

        assert Conversation.objects.get() == mine

    def test_two_reports_are_two_conversations(self, accepted, distributed, estimated, pro, now):
        reports.complete_report(accepted.report, now=now)
        estimates.accept_estimate(estimated(pro, distributed()), now=now)

        assert Conversation.objects.count() == 2

    def test_who_has_blocked_the_other_in_chat_gets_the_job_all_the_same(self, distributed, estimated, pro, now):
        report = distributed()
        estimate = estimated(pro, report)
        people.block(pro.user, report.owner.pk, now=now)

        assert estimates.accept_estimate(estimate, now=now).status == "accepted"

        report.refresh_from_db()
        assert (report.status, Conversation.objects.count()) == ("in_progress", 0)
        assert heard(pro.user)[-2:] == ["estimate_accepted", "report_assigned"]

    def test_a_refused_acceptance_opens_nothing(self, distributed, estimated, pro, now):
        report = distributed()
        estimate = estimated(pro, report)
        reports.cancel_report(report, now=now)

        with pytest.raises(DomainError):
            estimates.accept_estimate(estimate, now=now)

        assert Conversation.objects.count() == 0

    def test_what_is_undone_leaves_no_conversation(self, distributed, estimated, pro, now):
        estimate = estimated(pro, distributed())

        with pytest.raises(Blocked):
            _accept_and_fail(estimate, now)

        assert Conversation.objects.count() == 0

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.usefixtures("known_skills")
    def test_it_keeps_the_law_of_the_stream(self, distributed, estimated, pro, rival, now):
        report = distributed()
        estimated(rival, report)
        estimate = estimated(pro, report)
        with law_holds_for([report.owner_id, pro.user_id, rival.user_id]):
            estimates.accept_estimate(estimate, now=now)


@unit
def _accept_and_fail(estimate: Estimate, now: datetime) -> None:
    estimates.accept_estimate(estimate, now=now)
    raise Blocked


@pytest.mark.parametrize(("domains", "connected"), [("dispatch,chat", 1), ("dispatch", 0), ("chat", 0)])
def test_it_is_there_where_a_company_has_both(domains, connected):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DOMAINS": domains}
    code = "import django; django.setup(); from core.wiring import hooks; print(len(hooks('ASSIGNED')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.returncode) == (str(connected), 0), done.stderr


def test_here_it_is_connected():
    assert hooks("ASSIGNED") == (talks.open_talk,)
