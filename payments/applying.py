"""What a gateway knows becomes what we know: the one place where money is written down.

A webhook, the payer's return, a command's answer and the reconciler all come here with a snapshot, in any order and any
number of times. Of what may still change, the gateway's newest word counts; cancelled outranks all of that, and paid
outranks cancelled. Dedupe keys enter each sum once.
"""

from datetime import datetime

from django.db.models import Q, Sum

from core.unit import unit
from payments.errors import PaymentMismatch
from payments.gateways.port import RefundSnapshot, Snapshot
from payments.methods import remember
from payments.models import GatewayCommand, LedgerEntry, Payment, Refund
from payments.ordering import order
from payments.payables import payable

Status = Payment.Status

REFUND_RANKS = {
    Refund.Status.REQUESTED: 0,
    Refund.Status.PENDING: 1,
    Refund.Status.SUCCEEDED: 2,
    Refund.Status.FAILED: 3,
}


@unit
def apply(payment: Payment, seen: Snapshot) -> Payment:
    subject = payable(payment)
    subject.lock(payment.subject_key)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    _refuse_mismatch(payment, seen)
    was, had_refunded = Status(payment.status), payment.refunded
    _charge(payment, seen)
    _refund(payment, seen)
    now_is = _status(payment, seen)
    _write(payment, seen, now_is)
    if payment.is_paid and was not in Payment.PAID:
        if payment.saves_method and seen.method:
            remember(payment, seen.method, payment.captured_at or seen.at)
        subject.paid(payment)
    elif now_is == Status.FAILED and payment.is_off_session:
        order(payment, GatewayCommand.Kind.CANCEL, seen.at)  # nobody is there to try another card: then it lapses
    elif now_is in {Status.FAILED, Status.CANCELLED} and now_is != was:
        subject.lapsed(payment)
    if payment.refunded > had_refunded:
        subject.refunded(payment)
    return payment


@unit
def lapse(payment: Payment) -> None:
    """The gateway would not have it, or was never asked: nobody can pay it any more."""
    subject = payable(payment)
    subject.lock(payment.subject_key)
    cancelled = Payment.objects.filter(pk=payment.pk, intent_id=None, status=Status.CREATED)
    if cancelled.update(status=Status.CANCELLED):
        subject.lapsed(Payment.objects.get(pk=payment.pk))


def _refuse_mismatch(payment: Payment, seen: Snapshot) -> None:
    is_ours = seen.payment_id in {None, payment.pk} and payment.intent_id in {None, seen.intent_id}
    if not is_ours or (seen.amount, seen.currency) != (payment.amount, payment.currency):
        raise PaymentMismatch


def _charge(payment: Payment, seen: Snapshot) -> None:
    if seen.captured and seen.captured_at and not payment.captured:
        _enter(payment, LedgerEntry.Kind.CHARGE, seen.captured, seen.captured_at, f"charge {seen.intent_id}")
        payment.captured, payment.captured_at = seen.captured, seen.captured_at


def _refund(payment: Payment, seen: Snapshot) -> None:
    for one in seen.refunds:
        refund = _known(payment, one)
        if REFUND_RANKS[one.status] > REFUND_RANKS[Refund.Status(refund.status)]:
            _move(payment, refund, one)
    succeeded = payment.refunds.filter(status=Refund.Status.SUCCEEDED)
    payment.refunded = succeeded.aggregate(sum=Sum("amount"))["sum"] or 0


def _move(payment: Payment, refund: Refund, seen: RefundSnapshot) -> None:
    if seen.status == Refund.Status.SUCCEEDED:
        _enter(payment, LedgerEntry.Kind.REFUND, -seen.amount, seen.at, f"refund {seen.gateway_id}")
    elif seen.status == Refund.Status.FAILED and refund.status == Refund.Status.SUCCEEDED:
        # Days later, when the bank of the card sends it back.
        _enter(payment, LedgerEntry.Kind.REVERSAL, seen.amount, seen.at, f"reversal {seen.gateway_id}")
    payment.refunds.filter(pk=refund.pk, status=refund.status).update(
        status=seen.status, gateway_id=seen.gateway_id, settled_at=seen.at
    )


def _known(payment: Payment, seen: RefundSnapshot) -> Refund:
    """Ours by the gateway's id, or by our own where its answer was lost; else it was made at the gateway's desk."""
    ours = Q(gateway_id=seen.gateway_id)
    if seen.refund_id:
        ours |= Q(pk=seen.refund_id, gateway_id=None)
    refund = payment.refunds.filter(ours).first()
    if refund is not None:
        return refund
    terms = {"amount": seen.amount, "status": Refund.Status.REQUESTED, "created_at": seen.at}
    return Refund.objects.create(
        payment=payment, gateway_id=seen.gateway_id, is_external=True, reason="at the gateway", **terms
    )


def _status(payment: Payment, seen: Snapshot) -> Status:
    if payment.captured:
        left = payment.captured - payment.refunded
        return Status.REFUNDED if not left else Status.PARTIALLY_REFUNDED if payment.refunded else Status.SUCCEEDED
    if Status.CANCELLED in {payment.status, seen.status}:
        return Status.CANCELLED
    is_news = payment.seen_at is None or seen.at >= payment.seen_at
    return seen.status if is_news else Status(payment.status)


def _write(payment: Payment, seen: Snapshot, status: Status) -> None:
    payment.status, payment.intent_id = status, seen.intent_id
    payment.seen_at = max(seen.at, payment.seen_at or seen.at)
    payment.save(update_fields=["status", "intent_id", "captured", "captured_at", "refunded", "seen_at"])


def _enter(payment: Payment, kind: LedgerEntry.Kind, amount: int, at: datetime, key: str) -> None:
    terms = {
        "payment": payment,
        "payee": payment.payee,
        "kind": kind,
        "amount": amount,
        "currency": payment.currency,
        "occurred_at": at,
    }
    entry, is_new = LedgerEntry.objects.get_or_create(dedupe_key=f"{payment.gateway} {key}", defaults=terms)
    if is_new:
        payable(payment).entered(entry)
