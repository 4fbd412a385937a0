from dataclasses import asdict
from datetime import timedelta

import pytest

from dispatch import analytics, deadlines, distribution
from dispatch.analytics import RECENTLY
from dispatch.conf import limits
from dispatch.models import DamageReport
from dispatch.services import estimates, reports, requests
from tests.dispatch.conftest import OFFER
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import ProfessionalFactory, north

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def answer(now):
    """An estimate, so many minutes after it was asked for."""

    def send(professional, report, minutes):
        request = report.requests.select_related("professional").get(professional=professional)
        return estimates.submit_estimate(request, **OFFER, now=now + minutes * MINUTE)

    return send


def overview(now):
    return analytics.overview(now - DAY, now + DAY)


class TestDistribution:
    def test_it_is_what_the_seeds_debug_tool_shows(self, pro, rival, distributed, estimated):
        report = distributed()
        estimated(pro, report)

        assert asdict(analytics.distribution(report.pk)) == {
            "reportId": str(report.pk),
            "professionalsNotified": 2,
            "estimatesSubmitted": 1,
            "isActive": True,
        }

    def test_a_withdrawn_estimate_is_none_and_a_declined_one_is_one(self, pro, rival, distributed, estimated, now):
        report = distributed()
        estimates.withdraw_estimate(estimated(pro, report), now=now)
        estimates.decline_estimate(estimated(rival, report), now=now)

        assert analytics.distribution(report.pk).estimatesSubmitted == 1

    def test_it_is_over_when_there_are_enough_to_choose_from(self, distributed, estimated, now):
        everybody = ProfessionalFactory.create_batch(limits.enough_estimates)
        report = distributed()
        *_, last = [estimated(professional, report) for professional in everybody]
        assert not analytics.distribution(report.pk).isActive

        estimates.withdraw_estimate(last, now=now)
        assert analytics.distribution(report.pk).isActive

    def test_it_is_over_when_one_is_accepted(self, pro, distributed, estimated, now):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)

        assert not analytics.distribution(report.pk).isActive


class TestProfessional:
    def test_a_ratio_without_a_denominator_is_null(self, pro, now):
        assert asdict(analytics.professional(pro.pk, now - DAY)) == {
            "live_requests": 0,
            "estimates": {"pending": 0, "accepted": 0, "declined": 0, "withdrawn": 0},
            "response_rate": None,
            "win_rate": None,
            "response_time_s": None,
            "rating": None,
            "rating_count": 0,
        }

    def test_only_what_is_over_or_answered_counts_in_the_response_rate(self, pro, distributed, answer, now):
        live, answered, refused, missed = distributed(), distributed(), distributed(), distributed()
        answer(pro, answered, 1)
        requests.decline_request(refused.requests.get(), now=now + 3 * MINUTE)
        reports.cancel_report(missed, now=now)

        figures = analytics.professional(pro.pk, now - DAY)

        assert live.requests.get().status == "notified"
        assert (figures.live_requests, figures.response_rate, figures.response_time_s) == (1, 0.6667, 120)

    def test_only_what_was_decided_counts_in_the_win_rate(self, pro, distributed, estimated, now):
        won, lost, waits, withdrawn = [estimated(pro, distributed()) for _ in range(4)]
        estimates.accept_estimate(won, now=now)
        estimates.decline_estimate(lost, now=now)
        estimates.withdraw_estimate(withdrawn, now=now)

        figures = analytics.professional(pro.pk, now - DAY)

        assert waits.status == "pending"
        assert figures.estimates == {"pending": 1, "accepted": 1, "declined": 1, "withdrawn": 1}
        assert figures.win_rate == 0.5

    def test_her_stars_are_a_mean_and_old_deeds_are_left_out(self, pro, distributed, estimated, now):
        for rating in (5, 4, 4):
            report = distributed()
            estimates.accept_estimate(estimated(pro, report), now=now)
            reports.complete_report(report, now=now)
            reports.review_report(report, rating=rating)

        figures = analytics.professional(pro.pk, now + RECENTLY)

        assert (figures.rating, figures.rating_count) == (4.33, 3)
        assert (figures.response_rate, figures.win_rate) == (None, None)


