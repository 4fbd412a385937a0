from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import User
from notifications import trees
from notifications.errors import NoSuchNotice
from notifications.models import Delivery, DeliveryQuerySet, Device, Notice, NoticeQuerySet

State = Delivery.State

WINDOW = 50


def notices_of(user: User) -> NoticeQuerySet:
    return Notice.objects.listed().filter(recipient=user).select_related("recipient")


def notice_of(user: User, notice_id: UUID) -> Notice:
    """Also one that she archived."""
    told = Notice.objects.filter(recipient=user, is_listed=True, withdrawn_at=None)
    notice = told.filter(pk=notice_id).select_related("recipient").first()
    if notice is None:
        raise NoSuchNotice
    return notice


def unread_counts(user_ids: Collection[UUID]) -> dict[UUID, int]:
    unread = Notice.objects.unread().filter(recipient__in=user_ids).order_by()
    counts = dict(unread.values_list("recipient").annotate(count=Count("*")))
    return {user_id: counts.get(user_id, 0) for user_id in user_ids}


def unread_count(user: User) -> int:
    return unread_counts([user.pk])[user.pk]


def newest_keys(user_id: UUID) -> list[str]:
    """The newest that were ever told, so that nothing enters the window but what is new.

    Those of them that she archived, and those that were withdrawn, are not shown.
    """
    return [str(pk) for pk in _newest(user_id)]


def in_window(user_id: UUID, notice_ids: Iterable[UUID]) -> set[UUID]:
    """Which of them are among her newest."""
    return set(_newest(user_id)) & set(notice_ids)


def devices_of(user: User, *, device_id: UUID | None, session_id: UUID | None) -> list[UUID]:
    """The device she names or, where she names none, that of her session."""
    devices = Device.objects.filter(user=user)
    named = devices.filter(pk=device_id) if device_id else devices.filter(session_id=session_id)
    return list(named.values_list("pk", flat=True)) if device_id or session_id else []


def pushes(notice_ids: Collection[UUID], device_ids: Collection[UUID]) -> DeliveryQuerySet:
    """What may have reached these devices. Only of some channels is it known which device a push goes to."""
    sent = Delivery.objects.filter(notice__in=notice_ids, is_clear=False, channel__in=trees.PUSH).filter(
        state__in=[State.SENDING, State.RETRYING, State.ACCEPTED, State.OPENED]
    )
    return sent.filter(Q(device__in=device_ids) | Q(device=None))


def _newest(user_id: UUID) -> Iterable[UUID]:
    told = Notice.objects.filter(recipient=user_id, is_listed=True).order_by("-id")
    return told.values_list("pk", flat=True)[:WINDOW]
