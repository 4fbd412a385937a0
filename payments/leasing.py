"""Rows that are work. Who takes one moves its `next_at` past the time that it can take: if he dies, another follows."""

from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from core.unit import unit
from payments.conf import limits
from payments.models import GatewayCommand, WebhookEvent


@unit
def lease(waiting: "QuerySet[GatewayCommand] | QuerySet[WebhookEvent]", now: datetime) -> bool:
    """False where somebody else has it, or it is not due."""
    until = now + timedelta(seconds=limits.lease_seconds)
    return bool(waiting.filter(next_at__lte=now).update(next_at=until, attempts=F("attempts") + 1))


def backoff(attempts: int, longest: float) -> timedelta:
    """Twice as long each time."""
    return timedelta(seconds=min(limits.first_retry_seconds * 2 ** min(attempts - 1, 20), longest))