def test_an_owner_has_her_reports_and_their_estimates(owner, pro, distributed, estimated, now):
    estimates.decline_estimate(estimated(pro, distributed()), now=now)
    reports.cancel_report(distributed(), now=now)
    estimated(pro, distributed(owner=UserFactory()))

    assert asdict(analytics.owner(owner.pk)) == {
        "reports": {"pending": 1, "in_progress": 0, "completed": 0, "cancelled": 1, "expired": 0},
        "estimates": {"pending": 0, "accepted": 0, "declined": 1, "withdrawn": 0},
    }


class TestOverview:
    def test_nothing_is_null_and_not_zero(self, db, now):
        nothing = overview(now)

        assert nothing.by_status == dict.fromkeys(DamageReport.Status.values, 0)
        ratios = [nothing.asked_per_report, nothing.estimates_per_report, nothing.fill_rate, nothing.winning_wave]
        assert ratios == [None, None, None, None]
        assert (nothing.first_estimate_s, nothing.acceptance_s, nothing.winning_km) == (None, None, None)

    def test_how_many_are_asked_and_answer(self, pro, rival, opened, distributed, estimated, now):
        first, second = distributed(), distributed()
        estimated(pro, first)
        estimated(rival, first)
        estimates.withdraw_estimate(estimated(pro, second), now=now)
        opened()

        figures = overview(now)

        assert (figures.asked_per_report, figures.estimates_per_report) == (2, 1)
        assert (figures.open, figures.unanswered, figures.available_professionals) == (3, 2, 2)

    def test_the_fill_rate_is_of_what_was_settled(self, pro, distributed, estimated, now):
        completed, in_progress, expired, cancelled, _ = [distributed() for _ in range(5)]
        for report in (completed, in_progress):
            estimates.accept_estimate(estimated(pro, report), now=now)
        reports.complete_report(completed, now=now)
        deadlines.expire(expired.pk, expired.expires_at)
        reports.cancel_report(cancelled, now=now)

        assert overview(now).fill_rate == 0.6667

    def test_waits_are_measured_from_the_opening(self, pro, distributed, answer, now):
        for minutes in (1, 2, 3):
            report = distributed()
            DamageReport.objects.filter(pk=report.pk).update(created_at=now)
            estimate = answer(pro, report, minutes)
            estimates.accept_estimate(estimate, now=now + 10 * minutes * MINUTE)

        figures = overview(now)

        assert figures.first_estimate_s == {"p50": 120, "p95": 174}
        assert figures.acceptance_s == {"p50": 1200, "p95": 1740}

    def test_one_wait_is_its_own_tail(self, pro, distributed, answer, now):
        report = distributed()
        DamageReport.objects.update(created_at=now)
        answer(pro, report, 1)

        assert overview(now).first_estimate_s == {"p50": 60, "p95": 60}

    def test_where_the_winners_come_from(self, distributed, estimated, now):
        ProfessionalFactory.create_batch(5)
        far = ProfessionalFactory(radius_km=500, **north(9.99))
        report = distributed(priority="low")
        distribution.go_on(report.pk, report.look_at)
        estimates.accept_estimate(estimated(far, report), now=now)

        figures = overview(now)

        assert (figures.winning_wave, figures.winning_km) == (2, 9.99)

    def test_what_waits_for_somebody_is_overdue(self, pro, distributed, estimated, now):
        report = distributed()
        estimated(pro, report)
        deadlines.keep(report.answer_by)

        assert overview(now).overdue == 1

    def test_only_reports_of_the_span_count_but_for_those_that_are_open_now(self, pro, distributed, now):
        distributed()

        later = analytics.overview(now + DAY, now + 2 * DAY)

        assert (later.by_status["pending"], later.asked_per_report, later.open) == (0, None, 1)
