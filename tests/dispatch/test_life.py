"""Any life of some reports and some professionals, with its laws checked after every step."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count, Q
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.errors import DomainError
from dispatch import analytics, deadlines, distribution, matching, newcomers, parting
from dispatch.events import REPORT
from dispatch.models import DamageReport, Estimate, EstimateRequest
from dispatch.services import estimates, professionals, reports, requests
from notifications.models import Notice
from tests.dispatch.hearing import folded, fresh, heard
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import CIVIC, OFFER, ProfessionalFactory, north
from tests.properties import live, tries

BEGINNING = datetime(2031, 1, 6, 8, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
PROFESSIONALS = 3
REPORTS = 3

NEW = "New Damage Report Available"
PROMPT = "Submit Estimate Request"
AGAIN = "Report Available Again"
ASKING = {NEW, PROMPT, AGAIN}
RECEIVED = "New Estimate Received!"
ACCEPTED = "Estimate Accepted!"
DECLINED = "Estimate Declined"
GONE = "Report No Longer Available"
GIVEN_BACK = "Professional Not Available"
CHOOSE = "Choose an Estimate"
EXPIRED = "Report Expired"
COMPLETED = "Repair Completed"
CANCELLED = "Job Cancelled"

one_of_them = st.integers(0, PROFESSIONALS - 1)
one_report = st.integers(0, REPORTS - 1)


class Inboxes:
    """What everybody is to find in her inbox, by what happened and not by rows."""

    def __init__(self, owner):
        self.owner = owner
        self.titles = Counter()

    def tell(self, user, report, title):
        self.titles[user, report, title] += 1

    def forget(self, report, *, of=None, titles=None):
        for user, about, title in list(self.titles):
            if about == report and of in (None, user) and (titles is None or title in titles):
                del self.titles[user, about, title]

    def close(self, report, engaged):
        self.forget(report, titles=ASKING)
        self.forget(report, of=self.owner)
        for user in engaged:
            self.tell(user, report, GONE)


class Town(RuleBasedStateMachine):
    @initialize(
        priorities=st.lists(st.sampled_from(DamageReport.Priority.values), min_size=REPORTS, max_size=REPORTS),
        estranged=st.sets(one_of_them, max_size=1),
    )
    def begin(self, priorities, estranged):
        self.savepoint = transaction.savepoint()
        self.now, self.steps = BEGINNING, 0
        self.owner = UserFactory()
        self.people = [ProfessionalFactory(radius_km=500, **north(km)) for km in (0, 5, 30)]
        self.at_work = {professional.pk for professional in self.people}
        self.blocked = set()
        self.inboxes = Inboxes(self.owner.pk)
        self.priorities = priorities
        self.reports = []
        for professional in estranged:
            self.block(professional, is_hers=True)
        self.open()
        self.distribute(0)

    def teardown(self):
        if hasattr(self, "savepoint"):
            self.figures_are_those_of_the_rows()
            self.what_was_heard_adds_up_to_what_is()
            transaction.savepoint_rollback(self.savepoint)

    def attempt(self, verb, *things, **more):
        self.now += INSTANT
        try:
            verb(*things, **more)
        except DomainError:
            return False
        return True

    def report_of(self, n):
        return DamageReport.objects.get(pk=self.reports[n]) if n < len(self.reports) else None

    def request_of(self, professional, n):
        mine = EstimateRequest.objects.select_related("professional", "report")
        report = self.report_of(n)
        return mine.filter(report=report, professional=self.people[professional]).first() if report else None

    def estimate_of(self, professional, n):
        report = self.report_of(n)
        hers = Estimate.objects.filter(report=report, professional=self.people[professional])
        return hers.select_related("report").order_by("pk").last() if report else None

    def engaged(self, report, but=None):
        looked = report.requests.filter(status="seen").values_list("professional_id", flat=True)
        return [*looked, *report.estimates.pending().exclude(pk=but).values_list("professional_id", flat=True)]

    def no_more_waits(self, report):
        if not report.estimates.pending().exists():
            self.inboxes.forget(report.pk, of=self.owner.pk)

    @contextmanager
    def working(self):
        """Something goes on by itself, and whoever is asked, told or prompted by it is entitled to that."""
        known = set(EstimateRequest.objects.values_list("pk", flat=True))
        untold, unprompted = Q(told_at=None), Q(prompted_at=None)
        told = set(EstimateRequest.objects.exclude(untold).values_list("pk", flat=True))
        prompted = set(EstimateRequest.objects.exclude(unprompted).values_list("pk", flat=True))
        yield
        for request in EstimateRequest.objects.exclude(pk__in=known).select_related("report"):
            assert request.professional_id in self.at_work - self.blocked
            assert request.report.is_pending
        for title, those, before in ((NEW, ~untold, told), (PROMPT, ~unprompted, prompted)):
            for request in EstimateRequest.objects.filter(those).exclude(pk__in=before):
                assert request.status in EstimateRequest.UNANSWERED
                self.inboxes.tell(request.professional_id, request.report_id, title)

    @rule()
    def open(self):
        if len(self.reports) < REPORTS:
            facts = {**CIVIC, "priority": self.priorities[len(self.reports)]}
            self.reports.append(reports.open_report(self.owner, **facts, now=self.now).pk)

    @rule(n=one_report)
    def distribute(self, n):
        if report := self.report_of(n):
            with self.working():
                distribution.go_on(report.pk, self.now)

    @rule(n=one_report)
    def redistribute(self, n):
        if report := self.report_of(n):
            self.attempt(reports.redistribute, report, now=self.now)
            self.distribute(n)

    @rule(n=one_report, answer_within=st.sampled_from([None, None, 5, 50]))
    def revise(self, n, answer_within):
        if report := self.report_of(n):
            changes = {"answer_by": self.now + answer_within * HOUR} if answer_within else {"notes": "Ring twice."}
            self.attempt(reports.revise_report, report, **changes, now=self.now)

    @rule(professional=one_of_them, n=one_report)
    def look(self, professional, n):
        if request := self.request_of(professional, n):
            self.attempt(requests.see_request, request, now=self.now)

    @rule(professional=one_of_them, n=one_report)
    def answer(self, professional, n):
        request = self.request_of(professional, n)
        if request and self.attempt(estimates.submit_estimate, request, **OFFER, now=self.now):
            self.inboxes.forget(request.report_id, of=request.professional_id, titles=ASKING)
            self.inboxes.tell(self.owner.pk, request.report_id, RECEIVED)

    @rule()
    def everybody_answers(self):
        for n in range(REPORTS):
            for professional in range(PROFESSIONALS):
                self.answer(professional, n)

    @rule(professional=one_of_them, n=one_report)
    def refuse(self, professional, n):
        request = self.request_of(professional, n)
        if request and self.attempt(requests.decline_request, request, now=self.now):
            self.inboxes.forget(request.report_id, of=request.professional_id, titles=ASKING)

    @rule(professional=one_of_them, n=one_report)
    def withdraw(self, professional, n):
        estimate = self.estimate_of(professional, n)
        if (
            estimate
            and estimate.status == "pending"
            and self.attempt(estimates.withdraw_estimate, estimate, now=self.now)
        ):
            self.no_more_waits(estimate.report)

    @rule(professional=one_of_them, n=one_report)
    def decline(self, professional, n):
        estimate = self.estimate_of(professional, n)
        if (
            estimate
            and estimate.status == "pending"
            and self.attempt(estimates.decline_estimate, estimate, now=self.now)
        ):
            self.no_more_waits(estimate.report)
            self.inboxes.tell(estimate.professional_id, estimate.report_id, DECLINED)

    @rule(professional=one_of_them, n=one_report)
    def accept(self, professional, n):
        estimate = self.estimate_of(professional, n)
        if estimate is None:
            return
        was_accepted, losers = estimate.status == "accepted", self.engaged(estimate.report, but=estimate.pk)
        if self.attempt(estimates.accept_estimate, estimate, now=self.now) and not was_accepted:
            self.inboxes.close(estimate.report_id, losers)
            self.inboxes.tell(self.owner.pk, estimate.report_id, ACCEPTED)
            self.inboxes.tell(estimate.professional_id, estimate.report_id, ACCEPTED)

    @rule(professional=one_of_them, n=one_report)
    def give_back(self, professional, n):
        estimate = self.estimate_of(professional, n)
        if estimate is None or estimate.status != "accepted":
            return
        if self.attempt(estimates.give_job_back, estimate, now=self.now):
            report = estimate.report
            may_answer = report.requests.unanswered().exclude(told_at=None).values_list("professional_id", flat=True)
            invited = [*may_answer, *report.estimates.pending().values_list("professional_id", flat=True)]
            for user in (self.owner.pk, estimate.professional_id, *invited):
                self.inboxes.forget(report.pk, of=user)
            self.inboxes.tell(self.owner.pk, report.pk, GIVEN_BACK)
            for user in invited:
                self.inboxes.tell(user, report.pk, AGAIN)

    @rule(n=one_report)
    def complete(self, n):
        report = self.report_of(n)
        if report and report.status == "in_progress" and self.attempt(reports.complete_report, report, now=self.now):
            winner = report.estimates.get(status="accepted").professional_id
            self.inboxes.tell(winner, report.pk, COMPLETED)

    @rule(n=one_report, is_needed=st.sampled_from([True, True, False]))
    def cancel(self, n, is_needed):
        report = self.report_of(n)
        if report is None or is_needed or report.status not in DamageReport.LIVE:  # seldom: it is the end of the story
            return
        engaged, winner = self.engaged(report), report.estimates.filter(status="accepted").first()
        assert self.attempt(reports.cancel_report, report, now=self.now)
        self.inboxes.close(report.pk, engaged)
        if winner:
            self.inboxes.tell(winner.professional_id, report.pk, CANCELLED)

    @rule(professional=one_of_them)
    def come_or_go(self, professional):
        her = self.people[professional]
        self.at_work ^= {her.pk}
        professionals.set_availability(her, is_available=her.pk in self.at_work)
        with self.working():
            newcomers.consider(her.pk, self.now)

    @rule(professional=one_of_them, is_hers=st.booleans())
    def block(self, professional, is_hers):
        her = self.people[professional]
        professionals.block(*((her.user, self.owner) if is_hers else (self.owner, her.user)))
        self.blocked.add(her.pk)

    @rule(professional=one_of_them)
    def make_up(self, professional):
        her = self.people[professional]
        self.part()
        professionals.unblock(her.user, self.owner.pk)
        professionals.unblock(self.owner, her.pk)
        self.blocked.discard(her.pk)
        with self.working():
            newcomers.consider(her.pk, self.now)

    @rule()
    def part(self):
        open_pairs = list(matching.open_to_be_parted().select_related("report"))
        had_answered = {request.pk: self.engaged(request.report) for request in open_pairs}
        parting.part_everywhere(self.now)
        for request in open_pairs:
            self.inboxes.forget(request.report_id, of=request.professional_id, titles=ASKING)
            if request.status == "answered" and request.professional_id in had_answered[request.pk]:
                self.no_more_waits(request.report)
        assert not matching.open_to_be_parted().exists()

    @rule(hours=st.sampled_from([1, 3, 8, 30]))
    def wait(self, hours):
        self.now += hours * HOUR

    @rule()
    def sweep(self):
        lapsed = {
            report.pk: self.engaged(report)
            for report in DamageReport.objects.pending().filter(expires_at__lte=self.now)
        }
        undecided = set(DamageReport.objects.pending().filter(overdue_at=None).values_list("pk", flat=True))
        with self.working():
            deadlines.keep(self.now)
        for report_id, engaged in lapsed.items():
            self.inboxes.close(report_id, engaged)
            self.inboxes.tell(self.owner.pk, report_id, EXPIRED)
        for report in DamageReport.objects.pending().filter(pk__in=undecided, overdue_at__isnull=False):
            if report.estimates.pending().exists():
                self.inboxes.tell(self.owner.pk, report.pk, CHOOSE)
        with self.working():
            distribution.go_on_everywhere(self.now)
        self.part()
        waiting = EstimateRequest.objects.unanswered()
        assert not waiting.filter(Q(told_at=None) | Q(prompt_at__lte=self.now, prompted_at=None)).exists()
        assert not DamageReport.objects.pending().filter(expires_at__lte=self.now).exists()

    @invariant()
    def nobody_is_asked_twice(self):
        for professional in self.people:
            asked = professional.requests.values("report").annotate(times=Count("pk"))
            assert set(asked.values_list("times", flat=True)) <= {1}
            assert heard(professional.user).count("estimate_requested") == professional.requests.count()

    @invariant()
    def a_report_has_one_winner_while_somebody_is_at_work_on_it(self):
        for report in DamageReport.objects.all():
            winners = report.estimates.filter(status="accepted").count()
            assert winners in {"in_progress": {1}, "completed": {1}, "cancelled": {0, 1}}.get(report.status, {0})

    @invariant()
    def what_is_closed_waits_for_nobody(self):
        assert not EstimateRequest.objects.unanswered().exclude(report__status="pending").exists()
        assert not Estimate.objects.pending().exclude(report__status="pending").exists()

    @invariant()
    def who_has_answered_has_an_estimate(self):
        for request in EstimateRequest.objects.exclude(status="ceased"):
            standing = Estimate.objects.standing().filter(report=request.report_id, professional=request.professional)
            assert standing.exists() == (request.status == "answered")

    @invariant()
    def every_few_steps_all_views_are_compared(self):
        self.steps += 1
        if self.steps % 5 == 0:
            self.figures_are_those_of_the_rows()
            self.what_was_heard_adds_up_to_what_is()

    def figures_are_those_of_the_rows(self):
        shown = fresh(self.owner)[REPORT]
        for report in DamageReport.objects.all():
            asked, standing = report.requests.count(), report.estimates.exclude(status="withdrawn").count()
            figures = analytics.distribution(report.pk)
            assert (figures.professionalsNotified, figures.estimatesSubmitted) == (asked, standing)
            owners = shown[str(report.pk)]
            assert (owners["professionals_notified"], owners["estimates_submitted"]) == (asked, standing)

    def what_was_heard_adds_up_to_what_is(self):
        for user in (self.owner, *(professional.user for professional in self.people)):
            assert folded(user) == fresh(user)

    @invariant()
    def everybody_finds_in_her_inbox_what_she_is_to_know(self):
        listed = Notice.objects.listed().values_list("recipient", "subject_key", "title")
        expected = {(user, str(report), title): n for (user, report, title), n in self.inboxes.titles.items()}
        assert Counter(listed) == Counter(expected)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_the_laws_hold_in_any_life():
    live(Town, lives=tries(4), steps=30)
