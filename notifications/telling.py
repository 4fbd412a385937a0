"""Messages become notices in the same commit as the rows they tell of, and are taken back likewise.

What else becomes of a notice is planned afterwards, by `planning`, from the row; so nothing is lost when nobody hears
the doorbell.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import connection
from django.utils import timezone

from core.bulk import insert
from core.doorbell import ring
from core.sql import Columns, relation
from core.unit import unit
from notifications import events, tasks
from notifications.messages import Message, Withdrawal, storable
from notifications.models import Delivery, Notice
from notifications.outbox import clearing
from realtime.kinds import Told
from realtime.publishing import publish


def settle(said: Sequence[Message | Withdrawal]) -> None:
    """In the order in which it was said."""
    for kind, items in groupby(said, key=type):
        if kind is Message:
            _tell([item for item in items if isinstance(item, Message)])
        else:
            for withdrawal in items:
                withdraw_notices(_told(withdrawal))


@unit
def withdraw_notices(notices: Sequence[Notice]) -> None:
    """These are locked."""
    if not notices:
        return
    ids = [notice.pk for notice in notices]
    Notice.objects.filter(pk__in=ids, withdrawn_at=None).update(withdrawn_at=timezone.now())
    clearing.end_waiting(ids, Delivery.State.WITHDRAWN)
    clearing.clear_screens(ids)
    ring(tasks.deliver)
    publish(*events.notices_withdrawn(notices))


def note_offsets(told: Sequence[Told]) -> None:
    """Keep where in her stream the reader heard of each notice: who acknowledged that far has it."""
    columns: Columns = {
        "id": ("uuid", [UUID(one.key) for one in told]),
        "position": ("bigint", [one.offset for one in told]),
    }
    given, parameters = relation("told", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE notifications_notice SET "offset" = told.position FROM {given}
                WHERE notifications_notice.id = told.id AND notifications_notice."offset" IS NULL""",
            parameters,
        )


def _tell(messages: Sequence[Message]) -> None:
    at = timezone.now()
    notices = [notice for message in messages for notice in _notices(message, at)]
    # Where the dedupe key is taken, she was told already. In the order of the keys: who says the same at once waits for
    # the other, and not both for each other.
    by_key = sorted(notices, key=lambda notice: notice.dedupe_key)
    new = {notice.pk for notice in insert(by_key, ignore_conflicts=True)}
    if added := [notice for notice in notices if notice.pk in new]:
        publish(*events.notices_added(added))
        ring(tasks.deliver)


def _told(withdrawal: Withdrawal) -> list[Notice]:
    """Locked, so that a plan being made of them is finished, and what it planned is found."""
    kind, key = withdrawal.about
    notices = Notice.objects.filter(subject_kind=kind, subject_key=str(key), withdrawn_at=None)
    if withdrawal.kinds:
        notices = notices.filter(kind__in=withdrawal.kinds)
    if withdrawal.to is not None:
        notices = notices.filter(recipient__in=withdrawal.to)
    return list(notices.order_by("pk").select_for_update(no_key=True))


def _notices(message: Message, at: datetime) -> list[Notice]:
    subject_kind, subject_key = message.subject
    params, is_listed = storable(message.params), message.is_listed
    return [
        Notice(
            recipient_id=user_id,
            kind=message.kind,
            subject_kind=subject_kind,
            subject_key=subject_key,
            dedupe_key=message.dedupe_key(user_id),
            title=message.title,
            body=message.body,
            params=params,
            data=dict(message.data),
            importance=message.importance,
            is_listed=is_listed,
            created_at=at,
            expires_at=message.expires_at,
            offset=message.offsets.get(user_id),
        )
        for user_id in dict.fromkeys(message.to)
    ]
