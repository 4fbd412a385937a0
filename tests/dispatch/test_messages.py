"""What people read of reports and estimates, and what is taken back."""

from datetime import timedelta

import pytest

from dispatch import deadlines, distribution
from dispatch.services import estimates, professionals, reports, requests
from dispatch.wiring import NOTICES
from notifications.messages import text_of
from notifications.models import Notice
from tests.dispatch.hearing import told
from tests.factories.dispatch import ProfessionalFactory

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

NEW = "New Damage Report Available"
PROMPT = "Submit Estimate Request"
RECEIVED = "New Estimate Received!"
ACCEPTED = "Estimate Accepted!"
DECLINED = "Estimate Declined"
GONE = "Report No Longer Available"
AGAIN = "Report Available Again"
GIVEN_BACK = "Professional Not Available"


def notices(user):
    return list(Notice.objects.listed().filter(recipient=user).order_by("id"))


def last(user):
    return notices(user)[-1]


def said(user):
    """The newest that is in the inbox, in English."""
    text = text_of(last(user), "en", "UTC")
    return text.title, text.body


class TestWords:
    @pytest.fixture
    def report(self, pro, rival, distributed):
        return distributed()

    def test_a_new_report_is_told_as_the_seed_tells_it(self, pro, report):
        assert said(pro.user) == (NEW, "2019 Honda Civic – Scratched along both doors, mirror broken.")
        notice = last(pro.user)
        assert (notice.kind, notice.subject_kind, notice.subject_key) == (
            "damage_reports", "dispatch.report", str(report.pk),
        )  # fmt: skip
        assert notice.data == {"type": "new_damage_report", "reportId": str(report.pk)}
        assert notice.expires_at == report.expires_at

    def test_a_long_description_is_cut_short_and_stands_in_one_line(self, pro, distributed):
        distributed(description="Much\n\n  broken. " * 20)

        shown = notices(pro.user)[-1].params["description"]
        assert shown.startswith("Much broken. Much broken.")
        assert (len(shown), shown[-1]) == (100, "…")

    def test_the_prompt_is_told_as_the_seed_tells_it(self, pro, report):
        deadlines.keep(report.requests.first().prompt_at)

        assert said(pro.user) == (PROMPT, "Please submit an estimate for: 2019 Honda Civic")
        assert last(pro.user).kind == "estimate_requests"
        assert last(pro.user).data == {
            "type": "estimate_request",
            "reportId": str(report.pk),
            "action": "submit_estimate",
        }

    def test_so_is_an_estimate_to_the_owner(self, owner, pro, report, estimated):
        estimate = estimated(pro, report)

        assert said(owner) == (RECEIVED, f"{pro.business_name} submitted an estimate for your 2019 Honda Civic")
        assert last(owner).kind == "estimate_updates"
        assert last(owner).data == {
            "type": "new_estimate",
            "reportId": str(report.pk),
            "estimateId": str(estimate.pk),
            "action": "review_estimate",
        }

    def test_acceptance_is_told_to_both_and_is_important(self, owner, pro, report, estimated, now):
        estimate = estimates.accept_estimate(estimated(pro, report), now=now)

        assert said(pro.user) == (
            ACCEPTED, "Your estimate for the 2019 Honda Civic has been accepted by the vehicle owner",
        )  # fmt: skip
        assert said(owner) == (
            ACCEPTED, f"You accepted the estimate from {pro.business_name} for your 2019 Honda Civic",
        )  # fmt: skip
        for user in (owner, pro.user):
            assert last(user).data == {
                "type": "estimate_accepted", "reportId": str(report.pk), "estimateId": str(estimate.pk),
            }  # fmt: skip
            assert (last(user).kind, last(user).importance) == ("estimate_updates", "important")

    def test_the_others_hear_that_it_is_gone(self, pro, rival, report, estimated, now):
        estimated(rival, report)
        estimates.accept_estimate(estimated(pro, report), now=now)

        assert said(rival.user) == (GONE, "The 2019 Honda Civic was assigned to another professional")
        assert last(rival.user).data == {"type": "report_assigned", "reportId": str(report.pk)}
        assert last(rival.user).importance == "normal"

    def test_a_no_is_told_to_who_had_answered(self, pro, rival, report, estimated, now):
        estimate = estimates.decline_estimate(estimated(pro, report), now=now)

        assert said(pro.user) == (DECLINED, "Your estimate for the 2019 Honda Civic was declined")
        assert last(pro.user).data == {
            "type": "estimate_declined", "reportId": str(report.pk), "estimateId": str(estimate.pk),
        }  # fmt: skip
        assert told(rival.user) == [NEW]

    @pytest.mark.parametrize(
        ("priority", "importance"), [("low", "normal"), ("medium", "normal"), ("high", "normal"), ("urgent", "urgent")]
    )
    def test_an_urgent_report_is_told_urgently(self, pro, distributed, priority, importance):
        report = distributed(priority=priority)
        deadlines.keep(report.requests.get().prompt_at)

        assert [(notice.title, notice.importance) for notice in notices(pro.user)] == [
            (NEW, importance),
            (PROMPT, importance),
        ]

    def test_nobody_learns_from_a_notice_where_it_is_or_what_it_costs(self, owner, pro, distributed, estimated, now):
        report = distributed(address="7 Hope Road", notes="Under the doormat.", estimated_cost=31_415_92)
        estimates.accept_estimate(estimated(pro, report, cost=27_182_81), now=now)

        stored = "".join(f"{notice.params}{notice.data}{notice.body}" for notice in Notice.objects.all())
        for secret in ("Hope Road", "doormat", "3141592", "2718281", "18.0", "76.8", pro.user.email, owner.email):
            assert secret not in stored

    def test_data_holds_ids_and_words_of_the_protocol_alone(self, owner, pro, rival, operator, report, estimated, now):
        estimated(rival, report)
        estimate = estimated(pro, report)
        deadlines.keep(report.answer_by)
        estimates.accept_estimate(estimate, now=now)
        estimates.give_job_back(estimate, now=now)
        reports.cancel_report(report, now=now)

        names = {name for notice in Notice.objects.all() for name in notice.data}
        assert names == {"type", "reportId", "estimateId", "action"}

    def test_every_kind_is_in_the_catalogue(self):
        assert set(NOTICES) == {"damage_reports", "estimate_requests", "estimate_updates", "unanswered_reports"}

    def test_the_operators_read_which_report_it_is(self, pro, operator, distributed, now):
        report = distributed()
        requests.decline_request(report.requests.get(), now=now)
        deadlines.keep(report.answer_by)

        assert said(operator) == (
            "Nobody Answers a Report", "2019 Honda Civic, Medium: no estimate, and nobody left to ask",
        )  # fmt: skip
        assert (last(operator).kind, last(operator).importance) == ("unanswered_reports", "important")


