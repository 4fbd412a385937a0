"""Broadcasts: claimed by their row, called, and written down. A row that was claimed is never called again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol, cast
from uuid import UUID

from django.utils import timezone

from core.unit import unit
from notifications import channels
from notifications.channels.parcel import Outcome, Verdict
from notifications.conf import limits
from notifications.models import Broadcast
from notifications.outbox.courier import courier

State = Broadcast.State


class Broadcaster(Protocol):
    """A channel that also reaches many at once."""

    async def broadcast(self, target: str, title: str, body: str, data: Mapping[str, str]) -> Outcome: ...


def send(broadcast_id: UUID) -> None:
    """Waits for the provider, so on a worker's thread."""
    if not _claim(broadcast_id, timezone.now()):
        return
    broadcast = Broadcast.objects.get(pk=broadcast_id)
    _record(broadcast, courier.run(_call(broadcast)), timezone.now())


def send_waiting(now: datetime) -> None:
    """What nobody rang for; and of those whose sender died, that nobody knows what became of them."""
    _give_up(now - timedelta(seconds=limits.lease_seconds))
    for broadcast_id in list(Broadcast.objects.filter(state=State.PENDING).values_list("pk", flat=True)):
        send(broadcast_id)


@unit
def _claim(broadcast_id: UUID, now: datetime) -> bool:
    waiting = Broadcast.objects.filter(pk=broadcast_id, state=State.PENDING)
    return bool(waiting.update(state=State.SENDING, begun_at=now))


async def _call(broadcast: Broadcast) -> Outcome:
    channel = cast(Broadcaster, channels.channel(broadcast.channel))
    return await channel.broadcast(broadcast.target, broadcast.title, broadcast.body, broadcast.data)


@unit
def _record(broadcast: Broadcast, outcome: Outcome, now: datetime) -> None:
    Broadcast.objects.filter(pk=broadcast.pk, state__in=[State.SENDING, State.UNCERTAIN]).update(
        state=_state_after(outcome),
        code=outcome.code[:40],
        error=outcome.error[:250],
        provider_id=outcome.provider_id[:200],
        ended_at=now,
    )


def _state_after(outcome: Outcome) -> State:
    match outcome.verdict:
        case Verdict.ACCEPTED:
            return State.ACCEPTED
        case Verdict.TRANSIENT:
            return State.UNCERTAIN
        case _:
            return State.FAILED


@unit
def _give_up(since: datetime) -> None:
    lost = Broadcast.objects.filter(state=State.SENDING, begun_at__lt=since)
    if lost.exists():
        lost.update(state=State.UNCERTAIN, code="LOST", ended_at=timezone.now())
