"""Cash: what the desk says is so, by the same rows as any other money."""

import pytest

from payments import commanding, reconciling, services
from payments.errors import PaymentMismatch, PaymentOver
from payments.models import Payment
from tests.payments.calls import ledger, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def cash(begin):
    return begin(by="cash")


def test_it_is_to_be_paid_at_the_desk_and_nothing_in_the_app(cash, now):
    seen = services.intent_of(cash, now=now)

    assert (seen.client_secret, seen.status) == ("", "created")
    assert state(cash)["payment"][0] == "created"


def test_it_is_paid_once_at_the_desk(cash, now):
    for _ in range(2):
        services.settle_at_desk(cash, now=now)
    commanding.carry_out_due(now)
    reconciling.look(Payment.objects.get(), now)

    assert state(cash)["payment"] == ("succeeded", 1250, now, 0, f"cash_{cash.pk}")
    assert (ledger(cash), state(cash)["ticket"]) == ([("charge", 1250)], (1, 0, 0))


def test_it_is_given_back_over_the_desk(cash, now):
    services.settle_at_desk(cash, now=now)
    for amount in (250, None):
        services.refund_payment(cash, amount=amount, reason="late", now=now)
        commanding.carry_out_due(now)

    assert state(cash)["payment"][0] == "refunded"
    assert sorted(ledger(cash)) == [("charge", 1250), ("refund", -1000), ("refund", -250)]


def test_it_is_cancelled_and_then_not_taken(cash, now):
    services.intent_of(cash, now=now)
    services.cancel_payment(cash, now=now)
    commanding.carry_out_due(now)

    assert (state(cash)["payment"][0], state(cash)["ticket"]) == ("cancelled", (0, 1, 0))
    with pytest.raises(PaymentOver):
        services.settle_at_desk(cash, now=now)


def test_a_cancellation_does_not_undo_what_the_desk_took(cash, now):
    services.intent_of(cash, now=now)
    services.cancel_payment(cash, now=now)
    services.settle_at_desk(cash, now=now)
    commanding.carry_out_due(now)

    assert (state(cash)["payment"][0], state(cash)["ticket"]) == ("succeeded", (1, 0, 0))


def test_the_desk_takes_no_cash_for_what_is_paid_by_card(gate, open_payment, now):
    with pytest.raises(PaymentMismatch):
        services.settle_at_desk(open_payment, now=now)
    assert ledger(open_payment) == []
