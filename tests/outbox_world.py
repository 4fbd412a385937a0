"""What hands are asked to do to the outbox of a deployment: people with phones, words for them, and what became of it."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from core.sealing import fingerprint, seal
from core.unit import unit
from notifications import outbox, services
from notifications.messages import Message, notify
from notifications.models import Delivery, Device, Notice

ABOUT = "sample.counter"


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


def tell_in_lots(users: Sequence[UUID], size: int, seconds: float) -> None:
    """Lot after lot, each in a commit of its own, so many seconds apart."""
    for number, start in enumerate(range(0, len(users), size)):
        tell(users[start : start + size], number)
        time.sleep(seconds)


def withdraw(about: int) -> list[float]:
    """Answers when it was committed: not before the first, not after the second."""
    return _timed(lambda: outbox.withdraw((ABOUT, about)))


def read_all(user_id: UUID) -> list[float]:
    user = User.objects.get(pk=user_id)
    ids = list(Notice.objects.filter(recipient=user).values_list("pk", flat=True))
    return _timed(lambda: services.mark_read(user, ids, now=timezone.now()))


def _timed(act: Any) -> list[float]:
    before = time.time()
    act()
    return [before, time.time()]


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
