from celery import shared_task
from django.utils import timezone

from core.doorbell import ring
from payments import commanding, inbox, reconciling, retention
from payments.conf import limits
from payments.models import Payment


@shared_task
def carry_out_commands() -> None:
    """Rung when there is one; and by beat, for rings that were lost and answers that were."""
    if commanding.carry_out_due(timezone.now()) == limits.lot:
        ring(carry_out_commands)


@shared_task
def read_inbox() -> None:
    if inbox.read_due(timezone.now()) == limits.lot:
        ring(read_inbox)


@shared_task
def reconcile() -> None:
    reconciling.reconcile(timezone.now())


@shared_task
def forget() -> None:
    retention.forget(timezone.now())
    retention.forget_methods(timezone.now())


@shared_task
def look(payment_id: str) -> None:
    """Rung when the payer says that it is paid."""
    reconciling.look(Payment.objects.get(pk=payment_id), timezone.now())
