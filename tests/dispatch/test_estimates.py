"""What professionals offer, and what owners make of it."""

from datetime import timedelta

import pytest

from core.errors import Invalid
from dispatch import deadlines, distribution, selectors
from dispatch.errors import (
    EstimateAccepted,
    EstimateDeclined,
    EstimatePending,
    EstimateWithdrawn,
    NoSuchEstimate,
    NoSuchPhoto,
    NoSuchReport,
    NotAProfessional,
    NotYourJob,
    ReportAssigned,
    ReportClosed,
    ReportRevised,
)
from dispatch.events import REPORT
from dispatch.models import Photo, Professional
from dispatch.services import estimates, reports, requests
from tests.dispatch.hearing import folded, fresh, heard, told
from tests.factories.dispatch import OFFER, PhotoFactory, ProfessionalFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_the_whole_life_of_a_report_that_is_repaired(owner, pro, rival, distributed, estimated, now):
    report = distributed()
    estimate = estimated(pro, report)
    estimated(rival, report)
    estimates.accept_estimate(estimate, now=now)

    report.refresh_from_db()
    assert report.status == "in_progress"
    assert heard(owner) == [
        "report_opened",
        "report_distributed",
        "estimate_submitted",
        "report_answered",
        "estimate_submitted",
        "report_answered",
        "estimate_declined",
        "estimate_accepted",
        "report_assigned",
    ]
    assert heard(pro.user) == [
        "estimate_requested",
        "estimate_submitted",
        "request_answered",
        "estimate_accepted",
        "report_assigned",
    ]
    assert told(pro.user) == ["Estimate Accepted!"]
    assert told(rival.user) == ["Report No Longer Available"]
    assert told(owner) == ["Estimate Accepted!"]


def test_who_gives_a_job_back_opens_the_report_again(owner, pro, rival, distributed, estimated, now):
    report = distributed()
    estimate = estimated(pro, report)
    other = estimated(rival, report)
    estimates.accept_estimate(estimate, now=now)
    estimates.give_job_back(estimate, now=now)

    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.status, other.status) == ("pending", "pending")
    for user in (owner, pro.user, rival.user):
        assert folded(user) == fresh(user)


@pytest.fixture
def report(pro, rival, distributed):
    return distributed()


@pytest.fixture
def send(estimated, report):
    return lambda professional, **offer: estimated(professional, report, **offer)


def request_of(professional, report):
    return report.requests.get(professional=professional)


def all_views_add_up(*people):
    for person in people:
        user = getattr(person, "user", person)
        assert folded(user) == fresh(user)


