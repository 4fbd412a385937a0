"""What an owner pays ahead of a repair. Under the report's lock, as is all that an estimate depends on."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from dispatch import distribution, events, messages, selectors
from dispatch.models import DamageReport, Estimate
from notifications.messages import notify
from payments import services as payments
from payments.models import LedgerEntry, Payment
from payments.payables import Payable
from realtime.publishing import publish

KIND = events.ESTIMATE


def share(cost: int, percent: int) -> int:
    """In minor units: half of one is rounded up, and something is never nothing."""
    return max(1, (cost * percent + 50) // 100)


def begin(estimate: Estimate, amount: int, now: datetime) -> Payment:
    payment = payments.begin_payment(
        (KIND, estimate.pk),
        payer=estimate.report.owner,
        payee=f"professional:{estimate.professional_id}",
        amount=amount,
        currency=estimate.currency,
        by=settings.DEPOSIT_GATEWAY,
        now=now,
    )
    Estimate.objects.filter(pk=estimate.pk).update(deposit=payment)
    return payment


def is_in_work(report: DamageReport, estimate: Estimate) -> bool:
    return estimate.status == Estimate.Status.ACCEPTED and report.status == DamageReport.Status.IN_PROGRESS


def give_back(estimate: Estimate, now: datetime) -> None:
    """The professional does not do it: whatever was paid goes back."""
    if estimate.deposit is None:
        return
    if not estimate.deposit.is_paid:
        payments.cancel_payment(estimate.deposit, now=now)
        return
    payments.give_back(estimate.deposit, reason="job given back", now=now)


def call_off(estimate: Estimate, now: datetime) -> None:
    """The repair is cancelled or done: what was not paid is no longer due, and what was paid stays."""
    if estimate.deposit is not None and not estimate.deposit.is_paid:
        payments.cancel_payment(estimate.deposit, now=now)


def _lock(estimate_id: str) -> None:
    distribution.locked(Estimate.objects.values_list("report_id", flat=True).get(pk=estimate_id))


def _paid(payment: Payment) -> None:
    estimate = _estimate(payment)
    publish(events.deposit_paid(estimate))
    if estimate.deposit_id == payment.pk and is_in_work(estimate.report, estimate):
        notify(messages.deposit_paid(estimate))
    else:
        # It came after all, once it was called off or another was begun in its place.
        payments.give_back(payment, reason="no longer due", now=payment.seen_at or timezone.now())


def _lapsed(payment: Payment) -> None:
    publish(events.deposit_lapsed(_estimate(payment)))


def _refunded(payment: Payment) -> None:
    estimate = _estimate(payment)
    publish(events.deposit_refunded(estimate))
    if payment.status == Payment.Status.REFUNDED:
        notify(messages.deposit_refunded(estimate, payment.pk))


def _entered(entry: LedgerEntry) -> None:
    if entry.kind == LedgerEntry.Kind.REVERSAL:  # it is here again: people see to it
        publish(events.deposit_reversed(_estimate(entry.payment)))


def _estimate(payment: Payment) -> Estimate:
    return selectors.estimates().get(pk=UUID(payment.subject_key))


PAYABLE = Payable(lock=_lock, paid=_paid, lapsed=_lapsed, refunded=_refunded, entered=_entered)
