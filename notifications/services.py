"""What somebody does with her notices. What is archived was read, and what was read was seen."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from core.doorbell import ring
from core.unit import unit
from notifications import events, selectors, tasks
from notifications.models import Delivery, Notice
from notifications.outbox import clearing
from notifications.reach import devices
from realtime.models import Event
from realtime.publishing import publish

Reason = Delivery.Reason
State = Delivery.State


@unit
def mark_seen(user: User, notice_ids: Collection[UUID], *, now: datetime) -> None:
    notices = _lock(_told_to(user).filter(pk__in=notice_ids, seen_at=None))
    _see(notices, now)
    publish(*events.notices_seen(notices))


@unit
def mark_seen_upto(user: User, newest: UUID, *, now: datetime) -> None:
    """What a list shows that begins with this one."""
    notices = _lock(selectors.notices_of(user).filter(pk__lte=newest, seen_at=None))
    _see(notices, now)
    publish(*events.notices_seen(_in_window(user, notices)))


@unit
def mark_read(user: User, notice_ids: Collection[UUID], *, now: datetime) -> None:
    notices = _lock(_told_to(user).filter(pk__in=notice_ids, read_at=None))
    _read(notices, now)
    _clear(notices)
    publish(*events.notices_changed(notices))


@unit
def mark_all_read(user: User, *, now: datetime) -> None:
    """Of very many, programs hear of the newest only; and a phone shows no more than these."""
    notices = _lock(selectors.notices_of(user).unread())
    if not notices:
        return
    _read(notices, now)
    newest = _in_window(user, notices)
    _clear(newest)
    publish(*events.notices_changed(newest), events.inbox_changed(user.pk))


@unit
def archive(user: User, notice_ids: Collection[UUID], *, now: datetime) -> None:
    notices = _lock(_told_to(user).filter(pk__in=notice_ids, archived_at=None))
    _read(notices, now)
    Notice.objects.filter(pk__in=_ids(notices), archived_at=None).update(archived_at=now)
    _clear(notices)
    publish(*events.notices_changed(notices))


@unit
def note_receipts(
    user: User, *, received: Collection[UUID], opened: Collection[UUID], device_ids: Collection[UUID], now: datetime
) -> None:
    """An app says which pushes it was given, and which were tapped. Who taps a push reads the notice."""
    # Notices before their deliveries, as everybody locks them.
    notices = _lock(Notice.objects.filter(recipient=user, pk__in=[*received, *opened]))
    pushes = selectors.pushes(_ids(notices), device_ids)
    list(pushes.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk"))
    pushes.filter(received_at=None).update(received_at=now)
    tapped = pushes.filter(notice__in=opened)
    tapped.filter(opened_at=None).update(opened_at=now)
    tapped.filter(state=State.ACCEPTED).update(state=State.OPENED)
    devices.note_seen(device_ids, now)
    mark_read(user, opened, now=now)


@unit
def forget(user_id: UUID) -> None:
    """All she was told, and what became of it."""
    ids = [notice.pk for notice in _lock(Notice.objects.filter(recipient=user_id))]
    Event.objects.filter(kind=events.NOTICE, key__in=[str(pk) for pk in ids]).update(data=None)
    Notice.objects.filter(pk__in=ids).delete()


def _told_to(user: User) -> QuerySet[Notice]:
    """Also what has a place of its own instead of the inbox: its pushes wait and show like all others."""
    return Notice.objects.filter(recipient=user, withdrawn_at=None)


def _lock(notices: QuerySet[Notice]) -> list[Notice]:
    """Those that are as asked for under the lock, too."""
    locked = notices.select_related(None).only("recipient", "is_listed")
    return list(locked.order_by("pk").select_for_update(no_key=True))


def _see(notices: Sequence[Notice], now: datetime) -> None:
    ids = _ids(notices)
    Notice.objects.filter(pk__in=ids, seen_at=None).update(seen_at=now)
    clearing.skip_needless(ids, Reason.SEEN)


def _read(notices: Sequence[Notice], now: datetime) -> None:
    ids = _ids(notices)
    Notice.objects.filter(pk__in=ids, read_at=None).update(read_at=now, seen_at=Coalesce(F("seen_at"), now))
    clearing.skip_needless(ids, Reason.READ)


def _clear(notices: Sequence[Notice]) -> None:
    if notices:
        clearing.clear_screens(_ids(notices))
        ring(tasks.deliver)


def _in_window(user: User, notices: Sequence[Notice]) -> list[Notice]:
    newest = selectors.in_window(user.pk, _ids(notices))
    return [notice for notice in notices if notice.pk in newest]


def _ids(notices: Sequence[Notice]) -> list[UUID]:
    return [notice.pk for notice in notices]
