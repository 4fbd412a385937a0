"""What waits, and what operators must see to."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from payments.models import GatewayCommand, Refund, WebhookEvent


@dataclass(frozen=True, slots=True)
class Backlog:
    name: str
    waiting: int
    age: float  # seconds since the oldest of them was written
    failed: int


def backlogs(now: datetime) -> list[Backlog]:
    calls, commands = WebhookEvent.objects.all(), GatewayCommand.objects.all()
    calls_failed = calls.filter(state=WebhookEvent.State.DEAD)
    commands_failed = commands.filter(
        state=GatewayCommand.State.FAILED, kind=GatewayCommand.Kind.REFUND, refund__status=Refund.Status.FAILED
    )
    return [
        _backlog("webhooks", calls.filter(state=WebhookEvent.State.WAITING), "received_at", calls_failed, now),
        _backlog("commands", commands.filter(state=GatewayCommand.State.WAITING), "created_at", commands_failed, now),
    ]


def _backlog(name: str, waiting: QuerySet, since: str, failed: QuerySet, now: datetime) -> Backlog:  # type: ignore[type-arg]
    found = waiting.aggregate(count=Count("pk"), oldest=Min(since))
    age = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return Backlog(name, found["count"], age, failed.count())