class TestTakingBack:
    def test_who_has_answered_is_asked_no_more(self, pro, rival, distributed, estimated):
        report = distributed()
        deadlines.keep(report.requests.first().prompt_at)
        assert told(pro.user) == [NEW, PROMPT]

        estimated(pro, report)

        assert (told(pro.user), told(rival.user)) == ([], [NEW, PROMPT])

    def test_nor_who_does_not_want_it(self, pro, distributed, now):
        report = distributed()

        requests.decline_request(report.requests.get(), now=now)

        assert told(pro.user) == []

    def test_a_withdrawn_estimate_no_longer_waits_to_be_read(self, owner, pro, distributed, estimated, now):
        estimate = estimated(pro, distributed())

        estimates.withdraw_estimate(estimate, now=now)

        assert told(owner) == []

    def test_one_that_is_sent_anew_is_told_anew(self, owner, pro, distributed, estimated, now):
        report = distributed()
        estimates.withdraw_estimate(estimated(pro, report), now=now)
        estimated(pro, report)

        assert told(owner) == [RECEIVED]

    def test_those_of_others_still_wait(self, owner, pro, rival, distributed, estimated, now):
        report = distributed()
        estimated(rival, report)

        estimates.withdraw_estimate(estimated(pro, report), now=now)

        assert RECEIVED in told(owner)
        assert report.estimates.pending().count() == 1


