"""What a gateway is to do is done once, whoever dies and whatever answer is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments import commanding, inbox, reconciling, services
from payments.errors import GatewayAway, GatewayRefused, NotRefundable, PaymentOver, PaymentPending
from payments.gateways.registry import gateway
from payments.models import GatewayCommand, LedgerEntry, Payment, Refund
from tests.payments.calls import ledger, state

pytestmark = pytest.mark.django_db

State = GatewayCommand.State
HOUR = timedelta(hours=1)


def at_once(now):
    """All that is due, whatever was put off."""
    return commanding.carry_out_due(now + 24 * HOUR)


def commands():
    return list(GatewayCommand.objects.order_by("pk").values_list("kind", "state", "attempts"))


# To be paid


def test_an_intent_is_made_once_however_often_it_is_asked_for(gate, begin, now):
    payment = begin()

    seen = [services.intent_of(payment, now=now) for _ in range(3)]

    assert len({(one.intent_id, one.client_secret) for one in seen}) == 1
    assert seen[0].client_secret.startswith(seen[0].intent_id)
    [intent] = gate.world.stripe.intents()
    assert (intent["amount"], intent["currency"], intent["metadata"]) == (1250, "eur", {"payment_id": str(payment.pk)})
    assert gate.asked("payment_intents.create") == 1


def test_one_thing_is_paid_by_one_payment_at_a_time(gate, begin, now):
    payment = begin()

    with pytest.raises(PaymentPending):
        services.begin_payment(payment.subject, payer=payment.payer, payee="", amount=1, currency="EUR", now=now)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("script", ["lost:1", "slow:2500:"])
def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key(gate, begin, now, script):
    gate.world.control("stripe", script={"payment_intents.create": script})
    payment = begin()

    with pytest.raises(GatewayAway):
        services.intent_of(payment, now=now)
    gate.world.control("stripe", script={"payment_intents.create": ""})
    again = services.intent_of(payment, now=now + HOUR)

    assert [intent["id"] for intent in gate.world.stripe.intents()] == [again.intent_id]
    assert commands() == [("create", State.DONE, 2)]


def test_a_payer_need_not_wait_longer_than_a_minute_for_the_next_try(gate, begin, now):
    gate.world.control("stripe", outage="unavailable")
    payment = begin()
    for tries in range(10):
        with pytest.raises(GatewayAway):
            services.intent_of(payment, now=now + tries * timedelta(minutes=1))

    gate.world.control("stripe", outage="none")
    assert services.intent_of(payment, now=now + timedelta(minutes=10)).intent_id


def test_a_failure_that_stripe_keeps_repeating_is_got_over_by_a_new_key(gate, begin, now):
    """A 500 is kept for its key for a day, as any answer is."""
    gate.world.control("stripe", script={"payment_intents.create": "internal"})
    payment = begin()
    assert commanding.carry_out_due(now) == 0
    gate.world.control("stripe", script={"payment_intents.create": ""})

    assert at_once(now) == 0
    assert at_once(now + 24 * HOUR) == 1
    payment.refresh_from_db()
    assert [intent["id"] for intent in gate.world.stripe.intents()] == [payment.intent_id]
    assert GatewayCommand.objects.get().version == 2


def test_who_made_the_intent_and_died_is_followed_by_another(gate, begin, now):
    payment = begin()
    command = commanding._claim(payment.commands.get().pk, now)
    made = gateway("stripe").create(payment, command.idempotency_key)

    assert commanding.carry_out_due(now + timedelta(seconds=59)) == 0
    assert commanding.carry_out_due(now + timedelta(seconds=60)) == 1
    payment.refresh_from_db()
    assert (payment.intent_id, len(gate.world.stripe.intents())) == (made.intent_id, 1)


def test_who_made_the_intent_and_died_is_made_good_by_a_call(gate, begin, now):
    """Stripe's call names our payment, so it is known before the command is repeated."""
    payment = begin()
    command = commanding._claim(payment.commands.get().pk, now)
    made = gateway("stripe").create(payment, command.idempotency_key)

    gate.tell_all()
    payment.refresh_from_db()
    assert payment.intent_id == made.intent_id
    assert at_once(now) == 1
    assert gate.asked("payment_intents.create") == 1


def test_what_stripe_refuses_to_make_is_over(gate, begin, now):
    payment = begin(amount=1)  # below the least that a card is charged with

    with pytest.raises(GatewayRefused) as refusal:
        services.intent_of(payment, now=now)

    assert refusal.value.details == {"reason": "amount_too_small"}
    assert (state(payment)["payment"][0], state(payment)["ticket"]) == ("cancelled", (0, 1, 0))
    with pytest.raises(PaymentOver):
        services.intent_of(payment, now=now)


def test_a_key_of_ours_that_stripe_does_not_know_loses_nothing(gate, begin, now, settings):
    settings.STRIPE_API_KEY = "sk_test_of_yesterday"
    payment = begin()
    assert commanding.carry_out_due(now) == 0

    settings.STRIPE_API_KEY = gate.world.env["STRIPE_API_KEY"]
    assert at_once(now) == 1
    payment.refresh_from_db()
    assert (payment.status, bool(payment.intent_id)) == ("created", True)


