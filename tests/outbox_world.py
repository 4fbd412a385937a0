"""What hands do to the outbox of a deployment: people with phones, what they are told, and what became of it."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import Error, connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from core.sealing import fingerprint, seal
from core.unit import unit
from notifications import messages, services
from notifications.messages import Message, notify
from notifications.models import Attempt, Delivery, Device, Notice
from notifications.outbox import claiming, planning, sending
from notifications.reach import devices
from realtime.models import Connection, Entry, Node
from realtime.nodes import alive

ABOUT = "sample.counter"
LANE = "fcm.android"


# People, and what they are told


def people_with_phones(count: int, phones: int = 1, script: str = "") -> list[dict[str, Any]]:
    """New people: id, and the addresses of their phones. An address that begins with a script obeys it."""
    users = [User(email=f"{uuid7().hex}@outbox.test", full_name="Somebody") for _ in range(count)]
    User.objects.bulk_create(users)
    addresses = {user.pk: [f"{script}{uuid7().hex}" for _ in range(phones)] for user in users}
    now = timezone.now()
    Device.objects.bulk_create(
        Device(
            user=user,
            install_id=f"app of {address[-32:]}",
            address=seal(address),
            fingerprint=fingerprint(address),
            last_registered_at=now - timedelta(minutes=1),
            last_seen_at=now,
        )
        for user in users
        for address in addresses[user.pk]
    )
    return [{"id": str(user.pk), "phones": addresses[user.pk]} for user in users]


@unit
def tell(users: Sequence[UUID], about: int, occasion: str = "") -> None:
    """One thing, to all of them at once."""
    notify(Message("sample_news", (ABOUT, about), "Counter {n}", "It counts.", users, {"n": about}, occasion=occasion))


@unit
def tell_much(user_id: UUID, times: int) -> None:
    """At once, of a kind that is never too much."""
    notify(
        *(Message("sample_alarm", (ABOUT, n), "Counter {n}", "It counts.", [user_id], {"n": n}) for n in range(times))
    )


def tell_in_lots(users: Sequence[UUID], size: int, seconds: float) -> None:
    """Lot after lot, each in a commit of its own, so many seconds apart. What fails is said again, till it is heard."""
    for number, start in enumerate(range(0, len(users), size)):
        while not _is_told(users[start : start + size], number):
            connection.close()
            time.sleep(0.2)
        time.sleep(seconds)


def _is_told(users: Sequence[UUID], about: int) -> bool:
    try:
        tell(users, about)
    except Error:
        return False
    return True


def withdraw(about: int, after: float = 0) -> float:
    """In so many seconds; answers when that was committed, or a little later."""
    time.sleep(after)
    messages.withdraw((ABOUT, about))
    return time.time()


def read_all(user_id: UUID) -> float:
    user = User.objects.get(pk=user_id)
    ids = list(Notice.objects.filter(recipient=user).values_list("pk", flat=True))
    services.mark_read(user, ids, now=timezone.now())
    return time.time()


def register(user_id: UUID, address: str, install_id: str | None = None) -> float:
    """An app has this address now, whoever had it before. Answers when that was committed, or a little later."""
    devices.register(user_id=user_id, address=address, install_id=install_id, now=timezone.now())
    return time.time()


def forget_everything() -> None:
    Notice.objects.all().delete()


# What workers do


def plan() -> int:
    planned = 0
    while lot := planning.plan(timezone.now()):
        planned += lot
    return planned


def deliver() -> None:
    """All that can be done now, here and in this thread."""
    plan()
    while any(sending.drain(lane) for lane in claiming.due_lanes(timezone.now())):
        pass


def deliver_for(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        deliver()
        time.sleep(0.01)


def claim(at_most: int) -> list[int]:
    return claiming.claim(LANE, at_most, timezone.now())


def claim_carelessly(at_most: int) -> list[int]:
    """As `claim` would be if it took no lock and did not name the state that it leaves."""
    due = Delivery.objects.active().filter(lane=LANE, due_at__lte=timezone.now()).order_by("rank", "due_at")
    ids = list(due.values_list("pk", flat=True)[:at_most])
    time.sleep(0.01)  # as long as a query may take
    for pk in ids:  # each alone: several at once would wait for each other in a circle, and that is not the point here
        Delivery.objects.filter(pk=pk).update(
            state=Delivery.State.SENDING, due_at=timezone.now() + timedelta(minutes=1)
        )
    return ids


# What became of it


def workers() -> int:
    """How many listen to the broker."""
    return len(current_app.control.ping(timeout=0.5))


def under_way() -> dict[str, int]:
    """Notices without a plan, deliveries that wait, and those in somebody's hands."""
    states = Counter(Delivery.objects.active().values_list("state", flat=True))
    return {"unplanned": Notice.objects.filter(planned_at=None).count(), **states}


