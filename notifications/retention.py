"""What is forgotten, and when: see the table in docs/operations.md."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from core.unit import unit
from notifications import events
from notifications.conf import limits
from notifications.models import Attempt, Delivery, DeviceChange, Digest, Notice
from realtime.publishing import publish

BATCH = 1000


def forget(now: datetime) -> None:
    """Daily. A notice that still has a way to go stays, however old it is."""
    oldest_notice = now - timedelta(days=limits.notice_days)
    _delete(Attempt.objects.filter(at__lt=now - timedelta(days=limits.attempt_days)))
    _delete(DeviceChange.objects.filter(at__lt=now - timedelta(days=limits.attempt_days)))
    _delete(Digest.objects.filter(sent_at__lt=oldest_notice))
    under_way = Delivery.objects.active().values("notice")
    _delete(
        Notice.objects.filter(created_at__lt=oldest_notice, planned_at__isnull=False).exclude(pk__in=under_way),
        telling=_tell_how_many_are_left,
    )


def _delete(rows: QuerySet[Any], telling: Callable[[list[Any]], None] | None = None) -> None:
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        _delete_batch(rows, batch, telling)


@unit
def _delete_batch(rows: QuerySet[Any], batch: list[Any], telling: Callable[[list[Any]], None] | None) -> None:
    if telling:
        telling(batch)
    rows.model.objects.filter(pk__in=batch).delete()


def _tell_how_many_are_left(notice_ids: list[UUID]) -> None:
    unread = Notice.objects.unread().filter(pk__in=notice_ids)
    readers = set(unread.values_list("recipient", flat=True))
    publish(*[events.inbox_changed(reader) for reader in readers])