def test_while_stripe_is_away_one_command_is_tried_and_the_others_wait(gate, begin, now):
    for _ in range(5):
        begin()
    gate.world.control("stripe", outage="unavailable")

    assert commanding.carry_out_due(now) == 0
    assert gate.asked("payment_intents.create") == 1


def test_a_command_that_breaks_holds_up_no_other(gate, begin, now, caplog):
    broken, other = begin(), begin()
    Payment.objects.filter(pk=broken.pk).update(subject_kind="nobody.sells")

    assert commanding.carry_out_due(now) == 2
    assert set(commands()) == {("create", State.WAITING, 1), ("create", State.DONE, 1)}
    assert Payment.objects.get(pk=other.pk).intent_id
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["sweep_failed"]


# Not to be paid any more


def test_what_was_never_asked_for_is_cancelled_here(gate, begin, now):
    payment = begin()
    services.cancel_payment(payment, now=now)
    at_once(now)

    assert (state(payment)["payment"][0], state(payment)["ticket"]) == ("cancelled", (0, 1, 0))
    assert gate.world.stripe.intents() == []


def test_a_cancelled_intent_cannot_be_paid(gate, open_payment, now):
    services.cancel_payment(open_payment, now=now)
    services.cancel_payment(open_payment, now=now)
    at_once(now)

    assert (state(open_payment)["payment"][0], state(open_payment)["ticket"]) == ("cancelled", (0, 1, 0))
    with pytest.raises(ValueError, match="canceled"):
        gate.world.stripe.pay(open_payment.intent_id)


def test_who_has_just_paid_has_paid(gate, open_payment, now):
    services.cancel_payment(open_payment, now=now)
    gate.world.stripe.pay(open_payment.intent_id)
    at_once(now)

    assert commands()[-1] == ("cancel", State.DONE, 1)
    assert (state(open_payment)["payment"][0], state(open_payment)["ticket"]) == ("succeeded", (1, 0, 0))
    gate.tell_all()
    assert (ledger(open_payment), state(open_payment)["ticket"]) == ([("charge", 1250)], (1, 0, 0))


def test_what_was_cancelled_while_it_was_being_made_is_cancelled_once_it_is(gate, begin, now):
    gate.world.control("stripe", script={"payment_intents.create": "lost:1"})
    payment = begin()
    commanding.carry_out_due(now)
    services.cancel_payment(payment, now=now)
    for hours in range(3):
        commanding.carry_out_due(now + hours * HOUR)

    assert state(payment)["payment"][0] == "cancelled"
    assert [intent["status"] for intent in gate.world.stripe.intents()] == ["canceled"]


def test_what_was_refused_needs_no_cancelling(gate, begin, now):
    gate.world.control("stripe", outage="unavailable")
    payment = begin(amount=1)
    commanding.carry_out_due(now)
    services.cancel_payment(payment, now=now)
    gate.world.control("stripe", outage="none")
    for hours in range(1, 4):
        commanding.carry_out_due(now + hours * HOUR)

    assert [command[:2] for command in commands()] == [("create", State.FAILED), ("cancel", State.FAILED)]
    assert (state(payment)["payment"][0], state(payment)["ticket"]) == ("cancelled", (0, 1, 0))


# To be given back


def refunds():
    return list(Refund.objects.order_by("pk").values_list("amount", "status"))


def test_all_that_is_left_goes_back_and_no_more(gate, paid_payment, now):
    services.refund_payment(paid_payment, amount=450, reason="late", now=now)
    services.refund_payment(paid_payment, reason="later", now=now)
    for amount in (None, 1):
        with pytest.raises(NotRefundable) as refusal:
            services.refund_payment(paid_payment, amount=amount, reason="more", now=now)
        assert refusal.value.details == {"refundable": 0}
    at_once(now)

    assert refunds() == [(450, "succeeded"), (800, "succeeded")]
    assert (state(paid_payment)["payment"][0], paid_payment.refunded) == ("refunded", 1250)
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 0
    [intent] = gate.world.stripe.intents()
    assert intent["latest_charge"]["amount_refunded"] == 1250


@pytest.mark.parametrize("amount", [0, -1, 1251])
def test_more_than_was_paid_or_nothing_is_refused(paid_payment, now, amount):
    with pytest.raises(NotRefundable):
        services.refund_payment(paid_payment, amount=amount, reason="", now=now)
    assert refunds() == []


def test_what_was_not_paid_cannot_go_back(open_payment, now):
    with pytest.raises(NotRefundable):
        services.refund_payment(open_payment, reason="", now=now)


def test_a_call_about_our_own_refund_makes_no_second(gate, paid_payment, now):
    """It may come before the answer: here the answer is lost, and the call is read first."""
    gate.world.control("stripe", script={"refunds.create": "lost:1"})
    services.refund_payment(paid_payment, amount=450, reason="late", now=now)
    commanding.carry_out_due(now)
    gate.tell_all()
    at_once(now)

    assert refunds() == [(450, "succeeded")]
    assert commands()[-1] == ("refund", State.DONE, 2)
    assert gate.asked("refunds.create") == 1
    assert ledger(paid_payment) == [("charge", 1250), ("refund", -450)]


