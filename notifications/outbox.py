"""Messages become notices in the same commit as the rows they tell of, and are taken back likewise.

What else becomes of a notice is planned afterwards, by `planning`, from the row; so nothing is lost when nobody hears
the doorbell.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from core.doorbell import ring
from core.sql import Columns, relation
from core.unit import unit
from notifications import clearing, events, tasks
from notifications.messages import Message, storable
from notifications.models import Delivery, Notice
from realtime.kinds import Told
from realtime.publishing import publish


def settle(messages: Sequence[Message]) -> None:
    at = timezone.now()
    notices = [notice for message in messages for notice in _notices(message, at)]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    # Where the dedupe key was taken, nothing was inserted and the database does not say so.
    inserted = set(Notice.objects.filter(pk__in=[n.pk for n in notices]).values_list("pk", flat=True))
    publish(*events.notices_added(notice for notice in notices if notice.pk in inserted))
    if inserted:
        ring(tasks.deliver)


@unit
def withdraw(about: tuple[str, object], *, kinds: Collection[str] = (), to: Collection[UUID] | None = None) -> None:
    """What was told about this object is no longer so: off the queue, out of the inbox, off the screens."""
    notices = Notice.objects.filter(subject_kind=about[0], subject_key=str(about[1]), withdrawn_at=None)
    if kinds:
        notices = notices.filter(kind__in=kinds)
    if to is not None:
        notices = notices.filter(recipient__in=to)
    withdraw_notices(list(notices.order_by("pk").select_for_update(no_key=True)))


@unit
def withdraw_notices(notices: Sequence[Notice]) -> None:
    """These are locked: a plan being made of them is finished, and what it planned is found here."""
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
        )
        for user_id in dict.fromkeys(message.to)
    ]
