"""Snapshots of a payment come in any order, late and often: the rows end the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from payments import services
from payments.applying import apply
from payments.errors import PaymentMismatch
from payments.gateways.port import RefundSnapshot, Snapshot
from payments.models import LedgerEntry, Payment, Refund
from payments.payables import Payable
from tests.factories.payments import PaymentFactory
from tests.payments.calls import ledger, state
from tests.sample import tickets

Status = Payment.Status

NOON = datetime(2031, 1, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AMOUNT = 1250


def seen(status: Status, minute: int = 0, **more: Any) -> Snapshot:
    return Snapshot("pi_1", status, AMOUNT, "EUR", NOON + minute * MINUTE, **more)


def paid(minute: int = 0, *refunds: RefundSnapshot) -> Snapshot:
    return seen(Status.SUCCEEDED, minute, captured=AMOUNT, captured_at=NOON, refunds=refunds)


def refund(amount: int, status: Refund.Status, name: str = "re_1") -> RefundSnapshot:
    return RefundSnapshot(name, amount, status, NOON)


def new_payment() -> Payment:
    return PaymentFactory(intent_id=None, amount=AMOUNT, created_at=NOON)


# Lives

OPEN = [Status.CREATED, Status.REQUIRES_ACTION, Status.PROCESSING, Status.FAILED]
PENDING, DONE, FAILED = Refund.Status.PENDING, Refund.Status.SUCCEEDED, Refund.Status.FAILED


@st.composite
def lives(draw: st.DrawFn) -> list[Snapshot]:
    """One life as the gateway has it, minute by minute."""
    life = [seen(status) for status in draw(st.lists(st.sampled_from(OPEN), min_size=1, max_size=5))]
    end = draw(st.sampled_from(["open", "cancelled", "paid"]))
    if end == "cancelled":
        life.append(seen(Status.CANCELLED))
    if end == "paid":
        life += [paid(0, *refunds) for refunds in draw(refunded_lives())]
    return [replace(snapshot, at=NOON + minute * MINUTE) for minute, snapshot in enumerate(life)]


@st.composite
def refunded_lives(draw: st.DrawFn) -> list[list[RefundSnapshot]]:
    """Refunds that come one after another, and go their way."""
    now: dict[str, RefundSnapshot] = {}
    moments: list[list[RefundSnapshot]] = [[]]
    for number in range(draw(st.integers(0, 3))):
        amount = draw(st.integers(1, AMOUNT // 3))
        steps = draw(st.sampled_from([[PENDING], [PENDING, DONE], [DONE], [PENDING, FAILED], [DONE, FAILED]]))
        for status in steps:
            now[f"re_{number}"] = refund(amount, status, f"re_{number}")
            moments.append(list(now.values()))
    return moments


def any_order(life: list[Snapshot]) -> st.SearchStrategy[list[Snapshot]]:
    """All of them, some more than once."""
    return st.lists(st.sampled_from(life), max_size=6).flatmap(lambda again: st.permutations(life + again))


class TestOrders(TestCase):
    @given(lives().flatmap(lambda life: st.tuples(st.just(life), any_order(life))))
    def test_any_order_with_repeats_ends_as_the_true_one(self, told: tuple[list[Snapshot], list[Snapshot]]) -> None:
        life, mixed = told
        truth, other = end_of(life), end_of(mixed)

        assert other == truth
        last = life[-1]
        given_back = sum(one.amount for one in last.refunds if one.status == DONE)
        assert truth["balance"] == truth["takings"] == last.captured - given_back
        assert truth["payment"][:2] == (expected(last, given_back), last.captured)


def expected(last: Snapshot, given_back: int) -> Status:
    if last.captured and given_back:
        return Status.REFUNDED if given_back == last.captured else Status.PARTIALLY_REFUNDED
    return last.status


def end_of(snapshots: Sequence[Snapshot]) -> dict[str, Any]:
    LedgerEntry.objects.all().delete()
    Refund.objects.all().delete()
    Payment.objects.all().delete()
    payment = new_payment()
    for snapshot in snapshots:
        apply(payment, snapshot)
    found = state(payment)
    # A refund that is only ever seen as failed has moved nothing: the balance is the same, the entries need not be.
    return {
        "payment": found["payment"],
        "refunds": found["refunds"],
        "paid": found["ticket"][0],
        "balance": sum(amount for _, amount in found["ledger"]),
        "takings": found["takings"],
    }


# One by one

pytestmark = pytest.mark.django_db


def test_a_debit_that_fails_after_days_has_failed_and_may_be_paid_by_other_means():
    payment = new_payment()

    for snapshot in (seen(Status.PROCESSING, 1), seen(Status.FAILED, 2)):
        payment = apply(payment, snapshot)
    assert (payment.status, state(payment)["ticket"]) == (Status.FAILED, (0, 1, 0))

    assert apply(payment, paid(3)).status == Status.SUCCEEDED
    assert state(payment)["ticket"] == (1, 1, 0)


def test_money_that_comes_after_a_cancellation_counts():
    payment = apply(new_payment(), seen(Status.CANCELLED))

    assert apply(payment, paid(1)).status == Status.SUCCEEDED
    assert apply(payment, seen(Status.CANCELLED, 2)).status == Status.SUCCEEDED
    assert state(payment)["ticket"] == (1, 1, 0)


def test_each_entry_of_the_ledger_is_told_once():
    payment = apply(new_payment(), paid(0, refund(250, DONE)))
    assert state(payment)["takings"] == AMOUNT - 250

    for minute in (1, 2):
        apply(payment, paid(minute, refund(250, FAILED)))
    assert state(payment)["takings"] == AMOUNT


def test_an_entry_that_is_there_already_is_not_told_again():
    """Though the payment says that nothing was captured yet: the key is the second guard."""
    payment = apply(new_payment(), paid())
    Payment.objects.update(captured=0, captured_at=None, status=Status.CREATED)
    apply(payment, paid(1))

    assert (ledger(payment), state(payment)["takings"]) == ([("charge", AMOUNT)], AMOUNT)


def test_who_keeps_no_books_need_not_listen():
    deaf = Payable(tickets.lock, tickets.paid, tickets.lapsed, tickets.refunded)
    assert deaf.entered(LedgerEntry()) is None


def test_a_refund_that_comes_back_is_on_the_books_and_can_be_made_anew(now):
    payment = apply(new_payment(), paid(0, refund(AMOUNT, DONE)))
    assert payment.status == Status.REFUNDED

    payment = apply(payment, paid(1, refund(AMOUNT, FAILED)))

    assert (payment.status, payment.refunded) == (Status.SUCCEEDED, 0)
    assert ledger(payment) == [("charge", AMOUNT), ("refund", -AMOUNT), ("reversal", AMOUNT)]
    assert services.refund_payment(payment, reason="again", now=now).amount == AMOUNT


def test_a_refund_may_come_back_while_the_same_thing_is_being_paid_anew(now):
    payment = apply(new_payment(), paid(0, refund(AMOUNT, DONE)))
    terms = {"payer": payment.payer, "payee": "x", "amount": 1, "currency": "EUR", "by": "cash", "now": now}
    second = services.begin_payment(payment.subject, **terms)

    assert apply(payment, paid(1, refund(AMOUNT, FAILED))).status == Status.SUCCEEDED
    assert Payment.objects.get(pk=second.pk).status == Status.CREATED


def test_a_refund_made_at_the_gateway_is_known_as_such():
    payment = apply(new_payment(), paid(0, refund(250, DONE)))

    assert [(one.is_external, one.amount) for one in payment.refunds.all()] == [(True, 250)]
    assert (payment.status, payment.refunded) == (Status.PARTIALLY_REFUNDED, 250)


@pytest.mark.parametrize(
    "other",
    [
        {"amount": AMOUNT - 1},
        {"currency": "USD"},
        {"intent_id": "pi_2"},
        {"payment_id": "019f0000-0000-7000-8000-000000000000"},
    ],
)
def test_what_is_not_the_payment_agreed_on_changes_nothing(other):
    payment = apply(new_payment(), seen(Status.CREATED))
    before = state(payment)

    with pytest.raises(PaymentMismatch):
        apply(payment, replace(paid(1), **other))
    assert state(payment) == before
