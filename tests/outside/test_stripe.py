"""The look-alike of Stripe, as Stripe's own library sees it."""

import json

import httpx
import pytest
import stripe

from tests.outside.stripe_client import library

WHOLE = {"expand": ["latest_charge", "latest_charge.refunds"]}


def events_of(world):
    return [event["type"] for event in world.stripe.events()]


def test_an_intent_is_made_and_read(client, begin):
    made = begin(metadata={"payment_id": "7"}, **WHOLE)
    read = client.v1.payment_intents.retrieve(made.id, WHOLE)

    assert (made.object, made.status, made.livemode, made.amount_received) == (
        "payment_intent", "requires_payment_method", False, 0,
    )  # fmt: skip
    assert (made.latest_charge, made.last_payment_error, made.metadata.to_dict()) == (None, None, {"payment_id": "7"})
    assert made.client_secret.startswith(f"{made.id}_secret_")
    assert read == made


def test_what_is_paid_has_a_charge_which_is_an_id_until_it_is_expanded(world, client, paid):
    plain = client.v1.payment_intents.retrieve(paid.id)
    whole = client.v1.payment_intents.retrieve(paid.id, WHOLE)

    assert (plain.status, plain.amount_received, plain.latest_charge) == ("succeeded", 2500, whole.latest_charge.id)
    assert (whole.latest_charge.status, whole.latest_charge.captured, whole.latest_charge.refunds.data) == (
        "succeeded", True, [],
    )  # fmt: skip
    assert "refunds" not in client.v1.payment_intents.retrieve(paid.id, {"expand": ["latest_charge"]}).latest_charge
    assert events_of(world) == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_a_declined_payer_may_try_again(world, client, begin):
    intent = begin()
    world.stripe.require_action(intent.id)
    waiting = client.v1.payment_intents.retrieve(intent.id)
    world.stripe.decline(intent.id, "insufficient_funds")
    declined = client.v1.payment_intents.retrieve(intent.id, WHOLE)
    world.stripe.pay(intent.id)
    paid = client.v1.payment_intents.retrieve(intent.id, WHOLE)

    assert (waiting.status, waiting.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert (declined.status, declined.last_payment_error.code) == ("requires_payment_method", "card_declined")
    assert declined.last_payment_error.decline_code == "insufficient_funds"
    assert (declined.latest_charge.status, declined.latest_charge.failure_code) == ("failed", "card_declined")
    assert (paid.status, paid.last_payment_error, paid.latest_charge.status) == ("succeeded", None, "succeeded")
    assert paid.latest_charge.id != declined.latest_charge.id


def test_a_method_that_takes_days_is_processing_with_one_charge(world, client, begin):
    intent = begin()
    world.stripe.process(intent.id)
    processing = client.v1.payment_intents.retrieve(intent.id, WHOLE)
    world.stripe.pay(intent.id)
    paid = client.v1.payment_intents.retrieve(intent.id, WHOLE)

    assert (processing.status, processing.amount_received, processing.latest_charge.status) == (
        "processing", 0, "pending",
    )  # fmt: skip
    assert (paid.status, paid.latest_charge.id) == ("succeeded", processing.latest_charge.id)


def test_what_is_cancelled_is_not_paid_and_what_is_paid_is_not_cancelled(world, client, begin, paid):
    cancelled = client.v1.payment_intents.cancel(begin().id, {"cancellation_reason": "abandoned"})
    with pytest.raises(ValueError, match="a status of canceled"):
        world.stripe.pay(cancelled.id)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.cancel(paid.id)

    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    assert (refusal.value.http_status, refusal.value.code) == (400, "payment_intent_unexpected_state")
    assert refusal.value.json_body["error"]["payment_intent"]["status"] == "succeeded"


def test_a_part_is_refunded_then_the_rest_and_no_more(world, client, paid):
    refunds = client.v1.refunds
    part = refunds.create({"payment_intent": paid.id, "amount": 1000, "metadata": {"refund_id": "1"}})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as too_much:
        refunds.create({"payment_intent": paid.id, "amount": 1501})
    rest = refunds.create({"payment_intent": paid.id})
    with pytest.raises(stripe.InvalidRequestError) as again:
        refunds.create({"payment_intent": paid.id})
    charge = client.v1.payment_intents.retrieve(paid.id, WHOLE).latest_charge

    assert (part.status, part.amount, part.metadata.to_dict()) == ("succeeded", 1000, {"refund_id": "1"})
    assert (too_much.value.code, rest.amount, again.value.code) == ("amount_too_large", 1500, "charge_already_refunded")
    assert (charge.amount_refunded, charge.refunded) == (2500, True)
    assert [one.id for one in charge.refunds.data] == [rest.id, part.id]
    assert [one.id for one in refunds.list({"payment_intent": paid.id}).data] == [rest.id, part.id]
    assert events_of(world)[3:] == ["refund.created", "charge.refunded"] * 2


def test_a_charge_shows_its_ten_newest_refunds_and_the_list_all(world, client, paid):
    for _ in range(12):
        world.stripe.refund(paid.id, 100)
    charge = client.v1.payment_intents.retrieve(paid.id, WHOLE).latest_charge
    listed = client.v1.refunds.list({"payment_intent": paid.id, "limit": 5})

    assert (len(charge.refunds.data), charge.refunds.has_more) == (10, True)
    assert len(list(listed.auto_paging_iter())) == 12


def test_a_refund_comes_back_days_later(world, client, paid):
    refund = world.stripe.refund(paid.id)
    world.stripe.fail_refund(refund["id"])
    charge = client.v1.payment_intents.retrieve(paid.id, WHOLE).latest_charge

    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert [(one.status, one.failure_reason) for one in charge.refunds.data] == [("failed", "lost_or_stolen_card")]
    assert events_of(world)[-2:] == ["refund.updated", "refund.failed"]
    with pytest.raises(ValueError, match="failed already"):
        world.stripe.fail_refund(refund["id"])


def test_a_refund_may_be_pending_at_first(world, client, paid):
    world.control("stripe", refund_status="pending")
    refund = client.v1.refunds.create({"payment_intent": paid.id})
    settled = world.stripe.settle_refund(refund.id)

    assert (refund.status, settled["status"]) == ("pending", "succeeded")


def test_a_repeated_key_answers_the_same_and_does_it_once(world, client, begin):
    first, second = begin("key-1"), begin("key-1")

    assert second == first
    heard, repeated = first.last_response.headers, second.last_response.headers
    assert (heard.get("Idempotent-Replayed"), repeated["Idempotent-Replayed"]) == (None, "true")
    assert repeated["Original-Request"] == heard["Request-Id"]
    assert [intent["id"] for intent in world.stripe.intents()] == [first.id]


def test_a_key_is_for_one_request(client, begin):
    intent = begin("key-1")
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as other_terms:
        begin("key-1", amount=2600)
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.payment_intents.cancel(intent.id, {}, {"idempotency_key": "key-1"})

    assert (other_terms.value.http_status, other_terms.value.error.type) == (400, "idempotency_error")


def test_a_refusal_of_what_was_begun_is_kept_and_one_of_a_bad_form_is_not(world, client, begin):
    with pytest.raises(stripe.InvalidRequestError) as malformed:
        begin("key-1", amount=0)
    intent = begin("key-1")
    refund, key = {"payment_intent": intent.id}, {"idempotency_key": "key-2"}
    with pytest.raises(stripe.InvalidRequestError, match="successful charge") as first:
        client.v1.refunds.create(refund, key)
    world.stripe.pay(intent.id)
    with pytest.raises(stripe.InvalidRequestError, match="successful charge") as second:
        client.v1.refunds.create(refund, key)

    assert malformed.value.code == "parameter_invalid_integer"
    assert "Idempotent-Replayed" not in first.value.headers
    assert second.value.headers["Idempotent-Replayed"] == "true"


def test_keys_are_forgotten_after_a_day(world, begin):
    first = begin("key-1")
    world.control("stripe", advance=25 * 3600)

    assert begin("key-1").id != first.id


def test_a_stored_500_is_replayed(world, begin):
    world.control("stripe", script={"payment_intents.create": "internal"})
    with pytest.raises(stripe.APIError):
        begin("key-1")
    world.control("stripe", script={"payment_intents.create": ""})
    with pytest.raises(stripe.APIError) as replayed:
        begin("key-1")

    assert (replayed.value.http_status, replayed.value.headers["Idempotent-Replayed"]) == (500, "true")
    assert world.stripe.intents() == []
    assert begin("key-2").status == "requires_payment_method"


@pytest.mark.parametrize("outage", ["unavailable", "refused", "reset"])
def test_an_outage_stores_nothing_and_ends(world, begin, outage):
    world.control("stripe", outage=outage)
    with pytest.raises(stripe.APIError if outage == "unavailable" else stripe.APIConnectionError):
        begin("key-1")
    world.control("stripe", outage="none")
    after = begin("key-1")

    assert [intent["id"] for intent in world.stripe.intents()] == [after.id]
    assert "Idempotent-Replayed" not in after.last_response.headers


def test_a_stalled_call_ends_by_the_patience_of_the_client(world):
    world.control("stripe", outage="stall")
    with pytest.raises(stripe.APIConnectionError, match="Read timed out"):
        library(world, timeout=0.3).v1.payment_intents.create({"amount": 2500, "currency": "eur"})

    assert world.stripe.intents() == []


@pytest.mark.parametrize("how", [{"script": {"payment_intents.create": "lost:1"}}, {"latency_ms": 700}])
def test_an_answer_that_is_lost_was_done_and_comes_again_by_its_key(world, how):
    world.control("stripe", **how)
    terms, key = {"amount": 2500, "currency": "eur"}, {"idempotency_key": "key-1"}
    with pytest.raises(stripe.APIConnectionError):
        library(world, timeout=0.3).v1.payment_intents.create(terms, key)
    world.control("stripe", latency_ms=0)
    again = library(world).v1.payment_intents.create(terms, key)

    assert [intent["id"] for intent in world.stripe.intents()] == [again.id]
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("step", "error", "status"),
    [
        ("quota:3", stripe.RateLimitError, 429),
        ("locked", stripe.RateLimitError, 429),
        ("inuse", stripe.APIError, 409),
        ("badgateway", stripe.APIError, 502),
    ],
)
def test_refusals_are_scripted_and_leave_the_key_unused(world, begin, step, error, status):
    world.control("stripe", script={"payment_intents.create": step})
    with pytest.raises(error) as refused:
        begin("key-1")
    world.control("stripe", script={"payment_intents.create": ""})

    assert refused.value.http_status == status
    assert "Idempotent-Replayed" not in begin("key-1").last_response.headers


