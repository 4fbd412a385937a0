"""The row is the queue: a job is taken by saying so in the row, for as long as a lease."""

from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Coalesce

from core.unit import unit
from notifications.conf import limits
from notifications.models import Delivery
from notifications.outbox import breaker
from notifications.trees import LANES


def has_due(lane: str, now: datetime) -> bool:
    return Delivery.objects.active().filter(lane=lane, due_at__lte=now).exists()


def due_lanes(now: datetime) -> list[str]:
    """Lanes in which something waits that may be sent now."""
    closed_off = breaker.open_lanes(now)
    return [lane for lane in LANES if lane not in closed_off and has_due(lane, now)]


@unit
def claim(lane: str, at_most: int, now: datetime) -> list[int]:
    """Ids of the most urgent due deliveries. Committed before anything is sent; if the process dies, the lease ends."""
    due = Delivery.objects.active().filter(lane=lane, due_at__lte=now).order_by("rank", "due_at")
    ids = list(due.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True)[:at_most])
    Delivery.objects.active().filter(pk__in=ids).update(
        state=Delivery.State.SENDING,
        attempts=F("attempts") + 1,
        due_at=now + timedelta(seconds=limits.lease_seconds),
        begun_at=Coalesce(F("begun_at"), now),
    )
    return ids
