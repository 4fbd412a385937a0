"""Much history at once, for the soak tests."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils.timezone import now

from core.unit import unit
from realtime import selectors
from realtime.conf import limits
from realtime.models import Entry, Event
from realtime.publishing import Fact, publish
from realtime.selectors import Range
from tests.sample.services import members


def fill(counter_id: int, times: int) -> None:
    """So many events to everyone who shares the counter; the older half of them is past retention."""
    readers = members(counter_id)
    for _ in range(times):
        _tell(counter_id, readers)
    middle = Event.objects.order_by("pk")[500].pk
    Event.objects.filter(pk__lt=middle).update(at=now() - timedelta(days=limits.retention_days + 2))


@unit
def _tell(counter_id: int, readers: Sequence[UUID]) -> None:
    publish(Fact("sample.counter_seen", about=("sample.counter", counter_id), to=readers))


def read(users: Sequence[UUID]) -> int:
    return sum(len(events) for events in selectors.stored_events([Range(user, 900, 1000) for user in users]).values())


def count() -> int:
    return Entry.objects.count()
