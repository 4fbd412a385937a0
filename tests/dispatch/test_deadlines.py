"""What time does to reports: a second word, the owner's turn, wider rings, operators, the end."""

from datetime import timedelta

import pytest

from dispatch import deadlines, distribution
from dispatch.conf import POLICIES, limits
from dispatch.models import DamageReport
from dispatch.services import estimates, reports, requests
from notifications.models import Notice
from tests.dispatch.hearing import folded, fresh, heard, told
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import ProfessionalFactory, crowd, north

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

NEW = "New Damage Report Available"
PROMPT = "Submit Estimate Request"
CHOOSE = "Choose an Estimate"
NOBODY = "Nobody Answers a Report"


def half_time(report):
    return report.requests.earliest("pk").prompt_at


class TestPrompting:
    def test_who_has_not_answered_by_half_time_is_told_a_second_time_and_not_a_third(self, pro, distributed, now):
        report = distributed()
        assert half_time(report) == now + (report.answer_by - now) / 2

        deadlines.keep(half_time(report) - SECOND)
        assert told(pro.user) == [NEW]
        for hours in range(3):
            deadlines.keep(half_time(report) + hours * HOUR)

        assert told(pro.user) == [NEW, PROMPT]
        assert report.requests.get().prompted_at == half_time(report)

    def test_who_has_only_looked_is_reminded_too(self, pro, distributed, now):
        report = distributed()
        requests.see_request(report.requests.get(), now=now)

        deadlines.keep(half_time(report))

        assert told(pro.user) == [NEW, PROMPT]

    def test_who_has_answered_or_does_not_want_it_is_left_alone(self, pro, rival, distributed, estimated, now):
        report = distributed()
        estimated(pro, report)
        requests.decline_request(report.requests.get(professional=rival), now=now)

        deadlines.keep(half_time(report))

        assert (told(pro.user), told(rival.user)) == ([], [])

    def test_who_has_withdrawn_her_estimate_knows_of_it(self, pro, distributed, estimated, now):
        report = distributed()
        estimates.withdraw_estimate(estimated(pro, report), now=now)

        deadlines.keep(half_time(report))

        assert told(pro.user) == []

    def test_who_came_late_has_half_of_what_is_left(self, distributed, now):
        ProfessionalFactory.create_batch(5)
        report = distributed()
        late = ProfessionalFactory()

        distribution.go_on(report.pk, now + 6 * HOUR)
        assert report.requests.get(professional=late).prompt_at == now + 15 * HOUR
        deadlines.keep(half_time(report))
        assert told(late.user) == [NEW]
        deadlines.keep(now + 15 * HOUR)

        assert told(late.user) == [NEW, PROMPT]

    def test_after_the_last_moment_to_answer_there_is_time_until_it_expires(self, pro, opened):
        report = opened()

        distribution.go_on(report.pk, report.answer_by)

        left = report.expires_at - report.answer_by
        assert half_time(report) == report.answer_by + left / 2

    def test_a_crowd_is_prompted_lot_after_lot(self, distributed):
        crowd(limits.lot + 5)
        report = distributed(priority="urgent")

        deadlines.keep(half_time(report))

        assert Notice.objects.filter(title=PROMPT).count() == limits.lot + 5
        assert report.requests.filter(prompted_at=None).count() == 0

    def test_a_new_last_moment_to_answer_moves_half_time(self, pro, distributed, now):
        report = distributed()

        reports.revise_report(report, answer_by=now + 2 * HOUR, now=now)
        deadlines.keep(now + HOUR)

        assert told(pro.user) == [NEW, PROMPT]


class TestTheOwnersTurn:
    def test_with_estimates_it_is_hers_to_choose_and_she_is_told_once(self, owner, pro, distributed, estimated):
        report = distributed()
        estimated(pro, report)

        deadlines.keep(report.answer_by - SECOND)
        assert told(owner) == ["New Estimate Received!"]
        deadlines.keep(report.answer_by)
        deadlines.keep(report.answer_by + HOUR)

        report.refresh_from_db()
        assert (report.overdue_at, report.ring) == (report.answer_by, 3)
        assert told(owner) == ["New Estimate Received!", CHOOSE]
        assert folded(owner) == fresh(owner)

    @pytest.mark.parametrize("verb", [estimates.withdraw_estimate, estimates.decline_estimate])
    def test_when_nothing_to_choose_from_is_left_it_is_looked_farther_away(
        self, owner, distributed, estimated, now, verb
    ):
        near = ProfessionalFactory.create_batch(5)
        report = distributed()
        estimate = estimated(near[0], report)
        overdue = report.answer_by
        deadlines.keep(overdue)

        verb(estimate, now=overdue)
        deadlines.keep(overdue + SECOND)

        report.refresh_from_db()
        assert (report.overdue_at, report.ring) == (None, 1)
        assert told(owner) == []

    def test_as_long_as_one_waits_it_stays_hers_to_choose(self, owner, pro, rival, distributed, estimated):
        report = distributed()
        estimate = estimated(pro, report)
        estimated(rival, report)
        deadlines.keep(report.answer_by)

        estimates.withdraw_estimate(estimate, now=report.answer_by)
        deadlines.keep(report.answer_by + HOUR)

        report.refresh_from_db()
        assert report.overdue_at == report.answer_by
        assert told(owner) == ["New Estimate Received!", "New Estimate Received!", CHOOSE]

    def test_another_last_moment_makes_it_open_again(self, owner, pro, distributed, estimated):
        report = distributed()
        estimated(pro, report)
        deadlines.keep(report.answer_by)

        later = report.answer_by + 10 * HOUR
        reports.revise_report(report, answer_by=later, now=report.answer_by)
        assert DamageReport.objects.get().overdue_at is None
        deadlines.keep(later)

        assert told(owner) == ["New Estimate Received!", CHOOSE, CHOOSE]


