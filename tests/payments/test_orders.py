"""Stripe's calls come in any order, some of them twice, through the endpoint: the end is the same."""

from itertools import permutations

import pytest
from django.utils import timezone

from payments import commanding, inbox, reconciling, services
from payments.models import LedgerEntry, Payment, Refund, WebhookEvent
from tests.payments.calls import state
from tests.sample.models import Ticket

pytestmark = pytest.mark.django_db

TYPES = [
    "payment_intent.created", "payment_intent.processing", "payment_intent.succeeded", "charge.succeeded",
    "charge.refunded",
]  # fmt: skip


def read():
    inbox.read_due(timezone.now())


def start_over():
    """As it was before anybody called."""
    for model in (WebhookEvent, LedgerEntry, Refund):
        model.objects.all().delete()
    Payment.objects.update(status="created", captured=0, captured_at=None, refunded=0, seen_at=None, intent_id=None)
    Ticket.objects.update(paid=0, lapsed=0, refunded=0, takings=0)


@pytest.mark.parametrize("reads", ["each at once", "all at the end"])
def test_all_orders_with_repeats_end_in_the_same_state(gate, open_payment, reads):
    stripe, intent = gate.world.stripe, open_payment.intent_id
    stripe.process(intent)
    stripe.pay(intent)
    stripe.refund(intent, 250)
    bodies = {type: gate.bodies(type) for type in TYPES}
    assert [len(found) for found in bodies.values()] == [1] * 5

    ends = []
    for number, order in enumerate(permutations(TYPES)):
        start_over()
        for type in (*order, order[number % 5], order[number % 3]):
            gate.call(*bodies[type])
            if reads == "each at once":
                read()
        read()
        ends.append(state(open_payment))
        assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"done"}

    assert len(ends) == 120
    assert ends == [ends[0]] * 120
    assert ends[0]["payment"][0] == "partially_refunded"
    assert (ends[0]["ledger"], ends[0]["takings"]) == ([("charge", 1250), ("refund", -250)], 1000)
    assert ends[0]["ticket"] == (1, 0, 1)


ACTS = {
    "processed": lambda stripe, intent: stripe.process(intent),
    "paid": lambda stripe, intent: stripe.pay(intent),
    "refunded in part": lambda stripe, intent: stripe.refund(intent, 250),
    "refunded": lambda stripe, intent: stripe.refund(intent),
}


@pytest.mark.parametrize("heard", list(permutations(range(4), 2)), ids=str)
def test_calls_between_what_happens_end_in_the_same_state(gate, open_payment, heard):
    """After some acts, the newest call comes; after the last one, all of them, newest first."""
    for number, act in enumerate(ACTS.values()):
        act(gate.world.stripe, open_payment.intent_id)
        if number in heard:
            gate.call(gate.bodies()[-1])
            read()
    for body in reversed(gate.bodies()):
        gate.call(body)
    read()

    end = state(open_payment)
    assert (end["payment"][0], end["payment"][3]) == ("refunded", 1250)
    assert sorted(end["ledger"]) == [("charge", 1250), ("refund", -1000), ("refund", -250)]
    assert end["ticket"][0] == 1


def test_ours_and_the_gateways_books_are_the_same(gate, paid_payment, now):
    """Ours, somebody's at the desk, one that fails later, and a look without any call."""
    stripe = gate.world.stripe
    services.refund_payment(paid_payment, amount=300, reason="half", now=now)
    commanding.carry_out_due(now)
    at_the_desk = stripe.refund(paid_payment.intent_id, 100)
    gate.tell_all()
    stripe.fail_refund(at_the_desk["id"])
    reconciling.look(paid_payment, timezone.now())

    [intent] = stripe.intents()
    refunds = intent["latest_charge"]["refunds"]["data"]
    given_back = sum(refund["amount"] for refund in refunds if refund["status"] == "succeeded")
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == intent["amount_received"] - given_back
    assert sorted(Refund.objects.values_list("gateway_id", "amount", "status")) == sorted(
        (refund["id"], refund["amount"], refund["status"]) for refund in refunds
    )
