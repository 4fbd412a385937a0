"""What was too much to push one by one is told as one notice, a while later."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from core.unit import unit
from notifications import catalogue
from notifications.conf import limits
from notifications.messages import Message, Words, notify
from notifications.models import Delivery, Digest, Notice

KIND = "digest"


def open_for(notices: Collection[Notice], now: datetime) -> None:
    """Inside a unit. One digest is open for each recipient and kind; what comes until it is due is told with it."""
    due_at = now + timedelta(seconds=limits.digest_seconds)
    wanted = {(notice.recipient_id, notice.kind) for notice in notices}
    digests = [Digest(recipient_id=user, kind=kind, opened_at=now, due_at=due_at) for user, kind in sorted(wanted)]
    Digest.objects.bulk_create(digests, ignore_conflicts=True)


def send_due(now: datetime) -> None:
    for digest_id in list(Digest.objects.filter(sent_at=None, due_at__lte=now).values_list("pk", flat=True)):
        _send(digest_id, now)


@unit
def _send(digest_id: int, now: datetime) -> None:
    if not Digest.objects.filter(pk=digest_id, sent_at=None).update(sent_at=now):
        return
    digest = Digest.objects.get(pk=digest_id)
    unread = _held_back(digest)
    if unread:
        notify(_message(digest, unread))


def _held_back(digest: Digest) -> int:
    digested = Delivery.objects.filter(reason=Delivery.Reason.DIGESTED, planned_at__gte=digest.opened_at)
    notices = Notice.objects.unread().filter(recipient=digest.recipient_id, kind=digest.kind, seen_at=None)
    return notices.filter(pk__in=digested.values("notice")).count()


def _message(digest: Digest, unread: int) -> Message:
    return Message(
        KIND,
        ("notifications.inbox", digest.recipient_id),
        gettext_noop("{count} more: {of}"),
        gettext_noop("Open the app to see them."),
        [digest.recipient_id],
        params={"count": unread, "of": Words(catalogue.kind(digest.kind).title)},
        data={"of": digest.kind},
        occasion=str(digest.pk),
    )