class TestNoAnswer:
    def test_the_next_ring_is_asked_and_has_as_long(self, owner, distributed, operator):
        near = ProfessionalFactory.create_batch(5)
        farther = ProfessionalFactory(radius_km=500, **north(20))
        report = distributed()
        overdue = report.answer_by

        deadlines.keep(overdue)
        distribution.go_on_everywhere(overdue)

        report.refresh_from_db()
        assert (report.ring, report.answer_by) == (1, overdue + POLICIES[DamageReport.Priority.MEDIUM].answer_within)
        assert report.expires_at == report.answer_by + limits.decide_hours * HOUR
        assert report.requests.count() == len(near) + 1
        assert report.requests.get(professional=farther).asked_at == overdue
        assert told(operator) == []
        assert heard(owner)[-1] == "report_distributed"
        for user in (owner, *(one.user for one in near)):
            assert folded(user) == fresh(user)

    def test_in_the_end_the_operators_are_told_once(self, operator, distributed):
        UserFactory(is_staff=True, is_active=False)
        ProfessionalFactory.create_batch(5)
        report = distributed(priority="high")
        rings = [1, 2, 3]

        for ring in rings:
            report.refresh_from_db()
            assert report.ring == ring
            assert told(operator) == []
            deadlines.keep(report.answer_by)
            deadlines.keep(report.answer_by)
            distribution.go_on_everywhere(report.answer_by)

        report.refresh_from_db()
        assert (report.ring, report.overdue_at) == (3, report.answer_by)
        assert told(operator) == [NOBODY]
        assert Notice.objects.filter(title=NOBODY).count() == 1

    def test_where_everybody_has_said_no_nobody_has_answered(self, pro, operator, distributed, now):
        report = distributed()
        requests.decline_request(report.requests.get(), now=now)

        deadlines.keep(report.answer_by)

        assert told(operator) == [NOBODY]


class TestExpiry:
    def test_a_report_past_its_time_ends_for_everybody(self, owner, pro, rival, distributed, estimated, now):
        report = distributed()
        silent = ProfessionalFactory()
        distribution.go_on(report.pk, report.look_at)
        estimated(pro, report)
        requests.see_request(report.requests.get(professional=rival), now=now)

        deadlines.expire(report.pk, report.expires_at - SECOND)
        assert DamageReport.objects.get().status == "pending"
        deadlines.keep(report.expires_at)
        deadlines.keep(report.expires_at)

        report.refresh_from_db()
        assert (report.status, report.closed_at) == ("expired", report.expires_at)
        assert [request.status for request in report.requests.order_by("pk")] == ["answered", "ceased", "ceased"]
        estimate = report.estimates.get()
        assert (estimate.status, estimate.declined_because) == ("declined", "report")
        gone = ["Report No Longer Available"]
        assert [told(user) for user in (owner, pro.user, rival.user, silent.user)] == [
            ["Report Expired"], gone, gone, [],
        ]  # fmt: skip
        for user in (owner, pro.user, rival.user, silent.user):
            assert heard(user).count("report_expired") == 1
            assert folded(user) == fresh(user)

    def test_the_clock_decides_though_no_sweep_came_by(self, opened):
        report = opened()

        assert report.takes_answers(report.expires_at - SECOND)
        assert not report.takes_answers(report.expires_at)

    def test_one_that_is_repaired_does_not_expire(self, pro, distributed, estimated, now):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)

        deadlines.keep(report.expires_at)
        deadlines.expire(report.pk, report.expires_at)
        deadlines.press(report.pk, report.expires_at)

        report.refresh_from_db()
        assert (report.status, report.overdue_at) == ("in_progress", None)

    def test_nobody_is_pressed_before_the_time(self, pro, distributed, now):
        report = distributed()

        deadlines.press(report.pk, now)

        assert DamageReport.objects.get().answer_by == report.answer_by


def test_a_sweep_with_nothing_due_opens_no_transaction(pro, distributed, now, django_assert_num_queries):
    distributed()

    with django_assert_num_queries(3):
        deadlines.keep(now)
