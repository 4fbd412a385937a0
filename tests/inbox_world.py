"""What hands do with inboxes in a deployment: see tests/hand.py."""

import random
from collections.abc import Callable, Sequence
from uuid import UUID

from django.utils.timezone import now

from accounts.models import User
from core.unit import unit
from notifications import messages, selectors, services
from notifications.channels.parcel import Outcome, Verdict
from notifications.messages import Message, notify
from notifications.models import Delivery, Notice
from notifications.outbox import claiming, planning, recording
from notifications.outbox.courier import Job, Sent
from notifications.outbox.looking import look
from tests.factories.notifications import DeviceFactory

LANES = ["fcm.android", "fcm.ios"]
TOPIC = "sample.topic"


def give_phones(users: Sequence[UUID]) -> None:
    for user_id in users:
        for platform in ("android", "ios"):
            DeviceFactory(user_id=user_id, user=None, platform=platform)


@unit
def tell(users: Sequence[UUID], number: int) -> None:
    """Of one number once; the same words for all."""
    notify(Message("sample_alarm", (TOPIC, number), "News {number}", "", users, params={"number": number}))


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
    messages.withdraw((TOPIC, number - 1), to=people)
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


def _send(lane: str) -> int:
    """All but the call itself."""
    jobs = []
    looks = look(claiming.claim(lane, 20, now()), now())
    for one in looks:
        if one.parcel:
            jobs.append(Job(one.delivery.pk, one.delivery.attempts, one.parcel))
    recording.record_looks([one for one in looks if one.verdict], now())
    recording.record(lane, [Sent(job, Outcome(Verdict.ACCEPTED), now(), 1) for job in jobs], now())
    return len(looks)


def _deliver(people: Sequence[UUID], number: int) -> None:
    planning.plan(now())
    _send(LANES[number % 2])


def deliver_all() -> dict[str, int]:
    """How many pushes there were in all, and how many that took one off a screen."""
    while planning.plan(now()):
        pass
    while any(_send(lane) for lane in LANES):
        pass
    sent = Delivery.objects.filter(state__in=["accepted", "opened"])
    return {"shown": sent.filter(is_clear=False).count(), "cleared": sent.filter(is_clear=True).count()}


VERBS: dict[str, Callable[[Sequence[UUID], int], None]] = {
    "tell": tell,
    "tell_again": _tell_again,
    "tell_and_withdraw": _tell_and_withdraw,
    "withdraw": lambda people, number: messages.withdraw((TOPIC, number % 20)),
    "mark_seen": _mark_seen,
    "mark_seen_upto": _mark_seen_upto,
    "mark_read": _mark_read,
    "mark_all_read": lambda people, number: mark_all_read(people[0]),
    "archive": _archive,
    "open": _open,
    "deliver": _deliver,
}


def mark_read_in_silence(user_id: UUID) -> None:
    """How it must not be done: nobody is told."""
    Notice.objects.filter(recipient=user_id, read_at=None).update(read_at=now())


# The laws of its rows


def breaches() -> list[str]:
    """Whatever was called in whatever order: nothing, once all is delivered.

    Which of two calls came first is for the rows' locks to say, and not for the times, which are those of the callers.
    """
    found = []
    for user_id in Notice.objects.order_by().values_list("recipient", flat=True).distinct():
        newest = set(selectors.newest_keys(user_id))
        for notice in Notice.objects.filter(recipient=user_id).prefetch_related("deliveries"):
            found += [f"{notice.pk}: {problem}" for problem in _breaches(notice, may_show=str(notice.pk) in newest)]
    return found


def _breaches(notice: Notice, *, may_show: bool) -> list[str]:
    is_gone = bool(notice.read_at or notice.withdrawn_at)
    deliveries = list(notice.deliveries.all())
    shown = {d.device_id for d in deliveries if not d.is_clear and d.state in {"accepted", "opened"}}
    cleared = {d.device_id for d in deliveries if d.is_clear}
    laws = {
        "what is read was seen": bool(notice.seen_at) or not notice.read_at,
        "what is archived was read": bool(notice.read_at) or not notice.archived_at,
        "nothing waits for ever": not any(d.state in Delivery.ACTIVE for d in deliveries),
        "what is there stays on the screens": is_gone or not cleared,
        "what is gone is taken off them": not is_gone or cleared == shown or not may_show,
    }
    return [law for law, holds in laws.items() if not holds]


def _user(user_id: UUID) -> User:
    return User.objects.get(pk=user_id)


def _some_of(user: User, number: int) -> list[UUID]:
    """A few of the newest, in any order."""
    newest = list(selectors.notices_of(user).order_by("-id").values_list("pk", flat=True)[:12])
    return random.Random(number).sample(newest, min(5, len(newest)))
