"""Who is pushed to, and when: every combination by the outbox's own functions, and the turning points over sockets."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count, product
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from notifications import catalogue, services
from notifications.models import Delivery, Notice
from notifications.outbox import planning
from notifications.outbox.courier import courier
from notifications.reach import preferences
from realtime import nodes, presence, selectors
from realtime.models import Connection, Node
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeviceFactory
from tests.house import House, Street, Web
from tests.notifications import post
from tests.outside.world import World
from tests.sockets import Phone
from tests.waiting import wait_for

KIND = "sample_patient"  # waits an hour for an ack, however slow this machine is
WAIT = timedelta(seconds=catalogue.kind(KIND).ack_seconds)
NOW, AFTER_THE_WAIT, NEVER = "now", "after the wait", "never"
ALWAYS = [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "00:00"}]


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
        is_held = self.live == "foreground" or (self.is_quiet and not self.is_urgent and not self.is_late)
        found = {
            "expired": self.is_expired and not is_held,
            "expired held": self.is_expired and is_held,
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
            preferences.choose(user.pk, channels={}, kinds={KIND: {"fcm": False}})
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
    presence.record([], {}, {}, [story.ack for story in stories if story.case.acked])


def pushed(world: World) -> set[str]:
    return {push["address"] for push in world.journal("fcm") if not push["is_clear"]}


@pytest.mark.django_db(transaction=True)
def test_every_case_of_the_table(world: World, settings: Any) -> None:
    world.reset()
    world.answer_fcm_of(settings)
    stories = [Story(case) for case in CASES]
    nodes.beat(Node.Role.WEB)
    presence.record([story.socket for story in stories if story.case.live], {}, {}, [])
    for is_urgent, is_expired in product([False, True], repeat=2):
        readers = [
            story.user for story in stories if (story.case.is_urgent, story.case.is_expired) == (is_urgent, is_expired)
        ]
        post.tell(
            KIND,
            *readers,
            importance=Notice.Importance.URGENT if is_urgent else Notice.Importance.NORMAL,
            expires_at=timezone.now() - timedelta(seconds=1) if is_expired else None,
        )
    happen([story for story in stories if not story.case.is_late])
    nodes.beat(Node.Role.WEB)  # a busy machine takes so long that it would be taken for dead
    while planning.plan(timezone.now()):
        pass
    happen([story for story in stories if story.case.is_late])
    post.deliver()
    at_once = pushed(world)
    post.pass_time(WAIT)
    post.deliver()
    later = pushed(world) - at_once
    courier.close()

    found = {
        case: NOW if case.address in at_once else AFTER_THE_WAIT if case.address in later else NEVER for case in CASES
    }
    assert {case: (found[case], case.pushed) for case in CASES if found[case] != case.pushed} == {}
    assert Counter(case.pushed for case in CASES) == {NOW: 24, AFTER_THE_WAIT: 12, NEVER: 540}
    unexplained = {s.case: s.ended for s in stories if s.case.pushed == NEVER and s.ended not in s.case.causes}
    assert unexplained == {}


# Over sockets

ACK_SECONDS = 2.0
PHONE, TABLET = "her phone", "her tablet"


@dataclass
class Stage:
    """A deployment whose server knows at once who looks at what, and one person with it."""

    house: House
    web: Web
    world: World
    person: dict[str, Any]
    subjects: Iterator[int] = field(default_factory=count)

    @property
    def user_id(self) -> str:
        return str(self.person["id"])

    async def ask(self, name: str, *arguments: Any) -> Any:
        return await asyncio.to_thread(self.house.call, f"tests.outbox_world.{name}", *arguments)

    async def wait_for(self, name: str, *arguments: Any, to_be: Any) -> None:
        is_so = partial(self.house.call, f"tests.outbox_world.{name}", *arguments)
        await asyncio.to_thread(wait_for, lambda: is_so() == to_be)

    async def tell(self) -> int:
        """Something new; answers what it is about."""
        about = next(self.subjects)
        await self.ask("tell", [self.user_id], about)
        return about

    async def acknowledge(self, phone: Phone) -> None:
        """All there is, once it has come."""
        head = (await asyncio.to_thread(self.house.call, "tests.people.heads"))[self.user_id]
        while phone.position[1] < head:
            await phone.next("event")
        await phone.send(type="ack", offset=head)

    async def way_of(self, about: int) -> dict[str, Any]:
        """Of its only push, once it has ended."""
        await self.wait_for("is_over", about, to_be=True)
        [way] = await self.ask("ways", about)
        return dict(way)


@pytest.fixture(scope="module")
def deployed(street: Street, world: World) -> Iterator[Stage]:
    quick = {"NOTIFICATIONS_ACK_SECONDS": str(ACK_SECONDS), "REALTIME_RECORD_SECONDS": "0.2"}
    with street.staffed(**world.env, **quick) as house:
        yield Stage(house, house.web(), world, {})


@pytest.fixture
def stage(deployed: Stage) -> Stage:
    """With a newcomer and her phone."""
    deployed.world.reset()
    [deployed.person] = deployed.house.call("tests.people.sign_up", 1)
    deployed.house.call("tests.outbox_world.register", deployed.user_id, PHONE)
    return deployed


async def test_a_push_is_not_sent_if_the_app_she_looks_at_acknowledges(stage: Stage) -> None:
    async with Phone(stage.web, stage.person["token"]) as phone:
        await phone.hello()
        await stage.wait_for("places", stage.user_id, to_be=["foreground"])
        about = await stage.tell()
        await stage.acknowledge(phone)
        way = await stage.way_of(about)

    assert (way["ended"], way["waited"]) == ("skipped acked_on_socket", ACK_SECONDS)
    assert stage.world.journal("fcm") == []


async def test_a_push_is_sent_after_a_while_if_her_socket_dies_without_an_ack(stage: Stage) -> None:
    async with Phone(stage.web, stage.person["token"]) as phone:
        await phone.hello()
        await stage.wait_for("places", stage.user_id, to_be=["foreground"])
        about = await stage.tell()
        await stage.wait_for("is_planned", about, to_be=True)
        phone.socket.transport.abort()
        way = await stage.way_of(about)

    [push] = stage.world.journal("fcm")
    assert (way["ended"], way["waited"]) == ("accepted", ACK_SECONDS)
    assert push["at"] >= way["told_at"] + ACK_SECONDS


async def test_a_push_is_sent_at_once_if_her_app_is_in_the_background(stage: Stage) -> None:
    """And what it acknowledges there is delivered, but not read."""
    async with Phone(stage.web, stage.person["token"]) as phone:
        await phone.hello()
        await phone.send(type="state", foreground=False)
        await stage.wait_for("places", stage.user_id, to_be=["background"])
        about = await stage.tell()
        await stage.acknowledge(phone)
        way = await stage.way_of(about)

    assert (way["ended"], way["waited"]) == ("accepted", 0)


async def test_the_ack_of_an_app_in_the_background_does_not_stand_for_the_one_she_looks_at(stage: Stage) -> None:
    async with Phone(stage.web, stage.person["token"]) as desk, Phone(stage.web, stage.person["token"]) as pocket:
        await desk.hello(device="desk")
        await pocket.hello(device="pocket", foreground=False)
        await stage.wait_for("places", stage.user_id, to_be=["background", "foreground"])
        about = await stage.tell()
        await stage.acknowledge(pocket)
        way = await stage.way_of(about)

    assert (way["ended"], way["waited"]) == ("accepted", ACK_SECONDS)


async def test_what_she_reads_on_one_device_leaves_the_screens_of_all(stage: Stage) -> None:
    await stage.ask("register", stage.user_id, TABLET)
    _, about, _ = [await stage.tell() for _ in range(3)]
    await stage.wait_for("under_way", to_be={"unplanned": 0})
    [read] = await stage.ask("nids", about)
    status, answer = await asyncio.to_thread(stage.web.post, f"/api/inbox/{read}/read", {}, stage.person["token"])
    await stage.wait_for("under_way", to_be={"unplanned": 0})

    clears = [push for push in stage.world.journal("fcm") if push["is_clear"]]
    assert (status, answer) == (200, {"unread": 2})
    assert sorted((clear["address"], clear["nid"]) for clear in clears) == [(PHONE, read), (TABLET, read)]
    for clear in clears:
        message = clear["message"]
        assert (message["data"]["badge"], message["android"]["priority"]) == ("2", "normal")
        assert message["apns"]["payload"]["aps"] == {"badge": 2, "content-available": 1}
    shown = [(phone["address"], phone["state"]) for phone in stage.world.phones() if phone["nid"] == read]
    assert sorted(shown) == [(PHONE, "cleared"), (TABLET, "cleared")]
