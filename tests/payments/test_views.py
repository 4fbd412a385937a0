"""What a payer sees by REST, of her own payments only."""

from uuid import uuid4

import pytest

from accounts import selectors
from payments import services
from payments.errors import NoSuchGateway
from payments.models import Payment
from payments.selectors import live_payment
from payments.views import RefreshesPerUser
from tests.factories.accounts import UserFactory
from tests.factories.payments import PaymentFactory
from tests.payments.calls import state
from tests.throttled import use_up

pytestmark = pytest.mark.django_db


def test_a_payer_is_taken_to_the_gateway_and_back(gate, begin, api_of):
    payment = begin()
    api = api_of(payment.payer)
    path = f"/api/payments/{payment.pk}"

    first, again = (api.post(f"{path}/intent").json() for _ in range(2))
    assert first == again
    assert first.keys() == {"payment_id", "intent_id", "client_secret", "status"}
    gate.world.stripe.pay(first["intent_id"])

    assert api.get(path).json()["status"] == "created"
    assert api.post(f"{path}/refresh").json()["status"] == "succeeded"
    assert (api.get(path).json()["captured"], state(payment)["ticket"]) == (1250, (1, 0, 0))


def test_a_payer_sees_her_own_newest_first(api_of):
    payer = UserFactory()
    mine = [PaymentFactory(payer=payer) for _ in range(3)]
    PaymentFactory()

    shown = api_of(payer).get("/api/payments").json()["results"]
    assert [one["id"] for one in shown] == [str(payment.pk) for payment in reversed(mine)]


CALLS = [("get", ""), ("post", "/intent"), ("post", "/refresh")]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_nobody_else_reaches_it(gate, open_payment, api_of, client, method, path):
    calls = {
        "a stranger": (api_of(UserFactory()), open_payment.pk, 404),
        "staff": (api_of(UserFactory(is_staff=True)), open_payment.pk, 404),
        "nobody": (client, open_payment.pk, 401),
        "the payer, of another": (api_of(open_payment.payer), uuid4(), 404),
    }
    answers = {
        who: getattr(api, method)(f"/api/payments/{key}{path}").status_code for who, (api, key, _) in calls.items()
    }

    assert answers == {who: status for who, (*_, status) in calls.items()}
    assert gate.asked("payment_intents.retrieve") == 0


def test_while_stripe_is_away_the_payer_is_asked_to_come_again(gate, begin, api_of):
    gate.world.control("stripe", outage="unavailable")
    payment = begin()

    answer = api_of(payment.payer).post(f"/api/payments/{payment.pk}/intent")
    assert (answer.status_code, answer.json()["code"], answer.json()["temporary"]) == (503, "gateway_away", True)
    assert "Retry-After" in answer


def test_without_a_key_there_is_no_stripe_and_payments_wait_for_it(gate, open_payment, begin, settings, now, api_of):
    settings.STRIPE_API_KEY = ""

    with pytest.raises(NoSuchGateway):
        begin()
    answer = api_of(open_payment.payer).post(f"/api/payments/{open_payment.pk}/refresh")
    assert answer.json()["code"] == "no_such_gateway"


def test_who_asks_the_gateway_again_and_again_is_stopped(gate, open_payment, api_of):
    api = api_of(open_payment.payer)
    allowed = use_up(RefreshesPerUser, open_payment.payer)

    answer = api.post(f"/api/payments/{open_payment.pk}/refresh")
    assert (allowed, answer.status_code, answer.json()["code"]) == (30, 429, "rate_limited")
    assert gate.asked("payment_intents.retrieve") == 0
    assert api.get(f"/api/payments/{open_payment.pk}").status_code == 200


def test_payments_are_in_what_a_person_can_take_away(paid_payment, now):
    services.refund_payment(paid_payment, amount=250, reason="late", now=now)

    [exported] = selectors.personal_data(paid_payment.payer)["payments"]
    assert (exported["amount"], exported["status"]) == (1250, "succeeded")
    assert [refund["reason"] for refund in exported["refunds"]] == ["late"]


def test_the_live_payment_of_a_thing_is_the_one_that_is_not_over(db):
    over = PaymentFactory(status=Payment.Status.CANCELLED)
    assert live_payment(over.subject) is None

    open_one = PaymentFactory(subject_key=over.subject_key, ticket=None)
    assert live_payment(over.subject) == open_one
