from uuid import UUID

from celery import shared_task
from django.utils import timezone

from core.doorbell import ring
from notifications import retention
from notifications.outbox import broadcasting, claiming, digests, planning, sending
from notifications.reach import ageing


@shared_task
def deliver() -> None:
    """Rung after every commit that told or took back something; and by beat, for what has become due meanwhile, what
    nobody rang for, and what somebody died over.
    """
    while planning.plan(timezone.now()):
        _ring_due_lanes()
    _ring_due_lanes()


@shared_task
def drain(lane: str) -> None:
    # What failed here may go another way now. A lane that found no slot free would ring itself without end.
    if sending.drain(lane):
        _ring_due_lanes()


@shared_task
def send_digests() -> None:
    digests.send_due(timezone.now())


@shared_task
def forget() -> None:
    retention.forget(timezone.now())


@shared_task
def age_devices() -> None:
    ageing.age(timezone.now())


@shared_task
def send_broadcast(broadcast_id: str) -> None:
    broadcasting.send(UUID(broadcast_id))


@shared_task
def send_broadcasts() -> None:
    broadcasting.send_waiting(timezone.now())


def _ring_due_lanes() -> None:
    for lane in claiming.due_lanes(timezone.now()):
        ring(drain, lane)
