"""The gateway's calls, as they come in: checked, stored, answered. What they mean is read afterwards: see `inbox`."""

from datetime import datetime

from core.doorbell import ring
from core.errors import refuse
from core.unit import unit
from payments import tasks
from payments.conf import limits
from payments.errors import WebhookTooBig
from payments.gateways.port import Call
from payments.gateways.registry import gateway
from payments.models import WebhookEvent


def receive(name: str, body: bytes, signature: str, *, now: datetime) -> bool:
    """False for one that was received before. What is not stored gets no yes for an answer: the gateway calls again."""
    refuse(WebhookTooBig, unless=len(body) <= limits.webhook_bytes)
    return _store(name, gateway(name).read_call(body, signature, now), now)


@unit
def _store(name: str, call: Call, now: datetime) -> bool:
    event = WebhookEvent(
        gateway=name,
        event_id=call.event_id,
        type=call.type,
        intent_id=call.intent_id,
        payload=call.kept,
        state=WebhookEvent.State.WAITING if call.intent_id else WebhookEvent.State.IGNORED,
        next_at=now,
        occurred_at=call.occurred_at,
        received_at=now,
        waiting_since=now,
    )
    WebhookEvent.objects.bulk_create([event], ignore_conflicts=True)
    ring(tasks.read_inbox)
    return WebhookEvent.objects.filter(gateway=name, event_id=call.event_id, received_at=now).exists()