class TestSubmitting:
    def test_she_has_answered_and_the_owner_hears_of_it(self, owner, pro, rival, report, send, now):
        estimate = send(pro)

        assert (estimate.status, estimate.currency, estimate.generation) == ("pending", "JMD", 1)
        assert (estimate.professional_name, estimate.submitted_at) == (pro.business_name, now)
        request = request_of(pro, report)
        assert (request.status, request.seen_at, request.answered_at) == ("answered", now, now)
        assert request_of(rival, report).status == "notified"
        assert heard(owner)[-2:] == ["estimate_submitted", "report_answered"]
        assert fresh(owner)[REPORT][str(report.pk)]["estimates_submitted"] == 1
        all_views_add_up(owner, pro, rival)

    def test_when_she_first_looked_is_remembered(self, pro, report, send, now):
        requests.see_request(request_of(pro, report), now=now - HOUR)
        send(pro)

        assert request_of(pro, report).seen_at == now - HOUR

    def test_several_compete(self, pro, rival, report, send):
        send(pro)
        send(rival)

        assert report.estimates.pending().count() == 2

    def test_one_has_one_estimate_at_a_time(self, pro, send):
        send(pro)

        with pytest.raises(EstimatePending):
            send(pro)

    def test_who_did_not_want_it_may_think_better_of_it(self, pro, report, send, now):
        requests.decline_request(request_of(pro, report), now=now)

        assert send(pro).status == "pending"
        assert request_of(pro, report).status == "answered"

    def test_who_was_not_asked_cannot_answer(self, report, send):
        with pytest.raises(NoSuchReport):
            send(ProfessionalFactory())

    def test_whose_approval_was_taken_away_cannot_either(self, pro, send):
        Professional.objects.update(is_approved=False)

        with pytest.raises(NotAProfessional):
            send(pro)

    def test_an_answer_to_an_older_question_is_refused_with_the_present_one(self, pro, report, send, now):
        reports.revise_report(report, description="The left door only, after all.", now=now)

        with pytest.raises(ReportRevised) as refusal:
            send(pro, generation=1)
        assert refusal.value.details == {"generation": 2}
        assert send(pro, generation=2).generation == 2

    def test_it_is_in_the_currency_of_the_report(self, pro, send):
        with pytest.raises(Invalid) as refusal:
            send(pro, currency="USD")
        assert refusal.value.details == {"currency": ["The report is in JMD."]}
        assert send(pro, currency="JMD").currency == "JMD"

    def test_nobody_answers_what_is_closed(self, pro, rival, report, send, estimated, distributed, now):
        estimates.accept_estimate(send(pro), now=now)
        cancelled = distributed()
        reports.cancel_report(cancelled, now=now)

        with pytest.raises(ReportAssigned):
            send(rival)
        with pytest.raises(ReportClosed):
            estimated(rival, cancelled)

    def test_nor_what_is_past_its_time_though_no_sweep_came_by(self, pro, report, now):
        with pytest.raises(ReportClosed):
            estimates.submit_estimate(request_of(pro, report), **OFFER, now=report.expires_at)

    def test_photos_are_hers_and_of_one_estimate(self, owner, pro, rival, send):
        photo = PhotoFactory(uploader=pro.user)
        assert list(send(pro, photos=[photo.pk]).photos.all()) == [photo]

        with pytest.raises(NoSuchPhoto):
            send(rival, photos=[photo.pk])
        with pytest.raises(NoSuchPhoto):
            send(rival, photos=[PhotoFactory(uploader=owner).pk])
        mine = PhotoFactory(uploader=rival.user)
        send(rival, photos=[mine.pk])

        assert photo.estimate is None
        assert Photo.objects.get(pk=photo.pk).estimate.professional == pro


class TestWithdrawing:
    def test_she_may_send_another_instead(self, owner, pro, report, send, now):
        first = send(pro)

        withdrawn = estimates.withdraw_estimate(first, now=now)
        again = estimates.withdraw_estimate(first, now=now + HOUR)

        assert (withdrawn.status, withdrawn.decided_at, again.decided_at) == ("withdrawn", now, now)
        assert request_of(pro, report).status == "seen"
        second = send(pro, cost=20_000_00)
        assert (second.status, second.cost) == ("pending", 20_000_00)
        assert second.pk != first.pk
        assert heard(pro.user).count("estimate_withdrawn") == 1
        all_views_add_up(owner, pro)

    def test_the_other_is_another_which_nobody_has_accepted(self, pro, send, now):
        first = send(pro)
        estimates.withdraw_estimate(first, now=now)
        send(pro, cost=20_000_00)

        with pytest.raises(EstimateWithdrawn):
            estimates.accept_estimate(first, now=now)

    def test_what_is_accepted_or_declined_cannot_be_withdrawn(self, pro, rival, send, now):
        mine, hers = send(pro), send(rival)
        estimates.decline_estimate(hers, now=now)
        estimates.accept_estimate(mine, now=now)

        with pytest.raises(EstimateAccepted):
            estimates.withdraw_estimate(mine, now=now)
        with pytest.raises(EstimateDeclined):
            estimates.withdraw_estimate(hers, now=now)


