"""Asks the gateways themselves, for whatever nobody called about: calls that were lost, and crashes before a commit."""

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from core.unit import unit
from payments.applying import apply
from payments.conf import limits
from payments.errors import GatewayAway, GatewayRefused, NoSuchGateway, PaymentMismatch
from payments.gateways.registry import gateway
from payments.models import Payment, Refund

logger = logging.getLogger(__name__)


def reconcile(now: datetime) -> int:
    """Beat: answers how many payments were due for a look. Those asked about longest ago come first."""
    on_their_way = Refund.objects.filter(
        payment=OuterRef("pk"), status__in=[Refund.Status.REQUESTED, Refund.Status.PENDING]
    )
    rested = Q(asked_at=None) | Q(asked_at__lte=now - timedelta(seconds=limits.reconcile_every_seconds))
    open_ones = Payment.objects.filter(
        Q(status__in=Payment.UNSETTLED) | Exists(on_their_way),
        rested,
        intent_id__isnull=False,
        created_at__lte=now - timedelta(seconds=limits.reconcile_after_seconds),
        created_at__gt=now - timedelta(days=limits.reconcile_days),
    ).order_by(F("asked_at").asc(nulls_first=True), "created_at")
    looked_at = list(open_ones[: limits.lot])
    for payment in looked_at:
        try:
            look(payment, now)
        except (GatewayRefused, NoSuchGateway, PaymentMismatch) as error:
            logger.warning("payment_not_reconciled", extra={"payment": str(payment.pk), "error": error.code})
        except GatewayAway as error:
            logger.warning("payment_not_reconciled", extra={"payment": str(payment.pk), "error": error.code})
            break  # the others would wait for it as long, and every worker with them
        except Exception:  # whatever it is: the others are not to blame
            logger.exception("payment_not_reconciled", extra={"payment": str(payment.pk)})
    return len(looked_at)


def look(payment: Payment, now: datetime) -> Payment:
    """What the gateway knows of it, now: also for a payer who has just returned and does not want to wait."""
    if payment.intent_id is None:
        return payment
    _note(payment, now)
    return apply(payment, gateway(payment.gateway).retrieve(payment.intent_id))


@unit
def _note(payment: Payment, now: datetime) -> None:
    Payment.objects.filter(pk=payment.pk).update(asked_at=now)
