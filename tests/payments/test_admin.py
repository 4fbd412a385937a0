"""Operators look at payments, and press buttons."""

from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.utils import timezone

from payments import commanding, metrics, services
from payments.models import GatewayCommand, LedgerEntry, Payment, SavedMethod, WebhookEvent
from realtime import nodes
from realtime.models import Node
from tests.factories.accounts import UserFactory
from tests.factories.payments import WebhookEventFactory

pytestmark = pytest.mark.django_db

PAYMENTS, WEBHOOKS, METHODS = (f"/admin/payments/{name}/" for name in ("payment", "webhookevent", "savedmethod"))


def press(office, path, action, *things):
    body = {"action": action, "_selected_action": [thing.pk for thing in things]}
    return [str(message) for message in office.post(path, body, follow=True).context["messages"]]


def test_the_gateway_is_asked_now(gate, office, open_payment):
    gate.world.stripe.pay(open_payment.intent_id)

    assert press(office, PAYMENTS, "ask_now", open_payment) == ["Asked the gateway (1)."]
    assert Payment.objects.get().status == "succeeded"
    gate.world.control("stripe", outage="unavailable")
    [refusal] = press(office, PAYMENTS, "ask_now", open_payment)
    assert refusal.endswith("try again in a moment.")


def test_all_that_is_left_is_refunded_once(office, paid_payment):
    assert press(office, PAYMENTS, "refund", paid_payment) == ["Refund asked for (1)."]
    [refusal] = press(office, PAYMENTS, "refund", paid_payment)
    assert refusal.endswith("So much cannot be refunded.")

    commanding.carry_out_due(timezone.now())
    assert Payment.objects.get().status == "refunded"


def test_a_dead_call_is_read_again(office, db):
    dead, done = WebhookEventFactory(state="dead", attempts=9), WebhookEventFactory(state="done")

    said = press(office, WEBHOOKS, "read_again", dead, done)
    assert sorted(said) == ["To be read again (1).", f"{done}: This was read, or will be."]
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("waiting", 0)


def test_a_saved_method_is_forgotten(gate, office, begin, now):
    payment = begin(saves_method=True)
    gate.world.stripe.pay(services.intent_of(payment, now=now).intent_id)
    gate.tell_all()

    assert press(office, METHODS, "forget", SavedMethod.objects.get()) == ["Forgotten (1)."]
    commanding.carry_out_due(timezone.now())
    assert [method["customer"] for method in gate.world.stripe.methods()] == [None]


def test_who_may_only_look_has_no_buttons(client, paid_payment):
    looker = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_payment", "view_webhookevent"]))
    client.force_login(looker)

    assert "Refund all that is left" not in client.get(PAYMENTS).text
    client.post(PAYMENTS, {"action": "refund", "_selected_action": [paid_payment.pk]})
    assert paid_payment.refunds.count() == 0


def test_nothing_is_written_or_deleted_by_hand(office, paid_payment):
    entry = LedgerEntry.objects.get()
    for thing in (paid_payment, entry, GatewayCommand.objects.get(), WebhookEvent.objects.first()):
        page = f"/admin/payments/{thing._meta.model_name}/"
        assert office.get(f"{page}add/").status_code == 403
        assert office.post(f"{page}{thing.pk}/change/", {"amount": 1}).status_code == 403
        assert office.post(f"{page}{thing.pk}/delete/", {"post": "yes"}).status_code == 403
        assert office.get(f"{page}{thing.pk}/change/").status_code == 200
    assert LedgerEntry.objects.get().amount == entry.amount


# Figures, and whether a deployment is fit


def figures():
    families = metrics.figures(timezone.now())
    return {(sample.name, sample.labels["what"]): sample.value for family in families for sample in family.samples}


def test_what_waits_and_what_failed_is_counted(gate, begin, paid_payment, now):
    gate.world.stripe.refund(paid_payment.intent_id)
    services.refund_payment(paid_payment, reason="twice", now=now)  # which Stripe refuses
    commanding.carry_out_due(now)
    begin()
    WebhookEventFactory(received_at=now - timedelta(minutes=2))
    WebhookEventFactory(state="dead")

    found = figures()
    assert (found["payments_waiting", "webhooks"], found["payments_waiting", "commands"]) == (1, 1)
    assert 120 <= found["payments_waiting_seconds", "webhooks"] < 150
    assert (found["payments_failed", "webhooks"], found["payments_failed", "commands"]) == (1, 1)


def preflight():
    """What it complains of."""
    for role in Node.Role:
        nodes.beat(role)
    said = StringIO()
    with suppress(CommandError):
        call_command("preflight", stdout=said, no_color=True)
    return [line for line in said.getvalue().splitlines() if line.startswith("FAILED") and "payments" in line]


def test_a_deployment_that_can_be_paid_passes(gate, paid_payment):
    assert preflight() == []


@pytest.mark.parametrize(("broken", "complaint"), [("key", "AuthenticationError"), ("outage", "APIError")])
def test_a_gateway_that_does_not_take_our_key_is_complained_of(gate, settings, db, broken, complaint):
    if broken == "key":
        settings.STRIPE_API_KEY = "sk_test_of_yesterday"
    else:
        gate.world.control("stripe", outage="unavailable")

    assert [line.rpartition(" ")[2] for line in preflight()] == [complaint]


def test_what_is_dead_or_late_is_complained_of(gate, begin, now, settings):
    settings.STRIPE_WEBHOOK_SECRETS = []
    WebhookEventFactory(state="dead")
    begin(now=now - timedelta(hours=2))

    said = " ".join(preflight())
    assert "STRIPE_WEBHOOK_SECRETS is empty" in said
    assert "1 webhooks failed" in said
    assert "1 commands wait, for up to 72" in said
