"""Any life of some shifts and some nurses, with its laws checked after every step."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.clocks import INSTANT
from core.errors import DomainError
from notifications.models import Notice
from shifts import eligibility, expiry, messages, offering, overlaps, selectors, services
from shifts.models import Employee, Shift, ShiftOffer
from tests.factories.shifts import AvailabilityFactory, EmployeeFactory, ShiftFactory
from tests.properties import live, tries
from tests.shifts.hearing import folded, fresh

BEGINNING = datetime(2031, 1, 6, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
NURSES = 3
STARTS = [60, 64, 80, 20]  # two at the same time, one a day later, and one that is near

nurses = st.integers(0, NURSES - 1)
shifts = st.integers(0, len(STARTS) - 1)


def misleading(shift: Shift) -> list[str]:
    """Notices of what became of a shift that do not fit with what it is."""
    fitting = {
        "Shift assigned to you": lambda reader: shift.assignee and shift.assignee.user_id == reader,
        "Shift already taken": lambda reader: shift.assignee and shift.assignee.user_id != reader,
        "Your shift was cancelled": lambda reader: shift.status == "cancelled",
    }
    about = Notice.objects.filter(kind=messages.UPDATES, subject_key=str(shift.pk), withdrawn_at=None)
    return [f"{notice.title} {shift.pk}" for notice in about if not fitting[notice.title](notice.recipient_id)]


class Ward(RuleBasedStateMachine):
    @initialize(modes=st.lists(st.sampled_from(Shift.Mode.values), min_size=len(STARTS), max_size=len(STARTS)))
    def open(self, modes):
        self.savepoint = transaction.savepoint()
        self.now = BEGINNING
        self.nurses = [EmployeeFactory(availability=None, seniority=seniority) for seniority in range(NURSES)]
        for nurse in self.nurses:
            AvailabilityFactory(employee=nurse, start_at=BEGINNING, end_at=BEGINNING + 400 * HOUR)
        self.shifts = [
            ShiftFactory(start_at=BEGINNING + hours * HOUR, mode=mode, window_minutes=12 * 60)
            for hours, mode in zip(STARTS, modes, strict=True)
        ]
        for shift in self.shifts[1:]:
            services.offer_shift(shift, now=self.now)

    def teardown(self):
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def attempt(self, verb, *things, **more):
        self.now += INSTANT
        try:
            verb(*things, **more)
        except DomainError:
            return False
        return True

    def offer_of(self, nurse, shift):
        return ShiftOffer.objects.filter(shift=self.shifts[shift], employee=self.nurses[nurse]).first()

    @rule(shift=shifts)
    def offer(self, shift):
        self.attempt(services.offer_shift, self.shifts[shift], now=self.now)

    @rule(shift=shifts, nurse=nurses)
    def offer_to(self, shift, nurse):
        self.attempt(services.offer_shift_to, self.shifts[shift], [self.nurses[nurse]], now=self.now)

    @rule(shift=shifts, nurse=nurses)
    def accept(self, shift, nurse):
        offer = self.offer_of(nurse, shift)
        if offer is None:
            return
        is_mine = self.attempt(services.accept_offer, offer, now=self.now)
        services.tell_loser(offer, now=self.now)
        assert is_mine == (Shift.objects.get(pk=offer.shift_id).assignee_id == offer.employee_id)

    @rule(nurse=nurses)
    def ask_for_everything(self, nurse):
        for shift in range(len(STARTS)):
            self.offer_to(shift, nurse)
        for shift in range(len(STARTS)):
            self.accept(shift, nurse)

    @rule(shift=shifts, nurse=nurses)
    def reject(self, shift, nurse):
        if offer := self.offer_of(nurse, shift):
            self.attempt(services.reject_offer, offer, now=self.now)

    @rule(shift=shifts, nurse=nurses)
    def drop(self, shift, nurse):
        if offer := self.offer_of(nurse, shift):
            self.attempt(services.drop_shift, offer, now=self.now)

    @rule(shift=shifts, nurse=nurses, force=st.booleans())
    def assign(self, shift, nurse, force):
        self.attempt(services.assign_shift, self.shifts[shift], self.nurses[nurse], force=force, now=self.now)

    @rule(shift=shifts)
    def withdraw(self, shift):
        self.attempt(services.withdraw_offers, self.shifts[shift])

    @rule(shift=shifts, is_needed=st.sampled_from([True, True, False]))
    def cancel(self, shift, is_needed):
        if not is_needed:  # seldom, since it is the end of the story
            self.attempt(services.cancel_shift, self.shifts[shift], now=self.now)

    @rule(hours=st.sampled_from([1, 3, 8, 30]))
    def wait(self, hours):
        self.now += hours * HOUR

    @rule()
    def sweep(self):
        expiry.tidy(self.now)
        offering.go_on_everywhere(self.now)
        overlaps.withdraw_overlapping()
        for shift in Shift.objects.open():
            assert shift.start_at > self.now
        assert not ShiftOffer.objects.pending().filter(expires_at__lte=self.now).exists()
        assert not selectors.overlapping_offers().exists()

    @invariant()
    def a_shift_has_one_winner_who_is_its_assignee(self):
        for shift in Shift.objects.all():
            winners = list(shift.offers.filter(status="accepted").values_list("employee", flat=True))
            assert winners == ([shift.assignee_id] if shift.assignee_id else [])
            assert bool(shift.assignee_id) == (shift.status in {"assigned", "completed"})

    @invariant()
    def nobody_is_in_two_places(self):
        for nurse in Employee.objects.all():
            worked = list(Shift.objects.worked().filter(assignee=nurse).order_by("start_at"))
            for earlier, later in itertools.pairwise(worked):
                assert earlier.end_at <= later.start_at

    @invariant()
    def only_an_open_shift_waits_for_answers(self):
        assert not ShiftOffer.objects.pending().exclude(shift__status="open").exists()
        assert not Shift.objects.filter(is_asking=True).exclude(status="open").exists()

    @invariant()
    def who_may_answer_has_been_told_once_and_nobody_else(self):
        told = Notice.objects.filter(kind=messages.OFFERS, withdrawn_at=None).values_list("subject_key", "recipient")
        waiting = ShiftOffer.objects.pending().values_list("shift", "employee__user")
        assert sorted(told) == sorted((str(shift), user) for shift, user in waiting)

    @invariant()
    def nobody_is_told_what_is_no_longer_so(self):
        assert [wrong for shift in Shift.objects.all() for wrong in misleading(shift)] == []

    @invariant()
    def what_was_heard_adds_up_to_what_is(self):
        for nurse in Employee.objects.select_related("user"):
            assert folded(nurse.user) == fresh(nurse.user)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_the_laws_hold_in_any_life():
    live(Ward, lives=tries(5), steps=30)


@pytest.mark.django_db
def test_rules_that_were_kept_when_she_accepted_are_kept_by_what_she_works(nurse, offered, offer_to, now):
    """Accepting shift after shift, she ends with those that leave her rest, and no other."""
    starts = [now.replace(minute=0, second=0, microsecond=0) + hours * HOUR for hours in (48, 60, 64, 72, 88)]
    taken = []
    for start in starts:
        shift = offered(start_at=start)
        offer = ShiftOffer.objects.filter(shift=shift, employee=nurse).first()
        if offer is None:
            continue
        services.accept_offer(offer, now=now)
        taken.append(shift)

    for shift in taken:
        assert eligibility.reasons_to_refuse(Shift.objects.get(pk=shift.pk), nurse) == []
    gaps = [later.start_at - earlier.end_at for earlier, later in itertools.pairwise(taken)]
    assert min(gaps) >= timedelta(hours=nurse.min_rest_hours)
