"""What lets somebody pay, call or be believed is in no log, row, text of an object or page."""

import logging

import pytest
from django.apps import apps

from payments import commanding, reconciling, services
from payments.gateways.registry import gateway
from payments.models import Payment

pytestmark = pytest.mark.django_db


def rows():
    """All that is in our tables, as text."""
    models = apps.get_app_config("payments").get_models()
    return " ".join(str(row) for model in models for row in model.objects.values_list())


def test_no_secret_is_kept_or_told(gate, begin, office, settings, now, caplog, capfd):
    """Through a life with outages, refusals and a wrong key, with everything logged that can be."""
    caplog.set_level(logging.DEBUG)
    payment = begin()
    gate.world.control("stripe", script={"payment_intents.create": "lost:1"})
    commanding.carry_out_due(now)
    payment.refresh_from_db()
    seen = services.intent_of(begin(saves_method=True), now=now)
    settings.STRIPE_API_KEY = "sk_test_replaced_yesterday"
    services.cancel_payment(Payment.objects.get(intent_id=seen.intent_id), now=now)
    commanding.carry_out_due(now)
    settings.STRIPE_API_KEY = gate.world.env["STRIPE_API_KEY"]
    gate.world.stripe.decline(seen.intent_id)
    gate.world.stripe.pay(seen.intent_id)
    gate.tell_all()
    gate.call(gate.bodies()[-1], secret="whsec_guessed")
    reconciling.reconcile(now)
    intents = gate.world.stripe.intents()

    pages = [
        office.get(f"/admin/payments/{name}/").text
        for name in ("payment", "webhookevent", "gatewaycommand", "ledgerentry", "savedmethod")
    ]
    pages += [office.get(f"/admin/payments/payment/{payment.pk}/change/").text]
    told = capfd.readouterr()
    places = {
        "rows": rows(),
        "logs": " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records),
        "output": told.out + told.err,
        "repr": f"{seen!r} {gateway('stripe')!r}",
        "admin": " ".join(pages),
    }
    assert seen.client_secret == intents[-1]["client_secret"]
    secrets = [intent["client_secret"] for intent in intents] + [gate.secret, settings.STRIPE_API_KEY, "sk_test_repl"]
    assert len(secrets) >= 5
    assert [(where, secret) for where, text in places.items() for secret in secrets if secret in text] == []
    assert seen.intent_id in places["rows"]
    assert payment.subject_kind in places["admin"]
    assert "visa" in places["rows"]
    assert "visa" in places["admin"]
