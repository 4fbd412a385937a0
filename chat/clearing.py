"""What was pushed of a message is taken off the screens once it was read, and taken back once it is gone."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from chat import events, messages
from chat.models import Message
from notifications import services as notices
from notifications.messages import withdraw
from notifications.models import Notice

CHUNK = 1000  # messages; who comes back after a year may read many at once


def clear(user: User, conversation_id: UUID, after: int, upto: int, *, now: datetime) -> None:
    """She has read these messages."""
    for pushed in _pushed_to(user.pk, conversation_id, after, upto):
        if ids := list(pushed.values_list("pk", flat=True)):
            notices.mark_read(user, ids, now=now)


def take_back(user_id: UUID, conversation_id: UUID, after: int, upto: int) -> None:
    """She is not to see these messages any more."""
    for pushed in _pushed_to(user_id, conversation_id, after, upto):
        for key in pushed.values_list("subject_key", flat=True):
            withdraw((events.MESSAGE, key), to=[user_id])


def withdraw_all(message_id: UUID) -> None:
    """Nobody is to see it any more, and its words are not kept."""
    about = Notice.objects.filter(subject_kind=events.MESSAGE, subject_key=str(message_id))
    list(about.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    about.update(params={"text": ""})
    withdraw((events.MESSAGE, message_id))


def _pushed_to(user_id: UUID, conversation_id: UUID, after: int, upto: int) -> Iterator[QuerySet[Notice]]:
    """What she was told of the messages after one and up to another, and has not read."""
    between = Message.objects.filter(conversation=conversation_id, seq__gt=after, seq__lte=upto)
    keys = [str(pk) for pk in between.order_by("seq").values_list("pk", flat=True)]
    told = Notice.objects.filter(kind=messages.MESSAGES, recipient=user_id, read_at=None, withdrawn_at=None)
    for start in range(0, len(keys), CHUNK):
        yield told.filter(subject_kind=events.MESSAGE, subject_key__in=keys[start : start + CHUNK])