def test_a_lost_answer_is_looked_for_even_when_stripe_has_forgotten_the_key(gate, paid_payment, now):
    gate.world.control("stripe", script={"refunds.create": "lost:1"})
    services.refund_payment(paid_payment, amount=450, reason="late", now=now)
    commanding.carry_out_due(now)
    gate.world.control("stripe", advance=25 * 3600)
    at_once(now)

    assert refunds() == [(450, "succeeded")]
    [intent] = gate.world.stripe.intents()
    assert intent["latest_charge"]["amount_refunded"] == 450


def test_a_refund_is_found_among_many(gate, paid_payment, now):
    """Stripe shows the newest ten with a charge."""
    gate.world.control("stripe", script={"refunds.create": "lost:1"})
    services.refund_payment(paid_payment, amount=450, reason="late", now=now)
    commanding.carry_out_due(now)
    for _ in range(12):
        gate.world.stripe.refund(paid_payment.intent_id, 10)
    at_once(now)

    assert sorted(refunds()) == [(10, "succeeded")] * 12 + [(450, "succeeded")]
    assert paid_payment.refunds.get(amount=450).is_external is False


def test_a_refund_that_stripe_refuses_leaves_the_money_where_it_is(gate, paid_payment, now):
    gate.world.stripe.refund(paid_payment.intent_id)  # at the desk, and nobody called
    services.refund_payment(paid_payment, reason="late", now=now)
    at_once(now)

    assert commands()[-1] == ("refund", State.FAILED, 1)
    assert refunds() == [(1250, "failed")]
    gate.tell_all()
    assert sorted(refunds()) == [(1250, "failed"), (1250, "succeeded")]
    assert ledger(paid_payment) == [("charge", 1250), ("refund", -1250)]


def test_a_refund_that_takes_days_and_fails_frees_its_amount(gate, paid_payment, now):
    gate.world.control("stripe", refund_status="pending")
    refund = services.refund_payment(paid_payment, reason="late", now=now)
    at_once(now)
    assert (refunds(), state(paid_payment)["payment"][0]) == ([(1250, "pending")], "succeeded")

    refund.refresh_from_db()
    gate.world.stripe.fail_refund(refund.gateway_id)
    gate.tell_all()

    assert refunds() == [(1250, "failed")]
    assert services.refund_payment(paid_payment, reason="again", now=now).amount == 1250


# Nobody called


def later(minutes=3):
    return timezone.now() + timedelta(minutes=minutes)


def test_the_reconciler_finds_what_nobody_called_about(gate, open_payment):
    gate.world.stripe.pay(open_payment.intent_id)
    assert reconciling.reconcile(timezone.now()) == 0  # perhaps somebody still calls
    assert reconciling.reconcile(later()) == 1

    assert (state(open_payment)["payment"][0], ledger(open_payment)) == ("succeeded", [("charge", 1250)])
    assert reconciling.reconcile(later(30)) == 0


def test_the_reconciler_follows_refunds_to_their_end(gate, paid_payment, now):
    gate.world.control("stripe", refund_status="pending")
    refund = services.refund_payment(paid_payment, reason="late", now=now)
    at_once(now)
    refund.refresh_from_db()
    gate.world.stripe.settle_refund(refund.gateway_id)

    assert reconciling.reconcile(later()) == 1
    assert (refunds(), state(paid_payment)["payment"][0]) == ([(1250, "succeeded")], "refunded")


def test_the_reconciler_asks_for_each_every_five_minutes_and_gives_up_after_a_month(gate, open_payment):
    looks = [minute for minute in range(3, 16) if reconciling.reconcile(later(minute))]

    assert looks == [3, 8, 13]
    assert reconciling.reconcile(later(30 * 24 * 60 + 5)) == 0


def test_the_reconciler_goes_on_after_one_that_does_not_agree(gate, open_payment, begin, now):
    other = begin()
    services.intent_of(other, now=now)
    Payment.objects.filter(pk=open_payment.pk).update(amount=1)
    for intent in gate.world.stripe.intents():
        gate.world.stripe.pay(intent["id"])

    assert reconciling.reconcile(later()) == 2
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["created", "succeeded"]


def test_the_reconciler_does_not_wait_for_stripe_again_and_again(gate, open_payment, begin, now):
    services.intent_of(begin(), now=now)
    gate.world.control("stripe", outage="unavailable")

    reconciling.reconcile(later())
    assert gate.asked("payment_intents.retrieve") == 1


def test_a_call_and_the_reconciler_together_have_one_effect(gate, open_payment):
    gate.world.stripe.pay(open_payment.intent_id)
    gate.call(gate.bodies()[-1])
    reconciling.reconcile(later())
    inbox.read_due(later())
    reconciling.look(open_payment, later())

    assert (state(open_payment)["ticket"], ledger(open_payment)) == ((1, 0, 0), [("charge", 1250)])