class TestDeclining:
    def test_a_no_of_the_owner_is_final(self, owner, pro, report, send, now):
        estimate = send(pro)

        declined = estimates.decline_estimate(estimate, now=now)
        again = estimates.decline_estimate(estimate, now=now + HOUR)

        assert (declined.status, declined.declined_because) == ("declined", "owner")
        assert (declined.decided_at, again.decided_at) == (now, now)
        assert request_of(pro, report).status == "answered"
        with pytest.raises(EstimateDeclined):
            send(pro)
        with pytest.raises(EstimateDeclined):
            estimates.accept_estimate(estimate, now=now)
        assert heard(pro.user).count("estimate_declined") == 1
        all_views_add_up(owner, pro)

    def test_it_is_not_said_twice_nor_of_what_is_gone(self, pro, rival, send, now):
        mine, hers = send(pro), send(rival)
        estimates.withdraw_estimate(hers, now=now)
        estimates.accept_estimate(mine, now=now)

        with pytest.raises(EstimateWithdrawn):
            estimates.decline_estimate(hers, now=now)
        with pytest.raises(EstimateAccepted):
            estimates.decline_estimate(mine, now=now)


class TestAccepting:
    def test_one_wins_and_everybody_else_is_let_go(self, owner, pro, rival, report, send, now):
        silent = ProfessionalFactory()
        distribution.go_on(report.pk, report.look_at)
        mine, hers = send(pro), send(rival)

        accepted = estimates.accept_estimate(mine, now=now)

        report.refresh_from_db()
        hers.refresh_from_db()
        assert (accepted.status, accepted.decided_at) == ("accepted", now)
        assert (report.status, report.accepted_at, report.generation) == ("in_progress", now, 2)
        assert (hers.status, hers.declined_because, hers.decided_at) == ("declined", "rival", now)
        assert request_of(silent, report).status == "ceased"
        all_views_add_up(owner, pro, rival, silent)

    def test_a_retry_of_the_same_says_accepted_again(self, owner, pro, send, now):
        estimate = send(pro)
        estimates.accept_estimate(estimate, now=now)

        again = estimates.accept_estimate(estimate, now=now + HOUR)

        assert (again.status, again.decided_at) == ("accepted", now)
        assert heard(owner).count("estimate_accepted") == 1

    def test_another_one_is_refused(self, pro, rival, send, now):
        mine, hers = send(pro), send(rival)
        estimates.accept_estimate(mine, now=now)

        with pytest.raises(ReportAssigned):
            estimates.accept_estimate(hers, now=now)

    def test_nothing_is_accepted_after_its_time(self, pro, report, send):
        with pytest.raises(ReportClosed):
            estimates.accept_estimate(send(pro), now=report.expires_at)

    def test_an_estimate_for_an_older_question_is_the_owners_to_judge(self, pro, report, send, now):
        estimate = send(pro)
        reports.revise_report(report, notes="Ring twice.", now=now)

        assert estimates.accept_estimate(estimate, now=now).generation == 1


