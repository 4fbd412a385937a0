"""Asks the gateways themselves, for whatever nobody called about: calls that were lost, and crashes before a commit."""

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from core.sweeping import each
from core.unit import unit
from payments.applying import apply
from payments.conf import limits
from payments.errors import GatewayAway, GatewayRefused, NoSuchGateway, PaymentMismatch
from payments.gateways.registry import gateway
from payments.models import Payment, Refund

logger = logging.getLogger(__name__)


def reconcile(now: datetime) -> int:
    """Beat: answers how many payments were asked about. Those asked about longest ago come first; where a gateway is
    away, the rest waits, lest every worker wait for it."""

    def look_at(payment: Payment) -> None:
        try:
            look(payment, now)
        except (GatewayAway, GatewayRefused, NoSuchGateway, PaymentMismatch) as error:
            logger.warning("payment_not_reconciled", extra={"payment": str(payment.pk), "error": error.code})
            if isinstance(error, GatewayAway):
                raise

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
    return each(open_ones[: limits.lot], look_at, until=GatewayAway)


def look(payment: Payment, now: datetime) -> Payment:
    """What the gateway knows of it, now: also for a payer who has just returned and does not want to wait."""
    if payment.intent_id is None:
        return payment
    _note(payment, now)
    return apply(payment, gateway(payment.gateway).retrieve(payment.intent_id))


@unit
def _note(payment: Payment, now: datetime) -> None:
    Payment.objects.filter(pk=payment.pk).update(asked_at=now)
