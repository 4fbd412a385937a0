"""Calls to a provider without the wire: what a worker takes and looks at, and what it writes down."""

from datetime import datetime

from django.utils import timezone

from notifications.channels.parcel import Outcome
from notifications.outbox import claiming
from notifications.outbox.courier import Job, Sent
from notifications.outbox.looking import look
from notifications.outbox.recording import record, record_looks


def begun(lane: str, *, at_most: int = 1000, now: datetime | None = None) -> list[Job]:
    """What may go, on the wire from now on; what may not has ended or waits."""
    at = now or timezone.now()
    looks = look(claiming.claim(lane, at_most, at), at)
    record_looks([one for one in looks if one.verdict], at)
    return [Job(one.delivery.pk, one.delivery.attempts, one.parcel) for one in looks if one.parcel]


def answered(lane: str, job: Job, outcome: Outcome, *, began: datetime | None = None) -> None:
    now = timezone.now()
    record(lane, [Sent(job, outcome, began or now, 1)], now)
