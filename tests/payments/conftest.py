from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from payments import commanding, services
from payments.models import Payment
from tests.factories.accounts import UserFactory
from tests.factories.payments import TicketFactory
from tests.outside.world import World, outside
from tests.payments.calls import Gate
from tests.sample import tickets


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with outside() as started:
        yield started


@pytest.fixture
def gate(world: World, settings: Any, client: Client) -> Gate:
    """Stripe is configured. It calls nobody by itself: a test says which call comes when."""
    world.reset()
    for name in ("STRIPE_API_BASE", "STRIPE_API_KEY"):
        setattr(settings, name, world.env[name])
    settings.STRIPE_WEBHOOK_SECRETS = [world.env["STRIPE_WEBHOOK_SECRETS"]]
    return Gate(world, client)


@pytest.fixture
def begin(db: None, now: datetime) -> Callable[..., Payment]:
    """A payment for a new ticket, not yet asked for at the gateway."""

    def begin(**terms: Any) -> Payment:
        given = {"payer": UserFactory(), "payee": "box office", "amount": 1250, "currency": "EUR", "now": now}
        return services.begin_payment((tickets.KIND, TicketFactory().pk), **given | terms)

    return begin


@pytest.fixture
def open_payment(gate: Gate, begin: Callable[..., Payment], now: datetime) -> Payment:
    """Stripe knows of it, and nobody has paid."""
    payment = begin()
    commanding.carry_out_due(now)
    payment.refresh_from_db()
    return payment


@pytest.fixture
def paid_payment(gate: Gate, open_payment: Payment) -> Payment:
    gate.world.stripe.pay(open_payment.intent_id)
    gate.tell_all()
    open_payment.refresh_from_db()
    return open_payment
