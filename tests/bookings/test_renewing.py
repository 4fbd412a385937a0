"""From period to period: asked for once, paid once, and told ahead of time once."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings import reminders, renewing
from bookings.errors import NoCash, NothingToPay, SubscribedAlready, SubscriptionOver
from bookings.models import Invoice, ScheduledReminder, Subscription
from bookings.periods import end_of, start_of
from bookings.services import subscriptions
from payments.models import Payment, Refund
from tests.bookings import clerk
from tests.bookings.hearing import heard, told
from tests.factories.bookings import PlanFactory

pytestmark = pytest.mark.django_db

BEGUN = datetime(2031, 1, 31, 9, tzinfo=UTC)
FEBRUARY = datetime(2031, 2, 28, 9, tzinfo=UTC)
MARCH = datetime(2031, 3, 31, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SOON = "Subscription Renewal"
ENDS = "Subscription Expiring Soon"


@pytest.fixture
def plan(db):
    return PlanFactory()


def payment():
    return Payment.objects.order_by("created_at").last()


@pytest.fixture
def subscribed(gate, plan, customer):
    """Paid by a card that may be charged again."""

    def subscribed(plan=plan, at=BEGUN):
        subscription = subscriptions.subscribe(customer, plan, now=at)
        clerk.carry_out(at)
        gate.world.stripe.pay(payment().intent_id)
        clerk.hear(payment(), at)
        subscription.refresh_from_db()
        return subscription

    return subscribed


@pytest.fixture
def work(gate):
    def work(at, *, declined=False):
        for method in gate.world.stripe.methods():
            gate.world.stripe.spoil(method["id"], "insufficient_funds" if declined else "")
        renewing.go_on_everywhere(at)
        clerk.carry_out(at)

    return work


def state():
    subscription = Subscription.objects.get()
    return subscription.status, subscription.period, subscription.expires_at


def invoices():
    return list(Invoice.objects.order_by("period").values_list("period", "status", "failures"))


class TestPeriods:
    def subscription(self, anchor, zone="UTC", **terms):
        given = {"interval": "month", "interval_count": 1, **terms}
        return Subscription(anchor_at=datetime.fromisoformat(anchor), zone=zone, **given)

    def test_who_began_on_the_31st_is_renewed_on_the_last_day_of_a_short_month(self):
        subscription = self.subscription("2031-01-31T09:00+00:00")
        ends = [f"{end_of(subscription, n):%m-%d}" for n in range(4)]

        assert ends == ["02-28", "03-31", "04-30", "05-31"]

    def test_a_leap_day_comes_every_fourth_year(self):
        subscription = self.subscription("2028-02-29T09:00+00:00", interval="year")

        assert [f"{end_of(subscription, n):%Y-%m-%d}" for n in (0, 2, 3)] == ["2029-02-28", "2031-02-28", "2032-02-29"]

    def test_it_is_the_same_hour_by_the_clocks_of_the_place(self):
        subscription = self.subscription("2026-04-20T22:30+00:00", "Africa/Cairo", interval="day")

        hours = [f"{start_of(subscription, n).isoformat()[:16]}" for n in range(5)]
        assert hours == [
            "2026-04-20T22:30", "2026-04-21T22:30", "2026-04-22T22:30", "2026-04-23T22:00", "2026-04-24T21:30",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("interval", "count", "end"), [("week", 2, "02-14"), ("month", 12, "01-31"), ("day", 1, "02-01")]
    )
    def test_several_make_one_period(self, interval, count, end):
        subscription = self.subscription("2031-01-31T09:00+00:00", interval=interval, interval_count=count)

        assert f"{end_of(subscription, 0):%m-%d}" == end


class TestSubscribing:
    def test_it_is_active_once_it_is_paid_for(self, gate, plan, customer, subscribed):
        subscription = subscribed()

        assert (subscription.status, subscription.expires_at) == ("active", FEBRUARY)
        assert invoices() == [(0, "paid", 0)]
        assert heard(customer) == ["subscription_pending", "subscription_active"]

    def test_one_of_a_plan_at_a_time(self, plan, customer, subscribed):
        subscribed()
        with pytest.raises(SubscribedAlready):
            subscriptions.subscribe(customer, plan, now=BEGUN)

    def test_what_nobody_pays_for_is_over_a_day_later(self, gate, plan, customer, work):
        subscriptions.subscribe(customer, plan, now=BEGUN)
        work(BEGUN + DAY - HOUR)
        assert state()[0] == "pending"

        work(BEGUN + DAY)
        assert (state()[0], invoices()) == ("expired", [(0, "void", 0)])
        assert payment().status == "cancelled"

    def test_what_is_paid_for_after_that_goes_back(self, gate, plan, customer, work):
        subscriptions.subscribe(customer, plan, now=BEGUN)
        clerk.carry_out(BEGUN)
        gate.world.stripe.pay(payment().intent_id)
        work(BEGUN + DAY)

        assert (state()[0], payment().status) == ("expired", "refunded")
        assert Refund.objects.get().reason == "not renewed"
        assert "Payment Returned" in told(customer)

    def test_after_a_card_that_was_declined_another_may_follow(self, gate, plan, customer):
        subscription = subscriptions.subscribe(customer, plan, now=BEGUN)
        clerk.carry_out(BEGUN)
        gate.world.stripe.decline(payment().intent_id)
        clerk.hear(payment(), BEGUN)
        assert subscriptions.pay_subscription(subscription, now=BEGUN) == payment()

        gate.world.stripe.pay(payment().intent_id)
        clerk.hear(payment(), BEGUN)
        assert state()[0] == "active"

    def test_cash_and_what_costs_nothing_begin_at_once(self, customer, plan):
        with pytest.raises(NoCash):
            subscriptions.subscribe(customer, plan, by="cash", now=BEGUN)
        plan.provider.accepts_cash = True
        free = PlanFactory(provider=plan.provider, price=0)
        by_cash = subscriptions.subscribe(customer, plan, by="cash", now=BEGUN)
        for_nothing = subscriptions.subscribe(customer, free, now=BEGUN)

        assert [one.status for one in (by_cash, for_nothing)] == ["active", "active"]
        with pytest.raises(NothingToPay):
            subscriptions.pay_subscription(for_nothing, now=BEGUN)


class TestRenewing:
    def test_it_is_charged_when_a_period_is_over_and_not_before(self, subscribed, work, customer):
        subscribed()
        work(FEBRUARY - timedelta(seconds=1))
        assert invoices() == [(0, "paid", 0)]
        for _ in range(2):
            work(FEBRUARY)

        assert state() == ("active", 1, MARCH)
        assert invoices() == [(0, "paid", 0), (1, "paid", 0)]
        assert told(customer)[-1] == "Subscription Renewed"
        assert heard(customer)[-1] == "subscription_renewed"

    def test_a_plan_that_does_not_renew_ends(self, subscribed, work, plan):
        subscribed(PlanFactory(provider=plan.provider, renews=False))
        work(FEBRUARY)

        assert (state()[0], len(invoices())) == ("expired", 1)

    def test_what_is_declined_is_tried_after_one_three_and_five_days_and_no_more(self, subscribed, work):
        subscribed()
        tried = []
        for hours in range(0, 24 * 8, 12):
            before = Payment.objects.count()
            work(FEBRUARY + hours * HOUR, declined=True)
            tried += [hours / 24] * (Payment.objects.count() - before)

        assert tried == [0, 1, 3, 5]
        assert (state()[0], invoices()[1]) == ("expired", (1, "void", 4))

    def test_until_then_it_may_be_paid_and_all_is_well(self, subscribed, work):
        subscribed()
        work(FEBRUARY, declined=True)
        assert (state()[0], invoices()[1]) == ("payment_failed", (1, "open", 1))

        work(FEBRUARY + DAY)
        assert (state(), invoices()[1]) == (("active", 1, MARCH), (1, "paid", 1))

    def test_by_her_own_hand_too(self, gate, subscribed, work):
        subscription = subscribed()
        work(FEBRUARY, declined=True)
        subscriptions.pay_subscription(subscription, now=FEBRUARY + HOUR)
        clerk.carry_out(FEBRUARY + HOUR)
        gate.world.stripe.pay(payment().intent_id)
        clerk.hear(payment(), FEBRUARY + HOUR)
        work(FEBRUARY + 2 * DAY)

        assert (state(), Payment.objects.filter(status="succeeded").count()) == (("active", 1, MARCH), 2)

    def test_who_saved_nothing_is_waited_for(self, gate, subscribed, work, customer):
        subscribed()
        customer.saved_methods.all().delete()
        work(FEBRUARY)

        assert (state()[0], invoices()[1]) == ("payment_failed", (1, "open", 1))

    def test_at_the_desk_it_goes_on(self, customer, plan, work):
        plan.provider.accepts_cash = True
        subscriptions.subscribe(customer, plan, by="cash", now=BEGUN)
        work(FEBRUARY)

        assert state() == ("active", 1, MARCH)

    def test_after_a_long_outage_it_is_charged_once_and_for_now(self, subscribed, work, customer):
        subscribed()
        for _ in range(3):
            work(datetime(2031, 5, 10, tzinfo=UTC))

        assert invoices() == [(0, "paid", 0), (3, "paid", 0)]
        assert state() == ("active", 3, datetime(2031, 5, 31, 9, tzinfo=UTC))
        assert told(customer).count("Subscription Renewed") == 1

    def test_while_a_period_is_being_paid_for_no_other_is_asked_for(self, gate, subscribed, plan):
        subscribed(PlanFactory(provider=plan.provider, interval="day"))
        for days in range(1, 5):
            renewing.go_on_everywhere(BEGUN + days * DAY)  # and the gateway is away
        assert invoices() == [(0, "paid", 0), (1, "open", 0)]

        clerk.carry_out(BEGUN + 4 * DAY)
        assert (state()[1], invoices()[1]) == (1, (1, "paid", 0))

    def test_cancelled_while_it_is_charged_it_goes_back(self, subscribed):
        subscription = subscribed()
        renewing.go_on_everywhere(FEBRUARY)
        [command] = payment().commands.all()
        clerk.commanding._claim(command.pk, FEBRUARY)  # it is on its way
        subscriptions.cancel_subscription(subscription, now=FEBRUARY)
        seen = clerk.commanding._ask(command)
        clerk.commanding._done(command, seen)
        clerk.carry_out(FEBRUARY)

        assert (state()[0], payment().status, invoices()[1]) == ("cancelled", "refunded", (1, "void", 0))


class TestCancelling:
    def test_what_was_paid_for_stays_and_nothing_more_is_asked_for(self, subscribed, work, customer):
        subscription = subscribed()
        cancelled = subscriptions.cancel_subscription(subscription, now=BEGUN + DAY)
        assert (cancelled.cancelled_by, cancelled.cancelled_because) == ("user", "Cancelled by user")
        work(FEBRUARY)

        assert (state(), invoices()) == (("cancelled", 0, FEBRUARY), [(0, "paid", 0)])
        assert Refund.objects.count() == 0

    def test_what_was_never_paid_for_gives_nothing(self, gate, plan, customer):
        subscription = subscriptions.subscribe(customer, plan, now=BEGUN)
        cancelled = subscriptions.cancel_subscription(subscription, now=BEGUN + HOUR)

        assert cancelled.expires_at == BEGUN

    def test_what_is_over_is_not_cancelled(self, gate, plan, customer, work):
        subscription = subscriptions.subscribe(customer, plan, now=BEGUN)
        work(BEGUN + DAY)
        with pytest.raises(SubscriptionOver):
            subscriptions.cancel_subscription(subscription, now=BEGUN + 2 * DAY)


class TestReminding:
    def due(self):
        return list(ScheduledReminder.objects.order_by("scheduled_for").values_list("days_before", "state"))

    def test_a_week_and_a_day_ahead_and_each_once(self, subscribed, customer):
        subscribed()
        assert self.due() == [(7, "waiting"), (1, "waiting")]
        for days in (8, 7, 7, 1, 1):
            reminders.remind_everywhere(FEBRUARY - days * DAY)

        assert (told(customer).count(SOON), self.due()) == (2, [(7, "sent"), (1, "sent")])

    def test_where_it_does_not_renew_it_says_so(self, subscribed, customer, plan):
        subscribed(PlanFactory(provider=plan.provider, renews=False))
        reminders.remind_everywhere(FEBRUARY - 7 * DAY)

        assert told(customer)[-1] == ENDS

    @pytest.mark.parametrize(("interval", "days"), [("week", [1]), ("day", [])])
    def test_a_period_is_longer_than_the_time_ahead(self, subscribed, plan, interval, days):
        subscribed(PlanFactory(provider=plan.provider, interval=interval))

        assert [before for before, _ in self.due()] == days

    def test_what_began_within_that_time_is_not_told_late(self, subscribed, work):
        """A renewal that was late by weeks."""
        subscribed()
        work(MARCH - 3 * DAY)

        latest = ScheduledReminder.objects.filter(period=1)
        assert list(latest.values_list("days_before", flat=True)) == [1]

    def test_not_after_a_cancellation(self, subscribed, customer):
        subscriptions.cancel_subscription(subscribed(), now=FEBRUARY - 8 * DAY)
        reminders.remind_everywhere(FEBRUARY - 7 * DAY)

        assert (told(customer).count(SOON), self.due()) == (0, [(7, "dropped"), (1, "dropped")])

    def test_not_of_a_period_that_is_over(self, subscribed, work, customer):
        """Nobody was at work for a month."""
        subscribed()
        work(FEBRUARY)
        reminders.remind_everywhere(FEBRUARY + HOUR)

        assert told(customer).count(SOON) == 0
        assert list(ScheduledReminder.objects.filter(period=0).values_list("state", flat=True)) == ["dropped"] * 2