@pytest.mark.parametrize(
    ("terms", "code", "param"),
    [
        ({"currency": "eur"}, "parameter_missing", "amount"),
        ({"amount": "ten", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49, "currency": "eur"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "eur"}, "amount_too_large", "amount"),
        ({"amount": 2500, "currency": "eur", "colour": "red"}, "parameter_unknown", "colour"),
    ],
)
def test_it_takes_what_the_api_takes(client, terms, code, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(terms)

    assert (refused.value.error.type, refused.value.code, refused.value.param) == ("invalid_request_error", code, param)


def test_what_is_not_there_is_not_found(client):
    with pytest.raises(stripe.InvalidRequestError) as intent:
        client.v1.payment_intents.retrieve("pi_none")
    with pytest.raises(stripe.InvalidRequestError) as refund:
        client.v1.refunds.create({"payment_intent": "pi_none"})

    assert (intent.value.http_status, intent.value.code) == (404, "resource_missing")
    assert (refund.value.http_status, refund.value.param) == (404, "payment_intent")


def test_another_key_of_the_api_is_refused(world, client):
    with pytest.raises(stripe.AuthenticationError):
        library(world, "sk_test_other").v1.refunds.list()
    assert httpx.get(f"{world.env['STRIPE_API_BASE']}/v1/refunds").status_code == 401
    assert client.v1.refunds.list().data == []


def test_what_cannot_be_expanded_is_refused(client, begin):
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        begin(expand=["bank"])


def test_its_clock_is_set_and_runs_on(world, begin):
    world.control("stripe", clock=1_800_000_000)
    first = begin()
    world.control("stripe", advance=3600)
    second = begin()

    assert 0 <= first.created - 1_800_000_000 < 10
    assert 3600 <= second.created - first.created < 3610
    assert [event["created"] for event in world.stripe.events()] == [first.created, second.created]


def test_the_journal_has_each_call_with_its_key(world, begin):
    begin("key-1")
    begin("key-1")

    assert [(one["address"], one["nid"], one["code"]) for one in world.journal("stripe")] == [
        ("payment_intents.create", "key-1", 200)
    ] * 2
    assert world.phones() == []


def test_reset_forgets_everything(world, paid):
    world.reset()

    assert (world.stripe.intents(), world.stripe.events()) == ([], [])
    with pytest.raises(ValueError, match="No such payment_intent"):
        world.stripe.pay(paid.id)


@pytest.mark.parametrize("settings", [{"outage": "none at all"}, {"refund_status": "lost"}, {"webhook_secrets": []}])
def test_what_it_does_not_know_is_not_passed_over(world, settings):
    with pytest.raises(ValueError, match="stripe knows no"):
        world.control("stripe", **settings)


def test_the_page_shows_payments_without_their_secrets(world, begin):
    intent = begin()
    world.stripe.decline(intent.id)
    [shown] = httpx.get(f"{world.url}payments").json()

    assert (shown["id"], shown["amount"], shown["status"], shown["error"]) == (
        intent.id, 2500, "requires_payment_method", "Your card was declined.",
    )  # fmt: skip
    assert intent.client_secret not in json.dumps(shown)


# Who is charged while he is away

AWAY = {
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    "off_session": True,
    "confirm": True,
}


@pytest.fixture
def saved(world, client, begin):
    """A customer's id, and that of the method he has paid by."""
    customer = client.v1.customers.create({"metadata": {"user_id": "7"}})
    intent = begin(customer=customer.id, setup_future_usage="off_session")
    world.stripe.pay(intent.id)
    return customer.id, client.v1.payment_intents.retrieve(intent.id).payment_method


def test_what_was_paid_by_is_attached_to_its_customer(world, client, saved):
    customer, method = saved

    assert [(one["id"], one["metadata"]) for one in world.stripe.customers()] == [(customer, {"user_id": "7"})]
    assert [(one["id"], one["customer"]) for one in world.stripe.methods()] == [(method, customer)]
    assert "payment_method.attached" in events_of(world)
    assert client.v1.payment_intents.list({"customer": customer}).data[0].payment_method == method


def test_what_is_attached_pays_without_its_owner(begin, saved):
    customer, method = saved
    intent = begin(customer=customer, payment_method=method, **AWAY, **WHOLE)

    assert (intent.status, intent.amount_received, intent.payment_method) == ("succeeded", 2500, method)
    assert intent.latest_charge.customer == customer


@pytest.mark.parametrize(
    ("why", "code"), [("insufficient_funds", "card_declined"), ("authentication_required", "authentication_required")]
)
def test_a_decline_is_an_error_with_the_intent_in_it_and_is_kept_for_its_key(world, client, begin, saved, why, code):
    customer, method = saved
    world.stripe.spoil(method, why)
    for replayed in (None, "true"):
        with pytest.raises(stripe.CardError) as declined:
            begin("key-1", customer=customer, payment_method=method, **AWAY)
        error = declined.value.error
        assert (declined.value.http_status, declined.value.headers.get("Idempotent-Replayed")) == (402, replayed)
        assert (error.type, error.code, error.decline_code, error.payment_method.id) == (
            "card_error", code, why, method,
        )  # fmt: skip
    [newest, _] = client.v1.payment_intents.list({"customer": customer}).data

    assert newest.id == error.payment_intent.id
    assert (newest.status, newest.last_payment_error.code, newest.payment_method) == (
        "requires_payment_method", code, None,
    )  # fmt: skip
    assert events_of(world)[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_what_is_detached_pays_nothing_and_is_not_detached_twice(client, begin, saved):
    customer, method = saved
    assert client.v1.payment_methods.detach(method).customer is None

    with pytest.raises(stripe.InvalidRequestError, match="detachment is impossible"):
        client.v1.payment_methods.detach(method)
    with pytest.raises(stripe.InvalidRequestError, match="was detached from a Customer"):
        begin(customer=customer, payment_method=method, **AWAY)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"confirm": False}, "only set `off_session`"),
        ({"payment_method": ""}, "missing a payment method"),
        ({"payment_method": "pm_none"}, "No such PaymentMethod"),
        ({"customer": "cus_none"}, "No such customer"),
        ({"automatic_payment_methods": {"enabled": True}}, "must provide a `return_url`"),
        ({"setup_future_usage": "always"}, "Invalid setup_future_usage"),
    ],
)
def test_the_terms_of_who_is_away_go_together(begin, saved, terms, words):
    customer, method = saved
    with pytest.raises(stripe.InvalidRequestError, match=words):
        begin(**{"customer": customer, "payment_method": method, **AWAY, **terms})


def test_a_method_is_of_one_customer(client, begin, saved):
    _, method = saved
    other = client.v1.customers.create({})
    with pytest.raises(stripe.InvalidRequestError, match="must be attached to the customer"):
        begin(customer=other.id, payment_method=method, **AWAY)


def test_intents_are_listed_by_customer_newest_first(begin, client, saved):
    customer, _ = saved
    made = [begin(customer=customer).id for _ in range(4)]
    begin()

    listed = client.v1.payment_intents.list({"customer": customer, "limit": 2}).auto_paging_iter()
    assert [intent.id for intent in listed][:4] == made[::-1]
