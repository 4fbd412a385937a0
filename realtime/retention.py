"""What is forgotten, and when: see the table in docs/operations.md."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, QuerySet
from django.utils.timezone import now

from core.unit import unit
from realtime.conf import limits
from realtime.models import Command, Cursor, Entry, Event, Stream

BATCH = 1000


def purge(at: datetime | None = None) -> None:
    """Daily: events too old or beyond the number kept, commands no longer needed, devices long gone."""
    at = at or now()
    oldest = at - timedelta(days=limits.retention_days)
    last = Event.objects.filter(at__lt=oldest).aggregate(last=Max("id"))["last"] or 0
    for stream in Stream.objects.filter(head__gt=F("floor")).iterator(chunk_size=BATCH):
        _purge_stream(stream, last)
    # An entry is younger than its event by no more than a transaction; a day is far on the safe side.
    _delete_in_batches(Event.objects.filter(at__lt=oldest - timedelta(days=1)))
    _delete_in_batches(Command.objects.filter(forget_at__lt=at))
    _delete_in_batches(Cursor.objects.filter(seen_at__lt=at - timedelta(days=90)))


def _purge_stream(stream: Stream, last_event: int) -> None:
    entries = Entry.objects.filter(user_id=stream.user_id)
    expired = entries.filter(event_id__lte=last_event).aggregate(last=Max("offset"))["last"] or 0
    floor = max(expired, stream.head - limits.retention_events)
    if floor > stream.floor:
        _raise_floor(stream, floor)


@unit
def _raise_floor(stream: Stream, floor: int) -> None:
    # The floor first: a reader that sees the entries gone must also see why.
    if Stream.objects.filter(pk=stream.pk, floor__lt=floor).update(floor=floor):
        Entry.objects.filter(user_id=stream.user_id, offset__lte=floor).delete()


def _delete_in_batches(rows: QuerySet[Any]) -> None:
    while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model.objects.filter(pk__in=batch).delete()