class TestGivingBack:
    @pytest.fixture
    def silent(self, db):
        return ProfessionalFactory()

    @pytest.fixture
    def looked(self, db):
        return ProfessionalFactory()

    @pytest.fixture
    def mine(self, pro, silent, looked, rival, send, report, now):
        """Accepted: there was one who had answered, one who had looked, and one who never did."""
        send(rival)
        distribution.go_on(report.pk, report.look_at)
        requests.see_request(request_of(looked, report), now=now)
        estimate = send(pro)
        return estimates.accept_estimate(estimate, now=now)

    def test_rivals_stand_again_and_others_may_answer_again(self, owner, pro, rival, silent, looked, report, mine, now):
        given_back = estimates.give_job_back(mine, now=now + HOUR)

        report.refresh_from_db()
        assert (given_back.status, given_back.decided_at) == ("withdrawn", now + HOUR)
        assert (report.status, report.accepted_at, report.generation) == ("pending", None, 3)
        assert (report.answer_by, report.expires_at) == (now + 25 * HOUR, now + 49 * HOUR)
        people = (pro, rival, silent, looked)
        assert [request_of(one, report).status for one in people] == ["declined", "answered", "notified", "seen"]
        hers = report.estimates.pending().get()
        assert (hers.professional, hers.declined_because, hers.decided_at) == (rival, "", None)
        all_views_add_up(*people, owner)

    def test_nobody_is_asked_anew_who_was_asked(self, silent, report, mine, now):
        late = ProfessionalFactory()
        asked = report.requests.count()
        estimates.give_job_back(mine, now=now)

        distribution.go_on(report.pk, now)

        assert report.requests.count() == asked + 1
        assert heard(late.user) == ["estimate_requested"]
        assert heard(silent.user) == ["estimate_requested", "report_assigned", "report_reopened"]

    def test_who_may_answer_again_has_half_of_the_new_time_before_she_is_reminded(self, silent, report, mine, now):
        later = now + 20 * HOUR
        estimates.give_job_back(mine, now=later)

        deadlines.keep(later)
        assert told(silent.user) == ["Report Available Again"]
        deadlines.keep(later + 12 * HOUR)

        assert told(silent.user) == ["Report Available Again", "Submit Estimate Request"]

    def test_who_was_never_told_of_it_is_told_as_of_a_new_one(self, silent, report, mine, now):
        report.requests.filter(professional=silent).update(told_at=None)
        estimates.give_job_back(mine, now=now)
        distribution.go_on(report.pk, now)

        assert told(silent.user) == ["New Damage Report Available"]

    def test_what_the_owner_declined_stays_declined(self, pro, rival, report, send, now):
        declined = estimates.decline_estimate(send(rival), now=now)
        estimates.give_job_back(estimates.accept_estimate(send(pro), now=now), now=now)

        declined.refresh_from_db()
        assert declined.status == "declined"
        assert told(rival.user) == ["Estimate Declined"]

    def test_whose_estimate_stood_again_is_asked_no_more_once_it_is_declined(self, rival, report, mine, now):
        estimates.give_job_back(mine, now=now)
        estimates.decline_estimate(report.estimates.get(professional=rival), now=now)

        assert told(rival.user) == ["Estimate Declined"]

    def test_a_retry_of_it_is_answered_likewise(self, owner, mine, now):
        estimates.give_job_back(mine, now=now)

        assert estimates.give_job_back(mine, now=now + HOUR).decided_at == now
        assert heard(owner).count("report_reopened") == 1

    def test_only_the_winner_of_a_repair_in_work_can(self, pro, rival, report, mine, now):
        with pytest.raises(NotYourJob):
            estimates.give_job_back(report.estimates.get(professional=rival), now=now)
        reports.complete_report(report, now=now)
        with pytest.raises(NotYourJob):
            estimates.give_job_back(mine, now=now)

    def test_another_may_be_accepted_then(self, owner, pro, rival, report, mine, now):
        estimates.give_job_back(mine, now=now)

        estimates.accept_estimate(report.estimates.pending().get(), now=now)

        report.refresh_from_db()
        assert (report.status, report.generation) == ("in_progress", 4)
        assert told(rival.user) == ["Estimate Accepted!"]
        all_views_add_up(owner, pro, rival)


class TestScope:
    def test_an_estimate_is_its_professionals_to_withdraw_and_its_owners_to_decide(self, owner, pro, rival, send):
        estimate = send(pro)

        assert selectors.estimate_of(pro.user, estimate.pk) == estimate
        assert selectors.estimate_to_decide(owner, estimate.pk) == estimate
        for wrong in (lambda: selectors.estimate_of(rival.user, estimate.pk),
                      lambda: selectors.estimate_of(owner, estimate.pk),
                      lambda: selectors.estimate_to_decide(pro.user, estimate.pk)):  # fmt: skip
            with pytest.raises(NoSuchEstimate):
                wrong()
