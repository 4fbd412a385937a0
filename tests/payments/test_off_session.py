"""Who has paid once can be charged while he is away: once, whoever dies, and never by what he has forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import selectors as people
from accounts import services as accounts
from payments import commanding, reconciling, retention, services
from payments.errors import GatewayAway, GatewayRefused, NoSavedMethod, PaymentPending
from payments.gateways.registry import gateway
from payments.models import GatewayCommand, Payment, SavedMethod
from payments.selectors import saved_method
from tests.factories.accounts import PASSWORD, UserFactory
from tests.payments.calls import ledger, state

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def carry_out(now, days=1):
    """All that is due by then, whatever was put off."""
    return commanding.carry_out_due(now + days * DAY)


@pytest.fixture
def pay(gate, begin, now):
    """Somebody pays on the spot, by a new card, and lets us charge it again."""

    def pay(payer, **terms):
        payment = begin(payer=payer, saves_method=True, **terms)
        seen = services.intent_of(payment, now=now)
        gate.world.stripe.pay(seen.intent_id)
        return reconciling.look(Payment.objects.get(pk=payment.pk), timezone.now())

    return pay


@pytest.fixture
def payer(pay):
    """Who can be charged while he is away."""
    payer = UserFactory()
    pay(payer)
    return payer


def method_of(payer):
    return saved_method(payer).method_id


def last_intent(gate):
    return gate.world.stripe.intents()[-1]


def end(payment):
    found = state(payment)
    return found["payment"][0], found["ticket"], found["takings"]


# What is saved


def test_what_was_paid_by_is_saved_where_its_owner_agreed(gate, pay):
    payer = UserFactory()
    payment = pay(payer)

    [customer], [method] = gate.world.stripe.customers(), gate.world.stripe.methods()
    assert (customer["metadata"], customer["email"]) == ({"user_id": str(payer.pk)}, None)
    assert (last_intent(gate)["setup_future_usage"], method["customer"]) == ("off_session", customer["id"])
    saved = saved_method(payer)
    assert (saved.customer_id, saved.method_id, saved.brand, saved.last4) == (
        customer["id"], method["id"], "visa", "4242",
    )  # fmt: skip
    assert (saved.payment, saved.saved_at, str(saved)) == (payment, payment.captured_at, "visa 4242")


def test_of_all_others_nothing_is_saved(gate, paid_payment, begin, now):
    cash = begin(by="cash", payer=paid_payment.payer, saves_method=True)
    services.settle_at_desk(cash, now=now)
    carry_out(now)

    assert (gate.world.stripe.customers(), SavedMethod.objects.count()) == ([], 0)
    assert end(cash) == ("succeeded", (1, 0, 0), 1250)


def test_nothing_is_saved_until_it_was_paid_by(gate, begin, now):
    payment = begin(saves_method=True)
    services.intent_of(payment, now=now)

    assert saved_method(payment.payer) is None


def test_a_payer_is_one_customer_however_often_he_pays(gate, payer, pay, begin):
    pay(payer)
    pay(UserFactory())

    assert gate.asked("customers.create") == len(gate.world.stripe.customers()) == 2
    assert Payment.objects.filter(payer=payer).values("customer_id").distinct().count() == 1


@pytest.mark.parametrize("call", ["customers.create", "payment_intents.create"])
def test_a_lost_answer_makes_no_second_customer_and_no_second_intent(gate, begin, now, call):
    gate.world.control("stripe", script={call: "lost:1"})
    payment = begin(saves_method=True)
    with pytest.raises(GatewayAway):
        services.intent_of(payment, now=now)

    services.intent_of(payment, now=now + DAY)
    assert (len(gate.world.stripe.customers()), len(gate.world.stripe.intents())) == (1, 1)


def test_the_newest_method_counts_and_stripe_keeps_no_other(gate, payer, pay, now):
    first = method_of(payer)
    pay(payer)
    carry_out(now)

    second = method_of(payer)
    assert second != first
    assert {method["id"]: bool(method["customer"]) for method in gate.world.stripe.methods()} == {
        first: False, second: True,
    }  # fmt: skip


def test_the_newest_method_counts_in_whatever_order_we_hear(gate, begin, now):
    payer = UserFactory()
    older, newer = (begin(payer=payer, saves_method=True) for _ in range(2))
    for payment in (older, newer):
        gate.world.stripe.pay(services.intent_of(payment, now=now).intent_id)
        gate.world.control("stripe", advance=60)
    for payment in (newer, older):
        reconciling.look(Payment.objects.get(pk=payment.pk), timezone.now())
    carry_out(now)

    assert saved_method(payer).payment == newer
    attached = [method["id"] for method in gate.world.stripe.methods() if method["customer"]]
    assert attached == [method_of(payer)]


# Charged while he is away


def test_he_is_charged_without_being_there(gate, payer, begin, now):
    renewal = begin(payer=payer, off_session=True)
    assert carry_out(now) == 1

    assert end(renewal) == ("succeeded", (1, 0, 0), 1250)
    assert (last_intent(gate)["payment_method"], ledger(renewal)) == (method_of(payer), [("charge", 1250)])
    assert carry_out(now) == 0


def test_without_a_saved_method_nobody_is_charged(gate, begin):
    with pytest.raises(NoSavedMethod):
        begin(off_session=True)
    assert Payment.objects.count() == GatewayCommand.objects.count() == 0


@pytest.mark.parametrize("why", ["insufficient_funds", "expired_card", "authentication_required"])
def test_a_declined_charge_lapses_once_and_may_be_tried_anew(gate, payer, begin, now, why):
    gate.world.stripe.spoil(method_of(payer), why)
    renewal = begin(payer=payer, off_session=True)
    carry_out(now)
    assert end(renewal) == ("failed", (0, 0, 0), 0)
    terms = {"payer": payer, "payee": "x", "amount": 1250, "currency": "EUR", "off_session": True, "now": now}
    with pytest.raises(PaymentPending):
        services.begin_payment(renewal.subject, **terms)

    carry_out(now, days=2)
    gate.tell_all()

    assert end(renewal) == ("cancelled", (0, 1, 0), 0)
    assert set(renewal.commands.values_list("kind", "state")) == {("create", "done"), ("cancel", "done")}
    gate.world.stripe.spoil(method_of(payer), "")
    second = services.begin_payment(renewal.subject, **terms)
    carry_out(now)
    assert end(second) == ("succeeded", (1, 1, 0), 1250)


def test_a_decline_that_a_call_tells_of_first_lapses_once(gate, payer, begin, now):
    gate.world.stripe.spoil(method_of(payer))
    renewal = begin(payer=payer, off_session=True)
    command = commanding._claim(renewal.commands.get().pk, now)
    gateway("stripe").create(renewal, command.idempotency_key)  # and dies

    gate.tell_all()
    for days in range(1, 4):
        carry_out(now, days)
    assert end(renewal) == ("cancelled", (0, 1, 0), 0)
    assert gate.asked("payment_intents.create") == 2  # one was his first payment


@pytest.mark.parametrize("why", ["", "insufficient_funds"])
@pytest.mark.parametrize("hours", [1, 25])
def test_a_lost_answer_charges_nobody_twice(gate, payer, begin, now, why, hours):
    """Also when Stripe has forgotten the key: what was made is looked for."""
    gate.world.stripe.spoil(method_of(payer), why)
    gate.world.control("stripe", script={"payment_intents.create": "lost:1"})
    renewal = begin(payer=payer, off_session=True)
    assert commanding.carry_out_due(now) == 0

    gate.world.control("stripe", advance=hours * 3600)
    carry_out(now)
    carry_out(now, days=2)

    assert len(gate.world.stripe.intents()) == 2
    assert end(renewal) == (("cancelled", (0, 1, 0), 0) if why else ("succeeded", (1, 0, 0), 1250))


def test_a_failure_that_stripe_keeps_repeating_is_got_over(gate, payer, begin, now):
    gate.world.control("stripe", script={"payment_intents.create": "internal"})
    renewal = begin(payer=payer, off_session=True)
    assert commanding.carry_out_due(now) == 0
    gate.world.control("stripe", script={"payment_intents.create": ""})
    for days in (1, 2):
        carry_out(now, days)

    assert end(renewal) == ("succeeded", (1, 0, 0), 1250)
    assert len(gate.world.stripe.intents()) == 2


def test_what_was_made_is_found_among_many(gate, payer, begin, now):
    renewals = [begin(payer=payer, off_session=True) for _ in range(12)]
    carry_out(now)
    renewals[0].refresh_from_db()

    assert gateway("stripe").find(renewals[0]).intent_id == renewals[0].intent_id
    assert gateway("stripe").find(begin(payer=payer, off_session=True)) is None


def test_it_is_charged_by_what_was_saved_when_it_was_begun(gate, payer, pay, begin, now):
    """A repeated call with other words would not be the same call."""
    gate.world.control("stripe", script={"payment_intents.create": "flaky:1"})
    first, renewal = method_of(payer), begin(payer=payer, off_session=True)
    assert commanding.carry_out_due(now) == 0
    gate.world.control("stripe", script={"payment_intents.create": ""})
    pay(payer)
    assert method_of(payer) != first

    commanding.carry_out(renewal.commands.get().pk, now + DAY)
    assert (end(renewal)[0], last_intent(gate)["payment_method"]) == ("succeeded", first)


# Forgotten


def test_a_payer_sees_what_is_saved_and_forgets_it(gate, payer, api_of, now):
    api, method = api_of(payer), method_of(payer)
    shown = api.get("/api/payments/method").json()
    assert shown.keys() == {"gateway", "brand", "last4", "saved_at"}
    assert (shown["brand"], shown["last4"]) == ("visa", "4242")
    assert people.personal_data(payer)["saved_methods"] == [shown]

    assert [api.delete("/api/payments/method").status_code for _ in range(2)] == [204, 204]
    carry_out(now)

    assert api.get("/api/payments/method").json()["code"] == "no_saved_method"
    assert [(one["id"], one["customer"]) for one in gate.world.stripe.methods()] == [(method, None)]
    assert gate.asked("payment_methods.detach") == 1


def test_nobody_sees_or_forgets_what_another_saved(payer, api_of, client):
    api = api_of(UserFactory())
    assert [api.get("/api/payments/method").status_code, api.delete("/api/payments/method").status_code] == [404, 204]
    assert client.delete("/api/payments/method").status_code == 401
    assert saved_method(payer) is not None


@pytest.mark.parametrize("script", ["lost:1", "flaky:1"])
def test_stripe_forgets_too_whatever_answer_is_lost(gate, payer, now, script):
    gate.world.control("stripe", script={"payment_methods.detach": script})
    services.forget_methods(payer.pk, now=now)
    assert commanding.carry_out_due(now) == 0

    assert carry_out(now) == 1
    assert [method["customer"] for method in gate.world.stripe.methods()] == [None]
    assert GatewayCommand.objects.get(kind="detach").state == "done"


def test_an_account_that_is_deleted_leaves_no_method(gate, payer, now):
    accounts.delete_account(payer, password=PASSWORD)
    carry_out(now)

    assert SavedMethod.objects.count() == 0
    assert [method["customer"] for method in gate.world.stripe.methods()] == [None]


def test_what_is_heard_of_after_an_account_is_deleted_is_forgotten_the_next_day(gate, begin, now):
    payment = begin(saves_method=True)
    gate.world.stripe.pay(services.intent_of(payment, now=now).intent_id)
    accounts.delete_account(payment.payer, password=PASSWORD)
    reconciling.look(Payment.objects.get(), timezone.now())
    assert SavedMethod.objects.count() == 1

    retention.forget_methods(now)
    carry_out(now)
    assert SavedMethod.objects.count() == 0
    assert [method["customer"] for method in gate.world.stripe.methods()] == [None]


def test_what_was_forgotten_pays_nothing_that_was_begun_before(gate, payer, begin, now):
    renewal = begin(payer=payer, off_session=True)
    gate.world.control("stripe", outage="unavailable")
    commanding.carry_out_due(now)
    services.forget_methods(payer.pk, now=now)
    gate.world.control("stripe", outage="none")
    commanding.carry_out(GatewayCommand.objects.get(kind="detach").pk, now)

    with pytest.raises(GatewayRefused):
        commanding.carry_out(renewal.commands.get().pk, now + DAY)
    assert end(renewal) == ("cancelled", (0, 1, 0), 0)
