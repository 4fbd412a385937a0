from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from payments import commanding, services
from payments.models import Payment
from tests.factories.accounts import UserFactory
from tests.factories.payments import TicketFactory
from tests.payments.calls import Gate
from tests.sample import tickets


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
