"""Who is pushed to, and when: every combination by the outbox's own functions, and the turning points over sockets."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from notifications import planning, preferences, services
from notifications.conf import limits
from notifications.courier import courier
from notifications.models import Delivery, Notice
from realtime import nodes, presence, selectors
from realtime.models import Connection, Node
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeviceFactory
from tests.house import House, Street, Web
from tests.notifications import post
from tests.outside.world import World, outside
from tests.sockets import Phone

NOW, AFTER_THE_WAIT, NEVER = "now", "after the wait", "never"
ALWAYS = [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "00:00"}]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with outside() as started:
        yield started


# The table


@dataclass(frozen=True)
class Case:
    live: str  # "", or where her app is: background, foreground
    acked: str  # "", or where her app was when it acknowledged
    is_read: bool
    is_muted: bool
    is_quiet: bool
    is_expired: bool
    is_urgent: bool
    is_late: bool  # all this happened after it was planned

    @property
    def address(self) -> str:
        return " ".join(map(str, astuple(self)))

    @property
    def pushed(self) -> str:
        """The words of the design, and nothing of ours."""
        if self.causes:
            return NEVER
        return AFTER_THE_WAIT if self.live == "foreground" else NOW

    @property
    def causes(self) -> set[str]:
        """All that speaks against a push, as it is told to whoever asks why there was none."""
        found = {
            "expired": self.is_expired,
            "skipped read": self.is_read,
            "skipped muted": self.is_muted,
            "skipped acked_on_socket": self.acked == "foreground",
            "pending": self.is_quiet and not self.is_urgent,
        }
        return {cause for cause, is_so in found.items() if is_so}


PLACES = ["", "background", "foreground"]
CASES = [Case(*values) for values in product(PLACES, PLACES, *[[False, True]] * 6)]


class Story:
    """One case with a person and a phone of its own."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.user: User = UserFactory()
        DeviceFactory(user=self.user, token=case.address)
        self.socket = Connection(
            user=self.user, device="phone", protocol="stream.v1", node=nodes.node_name(Node.Role.WEB),
            is_foreground=case.live == "foreground", since=timezone.now(),
        )  # fmt: skip

    def happen(self) -> None:
        now, user = timezone.now(), self.user
        if self.case.is_muted:
            preferences.choose(user.pk, channels={}, kinds={"sample_news": {"fcm": False}})
        if self.case.is_quiet:
            preferences.set_quiet_hours(user.pk, zone="UTC", windows=ALWAYS)
        if self.case.is_read:
            services.mark_read(user, Notice.objects.filter(recipient=user).values_list("pk", flat=True), now=now)

    @property
    def ack(self) -> presence.Ack:
        head = selectors.state(self.user.pk).head
        return presence.Ack(self.user.pk, "phone", selectors.epoch(), head, head * (self.case.acked == "foreground"))

    @property
    def ended(self) -> str:
        push = Delivery.objects.get(notice__recipient=self.user, channel="fcm", is_clear=False)
        return f"{push.state} {push.reason}".strip()


def happen(stories: list[Story]) -> None:
    for story in stories:
        story.happen()
    presence.record([], {}, [], [story.ack for story in stories if story.case.acked])


def pushed(world: World) -> set[str]:
    return {push["address"] for push in world.journal("fcm") if not push["is_clear"]}


@pytest.mark.django_db(transaction=True)
def test_every_case_of_the_table(world: World, settings: Any) -> None:
    world.reset()
    for name in ("FIREBASE_PROJECT", "FIREBASE_CREDENTIALS", "FCM_ENDPOINT"):
        setattr(settings, name, world.env[name])
    stories = [Story(case) for case in CASES]
    nodes.beat(Node.Role.WEB)
    presence.record([story.socket for story in stories if story.case.live], {}, [], [])
    for is_urgent, is_expired in product([False, True], repeat=2):
        readers = [
            story.user for story in stories if (story.case.is_urgent, story.case.is_expired) == (is_urgent, is_expired)
        ]
        post.tell(
            "sample_news",
            *readers,
            importance=Notice.Importance.URGENT if is_urgent else Notice.Importance.NORMAL,
            expires_at=timezone.now() - timedelta(seconds=1) if is_expired else None,
        )
    happen([story for story in stories if not story.case.is_late])
    planning.plan(timezone.now())
    happen([story for story in stories if story.case.is_late])
    post.deliver()
    at_once = pushed(world)
    post.pass_time(timedelta(seconds=limits.ack_seconds))
    post.deliver()
    later = pushed(world) - at_once
    courier.close()

    found = {
        case: NOW if case.address in at_once else AFTER_THE_WAIT if case.address in later else NEVER for case in CASES
    }
    assert {case: (found[case], case.pushed) for case in CASES if found[case] != case.pushed} == {}
    assert Counter(case.pushed for case in CASES) == {NOW: 40, AFTER_THE_WAIT: 20, NEVER: 516}
    unexplained = {s.case: s.ended for s in stories if s.case.pushed == NEVER and s.ended not in s.case.causes}
    assert unexplained == {}
