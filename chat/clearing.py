"""What was pushed of a message is taken off the screens once it was read, and taken back once it is gone."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts.models import User
from chat import events, messages
from chat.models import Message
from notifications import services as notices
from notifications.messages import withdraw
from notifications.models import Notice


def clear(user: User, conversation_id: UUID, after: int, upto: int, *, now: datetime) -> None:
    """She has read these messages."""
    read = Message.objects.filter(conversation=conversation_id, seq__gt=after, seq__lte=upto)
    keys = [str(pk) for pk in read.values_list("pk", flat=True)]
    pushed = Notice.objects.filter(subject_kind=events.MESSAGE, subject_key__in=keys, recipient=user, read_at=None)
    ids = list(pushed.filter(kind=messages.MESSAGES).values_list("pk", flat=True))
    if ids:
        notices.mark_read(user, ids, now=now)


def withdraw_of(message_ids: Collection[UUID], to: Collection[UUID] | None = None) -> None:
    for message_id in message_ids:
        withdraw((events.MESSAGE, message_id), to=to)
