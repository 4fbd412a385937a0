"""What is not Stripe's call is refused; what is, is written down once, and read as long as it takes."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from payments import inbox, retention, services
from payments.errors import NotDead
from payments.models import Payment, WebhookEvent
from tests.factories.payments import PaymentFactory, WebhookEventFactory
from tests.outside.stripe_webhooks import signature
from tests.payments.calls import body_of, ledger, state

pytestmark = pytest.mark.django_db

State = WebhookEvent.State
HOUR = timedelta(hours=1)


def forget(payment):
    """As if we had never heard of it."""
    payment.commands.all().delete()
    payment.delete()


def rows():
    return list(WebhookEvent.objects.values_list("type", "state"))


@pytest.fixture
def body(gate, open_payment):
    [created] = gate.bodies("payment_intent.created")
    return created


def test_a_call_is_stored_once_however_often_it_comes(gate, open_payment):
    gate.world.stripe.pay(open_payment.intent_id)
    [body] = gate.bodies("payment_intent.succeeded")

    answers = [gate.call(body).json() for _ in range(3)]
    inbox.read_due(timezone.now())
    again = gate.call(body).json()
    inbox.read_due(timezone.now())

    assert [answer["repeated"] for answer in (*answers, again)] == [False, True, True, True]
    assert rows() == [("payment_intent.succeeded", State.DONE)]
    assert (ledger(open_payment), state(open_payment)["ticket"]) == ([("charge", 1250)], (1, 0, 0))


# Who calls

SECRET, OLD = "whsec_new", "whsec_old"


def test_while_a_secret_is_replaced_either_will_do(gate, body, settings):
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET, OLD]

    assert [gate.call(body, secret=secret).status_code for secret in (OLD, SECRET)] == [200, 200]
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    assert gate.call(body, secret=OLD).status_code == 400


def test_without_secrets_nobody_is_believed(gate, body, settings):
    settings.STRIPE_WEBHOOK_SECRETS = []

    assert gate.call(body, secret="anything").status_code == 400
    assert rows() == []


HEADERS = {
    "missing": lambda body, secret: "",
    "no time": lambda body, secret: signed(body, secret).partition(",")[2],
    "no signature": lambda body, secret: f"t={int(time.time())}",
    "only of the scheme that is not to be trusted": lambda body, secret: signed(body, secret).replace("v1=", "v9="),
    "a wrong secret": lambda body, secret: signed(body, "whsec_guessed"),
    "301 seconds old": lambda body, secret: signed(body, secret, -301),
    "from the future": lambda body, secret: signed(body, secret, 302),
    "of another body": lambda body, secret: signed(body + b" ", secret),
    "old, with a second time added": lambda body, secret: f"{signed(body, secret, -9000)},t={int(time.time())}",
    "old, with a second time before it": lambda body, secret: f"t={int(time.time())},{signed(body, secret, -9000)}",
    "no number for a time": lambda body, secret: "t=soon,v1=00",
    "a time of 400 digits": lambda body, secret: f"t={'9' * 400},v1=00",
    "no pairs at all": lambda body, secret: "let me in",
}


def signed(body, secret, seconds=0):
    return signature(body, int(time.time()) + seconds, [secret])


@pytest.mark.parametrize("name", HEADERS)
def test_a_call_that_is_not_signed_right_is_refused(gate, body, name):
    answer = gate.call(body, header=HEADERS[name](body, gate.secret))

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_webhook")
    assert rows() == []


@pytest.mark.parametrize("seconds", [-298, 0, 298])
def test_a_clock_may_differ_by_five_minutes(gate, body, seconds):
    assert gate.call(body, at=time.time() + seconds).status_code == 200


def test_the_signature_is_over_the_bytes_as_they_came(gate, body):
    again = json.dumps(json.loads(body)).encode()

    assert again != body
    assert gate.call(again, header=signed(body, gate.secret)).status_code == 400
    assert gate.call(body, header=signed(body, gate.secret)).status_code == 200


def test_real_money_is_not_believed_in_test_mode_nor_the_other_way_round(gate, open_payment, settings):
    [event] = gate.world.stripe.events("payment_intent.created")
    test, live = body_of(event), body_of(event, is_live=True)

    assert [gate.call(body).status_code for body in (live, test)] == [400, 200]
    settings.STRIPE_API_KEY = "sk_live_x"
    assert [gate.call(body).status_code for body in (test, live)] == [400, 200]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"data": {"object": []}}', b'{"id": 1, "data": 1}'])
def test_a_body_that_says_nothing_is_refused_though_it_is_signed(gate, db, body):
    assert gate.call(body, header=signed(body, gate.secret)).status_code == 400


def test_nothing_above_256_kilobytes_is_taken(gate, body, settings):
    event = json.loads(body)
    event["padding"] = ""
    event["padding"] = "x" * (256 * 1024 - len(json.dumps(event)))
    fits = json.dumps(event).encode()

    assert len(fits) == 256 * 1024
    assert [gate.call(one).status_code for one in (fits + b" ", fits)] == [413, 200]


def test_who_is_not_a_gateway_of_ours_cannot_call(gate, body, client):
    codes = {
        name: client.post(f"/api/payments/webhooks/{name}", body, content_type="application/json").json()["code"]
        for name in ("paypal", "cash")
    }

    assert codes == {"paypal": "no_such_gateway", "cash": "bad_webhook"}
    assert client.get("/api/payments/webhooks/stripe").status_code == 405


# What is in it


def test_what_is_about_no_payment_is_kept_and_not_read(gate, body):
    event = json.loads(body) | {"id": "evt_c", "type": "customer.created", "data": {"object": {"object": "customer"}}}

    assert gate.call(json.dumps(event).encode()).status_code == 200
    assert rows() == [("customer.created", State.IGNORED)]


def test_a_call_is_kept_without_what_lets_somebody_pay(gate, body):
    gate.call(body)

    [payload] = WebhookEvent.objects.values_list("payload", flat=True)
    assert "client_secret" not in payload
    assert json.loads(payload)["data"]["object"]["amount"] == 1250


# Calls that nobody understands yet


def test_a_call_waits_for_its_payment(gate, open_payment, now):
    """Its row comes later, and does not know the intent: as after a process that died before it wrote that down."""
    key = open_payment.pk
    gate.world.stripe.pay(open_payment.intent_id)
    forget(open_payment)
    [body] = gate.bodies("payment_intent.succeeded")
    gate.call(body)

    assert inbox.read_due(now + HOUR) == 1
    assert rows() == [("payment_intent.succeeded", State.WAITING)]

    payment = PaymentFactory(pk=key, intent_id=None)
    assert inbox.read_due(now + 2 * HOUR) == 1
    assert rows() == [("payment_intent.succeeded", State.DONE)]
    assert (state(payment)["payment"][0], ledger(payment)) == ("succeeded", [("charge", 1250)])


def test_a_call_about_nobodys_payment_is_dead_after_72_hours_and_may_be_read_again(gate, open_payment, now):
    intent = open_payment.intent_id
    forget(open_payment)
    event = WebhookEventFactory(intent_id=intent, received_at=now, next_at=now)

    readings = [hours for hours in range(100) if inbox.read_due(now + hours * HOUR)]
    event.refresh_from_db()
    assert (readings, event.state) == (list(range(74)), State.DEAD)
    assert event.error == "no payment of ours"
    assert retention.forget(now + timedelta(days=89)) == 0

    services.read_again(event, now=now + 100 * HOUR)
    assert inbox.read_due(now + 100 * HOUR) == 1
    event.refresh_from_db()
    assert event.state == State.WAITING
    with pytest.raises(NotDead):
        services.read_again(event, now=now)


def test_a_call_about_an_intent_that_is_not_there_is_dead_at_once(gate, db, now):
    event = WebhookEventFactory(intent_id="pi_nowhere", next_at=now)

    inbox.read_due(now)
    event.refresh_from_db()
    assert (event.state, event.error) == (State.DEAD, "resource_missing")


def test_a_call_waits_while_stripe_is_away_and_the_others_with_it(gate, open_payment, now):
    gate.world.stripe.pay(open_payment.intent_id)
    for body in gate.bodies():
        gate.call(body)
    gate.world.control("stripe", outage="unavailable")

    assert inbox.read_due(now + HOUR) == 0
    assert gate.asked("payment_intents.retrieve") == 1
    gate.world.control("stripe", outage="none")
    assert inbox.read_due(now + 2 * HOUR) == len(gate.bodies())
    assert state(open_payment)["payment"][0] == "succeeded"


def test_one_that_cannot_be_read_holds_up_no_other(gate, open_payment, begin, now, caplog):
    """A payment for something that no app here sells."""
    other = begin()
    services.intent_of(other, now=now)
    Payment.objects.filter(pk=open_payment.pk).update(subject_kind="nobody.sells")
    for payment in (open_payment, Payment.objects.get(pk=other.pk)):
        gate.world.stripe.pay(payment.intent_id)
        WebhookEventFactory(intent_id=payment.intent_id, next_at=now)

    assert inbox.read_due(now) == 2
    assert state(other)["payment"][0] == "succeeded"
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["sweep_failed"]

    Payment.objects.filter(pk=open_payment.pk).update(subject_kind="sample.ticket")
    assert inbox.read_due(now + HOUR) == 1
    assert state(open_payment)["payment"][0] == "succeeded"


def test_who_died_while_reading_is_followed_by_another(gate, open_payment, now):
    gate.world.stripe.pay(open_payment.intent_id)
    event = WebhookEventFactory(intent_id=open_payment.intent_id, next_at=now)
    assert inbox._claim(event.pk, now) is not None

    assert inbox.read_due(now + timedelta(seconds=59)) == 0
    assert inbox.read_due(now + timedelta(seconds=60)) == 1
    assert state(open_payment)["payment"][0] == "succeeded"


def test_calls_are_forgotten_after_90_days_and_those_that_wait_are_not(db, now):
    long_ago = now - timedelta(days=91)
    for event_state in (State.DONE, State.DEAD, State.IGNORED, State.WAITING):
        WebhookEventFactory(state=event_state, received_at=long_ago)
    WebhookEventFactory(state=State.DONE, received_at=now)

    assert retention.forget(now) == 3
    assert sorted(WebhookEvent.objects.values_list("state", flat=True)) == [State.DONE, State.WAITING]