def outcome(about: int | None = None) -> dict[str, int]:
    """How many deliveries ended how; those that take a notice off a screen are counted apart."""
    deliveries = Delivery.objects.order_by("pk")
    if about is not None:
        deliveries = deliveries.filter(notice__subject_kind=ABOUT, notice__subject_key=about)
    rows = deliveries.values_list("is_clear", "state", "reason")
    return dict(Counter(" ".join(filter(None, ["clear" * is_clear, state, why])) for is_clear, state, why in rows))


def attempts() -> int:
    """Calls that were written down."""
    return Attempt.objects.count()


def heard(users: Sequence[UUID]) -> dict[str, int]:
    """How many events of which name are in their streams."""
    return dict(Counter(Entry.objects.filter(user_id__in=users).values_list("event__name", flat=True)))


def nids(about: int) -> list[str]:
    told = Notice.objects.filter(subject_kind=ABOUT, subject_key=about)
    return [str(pk) for pk in told.values_list("pk", flat=True)]


def begun(about: object = None) -> list[dict[str, Any]]:
    """Calls with something to show, of this object or of all: when they left, whatever the way took them."""
    calls = Attempt.objects.filter(delivery__is_clear=False).select_related("delivery__notice").order_by("at")
    if about is not None:
        calls = calls.filter(delivery__notice__subject_key=str(about))
    notices = [(call.delivery.notice, call.at.timestamp()) for call in calls]
    return [{"nid": str(notice.pk), "kind": notice.kind, "at": at} for notice, at in notices]


def lost_addresses(users: Sequence[UUID]) -> int:
    """Phones of theirs that push cannot reach."""
    return Device.objects.filter(user__in=users, is_enabled=False).count()


def is_planned(about: int) -> bool:
    told = Notice.objects.filter(subject_kind=ABOUT, subject_key=about)
    return told.exists() and not told.filter(planned_at=None).exists()


def is_over(about: int) -> bool:
    """It was planned, and nothing of it is under way."""
    under_way = Delivery.objects.active().filter(notice__subject_kind=ABOUT, notice__subject_key=about)
    return is_planned(about) and not under_way.exists()


def ways(about: int) -> list[dict[str, Any]]:
    """How each push of it ended, and for how many seconds it was held back on purpose."""
    pushes = Delivery.objects.filter(notice__subject_key=about, notice__subject_kind=ABOUT, is_clear=False)
    return [
        {
            "ended": f"{push.state} {push.reason}".strip(),
            "waited": (push.held_until - push.planned_at).total_seconds() if push.held_until else 0,
            "told_at": push.notice.created_at.timestamp(),
        }
        for push in pushes.select_related("notice").order_by("pk")
    ]


def places(user_id: UUID) -> list[str]:
    """Where the apps are in which she is connected."""
    sockets = Connection.objects.filter(user=user_id, node__in=alive(Node.Role.WEB))
    return sorted("foreground" if socket.is_foreground else "background" for socket in sockets)
