"""The outbox by hand: tell somebody something, and do what the worker would do, now or as if it were later."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import User
from core.unit import unit
from notifications.messages import Message, notify
from notifications.models import Delivery, Notice
from notifications.outbox import claiming, planning, sending
from notifications.trees import LANES

_numbers = count(1)


@unit
def tell(kind: str, *users: User, **options: Any) -> None:
    notify(message(kind, [user.pk for user in users], **options))


def message(kind: str, to: Collection[UUID], **options: Any) -> Message:
    about = options.pop("about", ("sample.counter", next(_numbers)))
    title, body = options.pop("title", "Counter {n}"), options.pop("body", "It counts.")
    return Message(kind, about, title, body, to, params={"n": 7, **options.pop("params", {})}, **options)


def told(kind: str, user: User, **options: Any) -> Notice:
    tell(kind, user, **options)
    return Notice.objects.filter(recipient=user, kind=kind).latest("id")


def planned(kind: str, user: User, **options: Any) -> list[Delivery]:
    return planned_ways(told(kind, user, **options))


def ways_of(notice: Notice) -> list[Delivery]:
    return list(notice.deliveries.filter(is_clear=False).order_by("step", "pk"))


def deliver() -> None:
    """All that can be done now."""
    while planning.plan(timezone.now()):
        pass
    while lanes := claiming.due_lanes(timezone.now()):
        if not sum(sending.drain(lane) for lane in lanes):
            break


def pass_time(by: timedelta) -> None:
    """What waits has waited so much longer."""
    for delivery in Delivery.objects.active():
        Delivery.objects.filter(pk=delivery.pk).update(due_at=delivery.due_at - by)


def claim_all(now: datetime | None = None) -> list[int]:
    return [pk for lane in LANES for pk in claiming.claim(lane, 1000, now or timezone.now())]


@contextmanager
def meanwhile(act: Callable[[], object], *, once: Callable[[], object]) -> Iterator[None]:
    """In another thread, as soon as it is so, or never in ten seconds; it is over when the block is."""

    def wait_and_act() -> None:
        deadline = monotonic() + 10
        while not once():
            assert monotonic() < deadline
            sleep(0.01)
        act()

    with ThreadPoolExecutor(max_workers=1) as executor:
        acting = executor.submit(in_thread(wait_and_act))
        yield
        acting.result()


def in_thread(act: Callable[[], object]) -> Callable[[], None]:
    """`act` for another thread, which leaves no connection open."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    return run


def planned_ways(notice: Notice) -> list[Delivery]:
    planning.plan(timezone.now())
    return ways_of(notice)


def drain(lane: str) -> None:
    sending.drain(lane)
