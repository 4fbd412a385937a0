"""What a call means. It only says that something has happened to a payment: what the payment is now is asked of the
gateway, so that calls may come late, twice and in any order. One whose payment is not known yet waits for it.
"""

from datetime import datetime, timedelta

from core.sweeping import each
from core.unit import unit
from payments.applying import apply
from payments.conf import limits
from payments.errors import GatewayAway, GatewayRefused, NoSuchGateway, PaymentMismatch
from payments.gateways.port import Snapshot
from payments.gateways.registry import gateway
from payments.leasing import backoff, lease
from payments.models import Payment, WebhookEvent

State = WebhookEvent.State


def read_due(now: datetime) -> int:
    """Answers how many were read; the rest waits where a gateway is away, lest every worker wait for it."""

    def read_one(event_id: int) -> None:
        read(event_id, now)

    due = WebhookEvent.objects.filter(state=State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    return each(due.values_list("pk", flat=True)[: limits.lot], read_one, until=GatewayAway)


def read(event_id: int, now: datetime) -> None:
    event = _claim(event_id, now)
    if event is None:
        return
    try:
        seen = gateway(event.gateway).retrieve(event.intent_id)
        payment = payment_of(event.gateway, seen)
        if payment is None:
            _wait(event, "no payment of ours", now)
        else:
            _apply(event, payment, seen)
    except (GatewayAway, NoSuchGateway) as error:
        _wait(event, repr(error.__cause__ or error), now)
        raise
    except (GatewayRefused, PaymentMismatch) as error:
        _bury(event, str(error.details.get("reason", error.message)))


def payment_of(name: str, seen: Snapshot) -> Payment | None:
    """By the intent, or by our id in it, where we died before we could write down that it was made."""
    known = Payment.objects.filter(gateway=name)
    return known.filter(intent_id=seen.intent_id).first() or known.filter(pk=seen.payment_id, intent_id=None).first()


def _claim(event_id: int, now: datetime) -> WebhookEvent | None:
    one = WebhookEvent.objects.filter(pk=event_id, state=State.WAITING)
    return WebhookEvent.objects.get(pk=event_id) if lease(one, now) else None


@unit
def _apply(event: WebhookEvent, payment: Payment, seen: Snapshot) -> None:
    apply(payment, seen)
    WebhookEvent.objects.filter(pk=event.pk, state=State.WAITING).update(state=State.DONE, error="")


@unit
def _wait(event: WebhookEvent, why: str, now: datetime) -> None:
    if now - event.waiting_since > timedelta(hours=limits.unmatched_hours):
        _bury(event, why)
        return
    WebhookEvent.objects.filter(pk=event.pk, state=State.WAITING).update(
        next_at=now + backoff(event.attempts, limits.longest_retry_seconds), error=why[:300]
    )


@unit
def _bury(event: WebhookEvent, why: str) -> None:
    """Kept, shown to the operators and counted; they may have it read again."""
    WebhookEvent.objects.filter(pk=event.pk, state=State.WAITING).update(state=State.DEAD, error=why[:300])
