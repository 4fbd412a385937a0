"""Any life of some subscriptions, with its laws checked after every step. At the gateway, too."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bookings import auditing, reminders, renewing
from bookings.models import Invoice, ScheduledReminder, Subscription
from bookings.periods import end_of
from bookings.services import subscriptions
from core.errors import DomainError
from notifications.models import Notice
from payments.models import Payment
from payments.selectors import refundable
from tests.bookings import clerk
from tests.bookings.hearing import folded, fresh
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ProviderFactory
from tests.properties import live

BEGINNING = datetime(2031, 1, 31, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CUSTOMERS = 2
PLANS = [
    {"price": 299_99},
    {"price": 50_00, "interval": "week"},
    {"price": 99_00, "renews": False},
    {"price": 5_00, "interval": "day"},
    {"price": 0},
]

one_of_them = st.integers(0, CUSTOMERS - 1)
one_plan = st.integers(0, len(PLANS) - 1)
any_one = st.integers(0, 3)


class Club(RuleBasedStateMachine):
    stripe = None  # the desk of the look-alike

    @initialize()
    def begin(self):
        self.savepoint = transaction.savepoint()
        self.now, self.steps = BEGINNING, 0
        self.provider = ProviderFactory(accepts_cash=True)
        self.plans = [PlanFactory(provider=self.provider, **terms) for terms in PLANS]
        self.customers = [UserFactory() for _ in range(CUSTOMERS)]
        for plan in range(3):
            self.subscribe(plan % 2, plan, "stripe", pays=plan < 2)
        self.subscribe(1, 3, "cash", pays=False)

    def teardown(self):
        if not hasattr(self, "savepoint"):
            return
        try:
            for _ in range(3):
                self.work()
                self.now += HOUR
            for payment in Payment.objects.filter(gateway="stripe", intent_id__isnull=False):
                assert clerk.books(payment) == sum(payment.ledger.values_list("amount", flat=True))
            self.what_was_heard_adds_up_to_what_is()
        finally:
            transaction.savepoint_rollback(self.savepoint)

    def attempt(self, verb, *things, **more):
        self.now += timedelta(microseconds=1)
        with suppress(DomainError):
            verb(*things, **more, now=self.now)

    def subscription(self, n):
        found = list(Subscription.objects.order_by("-created_at", "pk"))
        return found[n % len(found)] if found else None

    @rule(customer=one_of_them, plan=one_plan, by=st.sampled_from(["stripe", "stripe", "cash"]), pays=st.booleans())
    def subscribe(self, customer, plan, by, pays):
        self.attempt(subscriptions.subscribe, self.customers[customer], self.plans[plan], by=by)
        if pays:
            self.act(0, "pay")
            self.work()

    @rule(n=any_one, act=st.sampled_from(["pay", "pay", "decline", "process"]))
    def act(self, n, act):
        """Her own hand: of what is open, which she may have to begin anew."""
        if subscription := self.subscription(n):
            self.attempt(subscriptions.pay_subscription, subscription)
            clerk.carry_out(self.now)
            open_ones = Payment.objects.filter(gateway="stripe", subject_key__in=self.invoices(subscription))
            if payment := open_ones.exclude(intent_id=None).order_by("created_at").last():
                with suppress(ValueError):  # Stripe would not have it
                    getattr(self.stripe, act)(payment.intent_id)

    def invoices(self, subscription):
        return [str(pk) for pk in subscription.invoices.values_list("pk", flat=True)]

    @rule(why=st.sampled_from(["insufficient_funds", "expired_card", "", ""]))
    def change_all_cards(self, why):
        for method in self.stripe.methods():
            self.stripe.spoil(method["id"], why)

    @rule(n=any_one, by=st.sampled_from(["user", "user", "provider"]))
    def cancel(self, n, by):
        if subscription := self.subscription(n):
            self.attempt(subscriptions.cancel_subscription, subscription, by=by)

    @rule(hours=st.sampled_from([1, 12, 24, 24, 48, 24 * 7, 24 * 31]))
    def let_time_pass(self, hours):
        """Perhaps with nobody at work: the servers were down."""
        self.now += hours * HOUR

    @rule()
    def days_go_by(self):
        for _ in range(4):
            self.now += 9 * HOUR
            self.work()

    @rule()
    def work(self):
        asked = Invoice.objects.count()
        subscribed = Subscription.objects.live().count()
        renewing.go_on_everywhere(self.now)
        assert Invoice.objects.count() - asked <= subscribed
        clerk.carry_out(self.now)
        clerk.hear_all(self.now)
        reminders.remind_everywhere(self.now)
        clerk.carry_out(self.now)

    @invariant()
    def a_period_is_asked_for_once_and_one_at_a_time(self):
        open_ones = Invoice.objects.filter(status="open").values("subscription").annotate(count=Count("pk"))
        assert [one["count"] for one in open_ones if one["count"] > 1] == []

    @invariant()
    def nobody_is_charged_twice_or_for_what_she_does_not_get(self):
        for invoice in Invoice.objects.all():
            kept = sum(refundable(one) for one in Payment.objects.filter(subject_key=invoice.pk, captured__gt=0))
            by_cash = Payment.objects.filter(subject_key=invoice.pk, gateway="cash").exists()
            assert kept == (invoice.amount if invoice.status == "paid" and not by_cash else 0)

    @invariant()
    def access_is_what_was_paid_for(self):
        for subscription in Subscription.objects.filter(status="active"):
            assert subscription.expires_at == end_of(subscription, subscription.period)
            paid = subscription.invoices.filter(period=subscription.period, status="paid")
            assert paid.exists() or not subscription.price

    @invariant()
    def who_never_paid_has_nothing(self):
        for subscription in Subscription.objects.filter(status="cancelled", price__gt=0):
            has_paid = subscription.invoices.filter(status="paid").exists()
            assert has_paid or subscription.expires_at <= subscription.cancelled_at

    @invariant()
    def what_is_over_asks_for_nothing(self):
        assert not Invoice.objects.filter(status="open").exclude(subscription__status__in=Subscription.LIVE).exists()
        waiting = ScheduledReminder.objects.filter(state="waiting")
        assert not waiting.exclude(subscription__status__in=Subscription.LIVE).exists()

    @invariant()
    def who_is_reminded_is_reminded_once(self):
        sent = ScheduledReminder.objects.filter(state="sent").count()
        assert Notice.objects.filter(kind="reminders").count() == sent

    @invariant()
    def counters_are_those_of_the_rows(self):
        assert auditing.drifts(self.provider) == []

    @invariant()
    def every_few_steps_all_views_are_compared(self):
        self.steps += 1
        if self.steps % 5 == 0:
            self.what_was_heard_adds_up_to_what_is()

    def what_was_heard_adds_up_to_what_is(self):
        for user in (self.provider.owner, *self.customers):
            assert folded(user) == fresh(user)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_the_laws_hold_in_any_life(gate):
    live(type("GivenClub", (Club,), {"stripe": gate.world.stripe}), lives=3, steps=14)
