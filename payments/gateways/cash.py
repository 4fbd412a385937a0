"""Cash: there is nobody to ask. What was paid at the desk is what the desk says."""

from datetime import datetime

from django.utils import timezone

from payments.errors import BadWebhook
from payments.gateways.port import Call, RefundSnapshot, Snapshot
from payments.models import Payment, Refund


class Cash:
    """It saves nothing: nobody can be charged while he is away."""

    def customer(self, payment: Payment, key: str) -> str:
        return ""

    def find(self, payment: Payment) -> Snapshot | None:
        return None

    def detach(self, payment: Payment, key: str) -> Snapshot:
        return _snapshot(payment)

    def create(self, payment: Payment, key: str) -> Snapshot:
        return _snapshot(payment)

    def retrieve(self, intent_id: str) -> Snapshot:
        return _snapshot(Payment.objects.get(gateway=Payment.Gateway.CASH, intent_id=intent_id))

    def cancel(self, intent_id: str, key: str) -> Snapshot:
        payment = Payment.objects.get(gateway=Payment.Gateway.CASH, intent_id=intent_id)
        return _snapshot(payment, Payment.Status.CANCELLED if not payment.captured else Payment.Status(payment.status))

    def refund(self, refund: Refund, key: str) -> Snapshot:
        """Given back over the desk as it is asked for."""
        done = Refund.Status.SUCCEEDED
        given = RefundSnapshot(f"desk_{refund.pk}", refund.amount, done, refund.created_at, refund.pk)
        return _snapshot(refund.payment, refunds=[given])

    def read_call(self, body: bytes, signature: str, now: datetime) -> Call:
        raise BadWebhook


def taken(payment: Payment, at: datetime) -> Snapshot:
    """The desk has the money."""
    return Snapshot(
        intent_id=intent_id(payment),
        status=Payment.Status.SUCCEEDED,
        amount=payment.amount,
        currency=payment.currency,
        at=at,
        captured=payment.amount,
        captured_at=at,
        payment_id=payment.pk,
    )


def intent_id(payment: Payment) -> str:
    return f"cash_{payment.pk}"


def _snapshot(
    payment: Payment, status: Payment.Status | None = None, refunds: list[RefundSnapshot] | None = None
) -> Snapshot:
    return Snapshot(
        intent_id=intent_id(payment),
        status=status or Payment.Status(payment.status),
        amount=payment.amount,
        currency=payment.currency,
        at=timezone.now(),
        captured=payment.captured,
        captured_at=payment.captured_at,
        refunds=refunds or [],
        payment_id=payment.pk,
    )