class TestEngagedAndSilent:
    @pytest.fixture
    def crowd(self, distributed, estimated, now):
        """One of each sort, all asked of one report."""
        sorts = ["silent", "looked", "answered", "unwilling", "withdrawn", "declined"]
        people = {sort: ProfessionalFactory() for sort in sorts}
        report = distributed()
        requests.see_request(report.requests.get(professional=people["looked"]), now=now)
        requests.decline_request(report.requests.get(professional=people["unwilling"]), now=now)
        estimates.withdraw_estimate(estimated(people["withdrawn"], report), now=now)
        estimates.decline_estimate(estimated(people["declined"], report), now=now)
        estimated(people["answered"], report)
        return report, people

    def inboxes(self, people):
        return {sort: told(professional.user) for sort, professional in people.items()}

    def test_only_who_looked_or_answered_hears_that_it_is_gone(self, owner, pro, crowd, estimated, now):
        report, people = crowd
        distribution.go_on(report.pk, now + 60 * SECOND)

        estimates.accept_estimate(estimated(pro, report), now=now)

        assert self.inboxes(people) == {
            "silent": [],
            "looked": [GONE],
            "answered": [GONE],
            "unwilling": [],
            "withdrawn": [GONE],
            "declined": [DECLINED],
        }
        assert (told(pro.user), told(owner)) == ([ACCEPTED], [ACCEPTED])

    @pytest.mark.parametrize(
        ("end", "body"),
        [
            (lambda report, now: reports.cancel_report(report, now=now), "has cancelled the report"),
            (lambda report, now: deadlines.expire(report.pk, report.expires_at), "has expired"),
        ],
    )
    def test_likewise_when_it_ends_without_a_winner(self, crowd, now, end, body):
        report, people = crowd

        end(report, now)

        gone = {"looked": [GONE], "answered": [GONE], "withdrawn": [GONE]}
        assert self.inboxes(people) == {"silent": [], "unwilling": [], "declined": [DECLINED], **gone}
        assert body in said(people["looked"].user)[1]

    def test_when_the_job_is_given_back_who_may_answer_hears_of_it(self, owner, pro, crowd, estimated, now):
        report, people = crowd
        distribution.go_on(report.pk, now + 60 * SECOND)
        estimate = estimated(pro, report)
        estimates.accept_estimate(estimate, now=now)

        estimates.give_job_back(estimate, now=now)

        assert self.inboxes(people) == {
            "silent": [AGAIN],
            "looked": [AGAIN],
            "answered": [AGAIN],
            "unwilling": [],
            "withdrawn": [AGAIN],
            "declined": [DECLINED],
        }
        assert (told(pro.user), told(owner)) == ([], [GIVEN_BACK])
        assert said(owner)[1] == (
            f"{pro.business_name} cannot repair your 2019 Honda Civic. It is open to the others again"
        )

    def test_nobody_is_invited_any_more_when_another_is_accepted(self, pro, crowd, estimated, now):
        report, people = crowd
        distribution.go_on(report.pk, now + 60 * SECOND)
        estimate = estimated(pro, report)
        estimates.accept_estimate(estimate, now=now)
        estimates.give_job_back(estimate, now=now)

        estimates.accept_estimate(report.estimates.pending().get(), now=now)

        assert self.inboxes(people) == {
            "silent": [],
            "looked": [GONE],
            "answered": [ACCEPTED],
            "unwilling": [],
            "withdrawn": [GONE],
            "declined": [DECLINED],
        }

    def test_all_this_may_happen_again_and_is_told_again(self, pro, rival, distributed, estimated, now):
        report = distributed()
        mine, hers = estimated(pro, report), estimated(rival, report)
        estimates.accept_estimate(mine, now=now)
        estimates.give_job_back(mine, now=now)
        estimates.accept_estimate(hers, now=now)
        assert told(rival.user) == [ACCEPTED]
        estimates.give_job_back(hers, now=now)
        mine = estimated(pro, report)
        estimates.accept_estimate(mine, now=now)

        assert (told(pro.user), told(rival.user)) == ([ACCEPTED], [])


class TestEndOfAJob:
    @pytest.fixture
    def report(self, pro, rival, distributed, estimated, now):
        report = distributed()
        estimated(rival, report)
        estimates.accept_estimate(estimated(pro, report), now=now)
        return report

    def test_the_winner_hears_that_it_is_done(self, owner, pro, rival, report, now):
        reports.complete_report(report, now=now)

        assert said(pro.user)[0] == "Repair Completed"
        assert (told(owner), told(rival.user)) == ([ACCEPTED], [GONE])

    def test_or_that_it_is_not_wanted_any_more(self, pro, rival, report, now):
        reports.cancel_report(report, now=now)

        assert said(pro.user)[0] == "Job Cancelled"
        assert (last(pro.user).importance, told(rival.user)) == ("important", [GONE])


def test_an_invitation_ends_as_the_report_does(pro, rival, distributed, estimated, now):
    report = distributed(priority="urgent")
    estimate = estimated(pro, report)
    estimates.accept_estimate(estimate, now=now)
    estimates.give_job_back(estimate, now=now + DAY)

    report.refresh_from_db()
    invitation = last(rival.user)
    assert (invitation.title, invitation.importance, invitation.kind) == (AGAIN, "urgent", "damage_reports")
    assert invitation.expires_at == report.expires_at == now + 2 * DAY + timedelta(hours=2)


def test_a_blocked_professional_is_not_told_that_it_is_open_again(owner, pro, rival, distributed, estimated, now):
    report = distributed()
    estimated(rival, report)
    estimate = estimated(pro, report)
    estimates.accept_estimate(estimate, now=now)
    professionals.block(rival.user, owner)

    estimates.give_job_back(estimate, now=now)

    assert told(rival.user) == [GONE]
    assert report.estimates.pending().count() == 0
