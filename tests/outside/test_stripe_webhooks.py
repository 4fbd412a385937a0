"""How the look-alike of Stripe calls, and that Stripe's own library trusts it."""

import itertools
import json
import time

import pytest
import stripe


def wait_until(is_so):
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_calls_come_in_order_and_the_library_trusts_them(world, receiver, begin):
    intent = begin("key-1")
    world.stripe.pay(intent.id)
    world.stripe.refund(intent.id, 500)
    world.stripe.settle()
    secret = world.env["STRIPE_WEBHOOK_SECRETS"]
    events = [stripe.Webhook.construct_event(body, header, secret) for body, header in receiver.calls]

    assert [event.type for event in events] == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "refund.created", "charge.refunded",
    ]  # fmt: skip
    assert [event.id for event in events] == [event["id"] for event in world.stripe.events()]
    assert [event.request.idempotency_key for event in events[:2]] == ["key-1", None]
    assert (events[0].data.object.status, events[2].data.object.status) == ("requires_payment_method", "succeeded")
    assert {event.livemode for event in events} == {False}


def test_held_calls_come_when_how_and_as_often_as_they_are_told_to(world, receiver, begin):
    world.control("stripe", held=True)
    world.stripe.pay(begin().id)
    made, _, succeeded = world.stripe.events()
    world.stripe.settle()
    before = list(receiver.calls)
    answers = world.stripe.deliver(succeeded["id"], times=2) + world.stripe.deliver(made["id"])
    world.stripe.deliver(made["id"], times=3, at_once=True)

    assert (before, answers) == ([], [200, 200, 200])
    assert receiver.types() == ["payment_intent.succeeded"] * 2 + ["payment_intent.created"] * 4
    assert len({body for body, _ in receiver.calls}) == 2


def test_a_call_can_be_old_wrongly_signed_or_of_real_money(world, receiver, begin):
    world.control("stripe", held=True)
    begin()
    [event] = world.stripe.events()
    for how in ({"age": 301}, {"secret": "whsec_other"}, {"signed_at": 1_700_000_000}, {"is_live": True}):
        world.stripe.deliver(event["id"], **how)
    (old, _), (_, wrong), (_, at_then), (live, _) = receiver.calls
    secret = world.env["STRIPE_WEBHOOK_SECRETS"]

    with pytest.raises(stripe.SignatureVerificationError, match="outside the tolerance"):
        stripe.Webhook.construct_event(*receiver.calls[0], secret)
    with pytest.raises(stripe.SignatureVerificationError, match="No signatures found"):
        stripe.Webhook.construct_event(old, wrong, secret)
    assert at_then.startswith("t=1700000000,v1=")
    assert [json.loads(body)["livemode"] for body in (old, live)] == [False, True]


def test_while_a_secret_is_replaced_both_sign(world, receiver, begin):
    world.control("stripe", webhook_secrets=["whsec_old", "whsec_new"])
    begin()
    world.stripe.settle()
    [(body, header)] = receiver.calls

    assert stripe.WebhookSignature.verify_header(body, header, "whsec_old", 300)
    assert stripe.WebhookSignature.verify_header(body, header, "whsec_new", 300)


def test_it_calls_again_until_it_is_heard_and_holds_up_nothing(world, receiver, begin):
    receiver.answers = itertools.chain([500, 200, 302], itertools.repeat(200))
    world.control("stripe", retry_ms=500)
    world.stripe.process(begin().id)
    wait_until(lambda: len(receiver.calls) == 5)
    world.stripe.settle()

    assert receiver.types()[:3] == ["payment_intent.created", "charge.pending", "payment_intent.processing"]
    assert [event["answers"] for event in world.stripe.events()] == [[500, 200], [200], [302, 200]]


def test_nobody_there_is_called_again_too(world, receiver, begin):
    url = receiver.url
    world.control("stripe", webhook_url="http://127.0.0.1:9/", retry_ms=50)
    begin()
    world.stripe.settle()
    world.control("stripe", webhook_url=url)
    wait_until(lambda: receiver.calls)

    [event] = world.stripe.events()
    assert event["answers"][0] == 0
    assert receiver.types() == ["payment_intent.created"]
