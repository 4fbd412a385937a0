"""What hands do with inboxes in a deployment: see tests/hand.py."""

import random
from collections.abc import Callable, Sequence
from uuid import UUID

from django.utils.timezone import now

from accounts.models import User
from core.unit import unit
from notifications import outbox, selectors, services
from notifications.messages import Message, notify
from notifications.models import Notice

TOPIC = "sample.topic"


@unit
def tell(users: Sequence[UUID], number: int) -> None:
    """Of one number once; the same words for all."""
    notify(Message("sample_news", (TOPIC, number), "News {number}", "", users, params={"number": number}))


def mark_all_read(user_id: UUID) -> None:
    services.mark_all_read(_user(user_id), now=now())


def unread(user_id: UUID) -> int:
    return selectors.unread_count(_user(user_id))


# Every verb, on what one of the people has in her inbox


def call(verb: str, people: Sequence[UUID], number: int) -> None:
    VERBS[verb](people, number)


def verbs() -> list[str]:
    return list(VERBS)


def _tell_again(people: Sequence[UUID], number: int) -> None:
    """What somebody may be telling at this moment."""
    tell(people, number % 20)


@unit
def _tell_and_withdraw(people: Sequence[UUID], number: int) -> None:
    outbox.withdraw((TOPIC, number - 1), to=people)
    tell(people[:1], number)


def _mark_seen(people: Sequence[UUID], number: int) -> None:
    user = _user(people[0])
    services.mark_seen(user, _some_of(user, number), now=now())


def _mark_seen_upto(people: Sequence[UUID], number: int) -> None:
    user = _user(people[0])
    for notice_id in _some_of(user, number)[:1]:
        services.mark_seen_upto(user, notice_id, now=now())


def _mark_read(people: Sequence[UUID], number: int) -> None:
    user = _user(people[0])
    services.mark_read(user, _some_of(user, number), now=now())


def _archive(people: Sequence[UUID], number: int) -> None:
    user = _user(people[0])
    services.archive(user, _some_of(user, number)[:2], now=now())


def _open(people: Sequence[UUID], number: int) -> None:
    user = _user(people[0])
    ids = _some_of(user, number)
    services.note_receipts(user, received=ids, opened=ids[:1], device_ids=[], now=now())


VERBS: dict[str, Callable[[Sequence[UUID], int], None]] = {
    "tell": tell,
    "tell_again": _tell_again,
    "tell_and_withdraw": _tell_and_withdraw,
    "withdraw": lambda people, number: outbox.withdraw((TOPIC, number % 20)),
    "mark_seen": _mark_seen,
    "mark_seen_upto": _mark_seen_upto,
    "mark_read": _mark_read,
    "mark_all_read": lambda people, number: mark_all_read(people[0]),
    "archive": _archive,
    "open": _open,
}


def mark_read_in_silence(user_id: UUID) -> None:
    """How it must not be done: nobody is told."""
    Notice.objects.filter(recipient=user_id, read_at=None).update(read_at=now())


# The laws of its rows


def breaches() -> list[str]:
    """Whatever was called in whatever order: nothing. Which of two came first is for the rows' locks to say, not for the
    times, which are those of the calls.
    """
    read_unseen = Notice.objects.filter(read_at__isnull=False, seen_at=None)
    archived_unread = Notice.objects.filter(archived_at__isnull=False, read_at=None)
    return [f"{notice.pk} is more than it was" for notice in read_unseen | archived_unread]


def _user(user_id: UUID) -> User:
    return User.objects.get(pk=user_id)


def _some_of(user: User, number: int) -> list[UUID]:
    """A few of the newest, in any order."""
    newest = list(selectors.notices_of(user).order_by("-id").values_list("pk", flat=True)[:12])
    return random.Random(number).sample(newest, min(5, len(newest)))
