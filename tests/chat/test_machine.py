"""Any life of some conversations over real sockets: however often a device is cut off, it ends equal to the server."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from time import monotonic
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from uuid_utils.compat import uuid7

from tests.chat.handsets import MESSAGE, UNREAD, Handset
from tests.house import House, Street, Web
from tests.properties import live, tries
from tests.sockets import PATIENCE_SECONDS

DEVICES = [2, 2, 1, 1]  # of each person; the last is in no conversation at first
LIMITS = {
    "REALTIME_COMMANDS_PER_SECOND": "1000",
    "REALTIME_COMMANDS_BURST": "1000",
    "REALTIME_RECORD_SECONDS": "0.1",
}
DEEDS = ["send", "send", "send", "mark_read", "mark_read", "mark_delivered", "edit", "delete", "mute", "type", "repeat"]
DEEDS += ["block", "unblock", "unblock", "add", "add", "remove", "leave", "rename"]
DEEDS += ["cut", "cut", "go_away", "come_back", "come_back"]

any_device = st.integers(0, sum(DEVICES) - 1)
any_number = st.integers(0, 30)

STATS: Counter[str] = Counter()


class Talk(RuleBasedStateMachine):
    house: House
    webs: list[Web]

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.has_failed, self.turns = False, 0
        self.chains: list[list[str]] = []
        self.posts: list[asyncio.Future[None]] = []
        self.people = [person["id"] for person in self.house.call("tests.people.sign_up", len(DEVICES))]
        STATS["lives"] += 1
        self.do(self._move_in())

    async def _move_in(self) -> None:
        urls = [web.url for web in self.webs]
        tokens = [self.house.call("tests.people.sign_in_again", user)["token"] for user in self.people]
        self.devices = [
            Handset(urls[n % 2 :] + urls, tokens[n], user, name=f"{n}.{number}")
            for n, user in enumerate(self.people)
            for number in range(DEVICES[n])
        ]
        await asyncio.gather(*(device.__aenter__() for device in self.devices))
        await self._be_live()
        alice, bob, carol = self.people[:3]
        opens = [(alice, [bob]), (alice, [bob, carol]), (carol, [bob])]
        replies = [await self._device_of(user).ask("chat.open", participant_ids=others) for user, others in opens]
        self.conversations = [reply["data"]["conversation_id"] for reply in replies]

    def do(self, deed: Coroutine[Any, Any, None]) -> None:
        STATS["steps"] += 1
        try:
            self.runner.run(deed)
        except BaseException:
            self.has_failed = True
            raise

    def _device_of(self, user: str) -> Handset:
        return next(device for device in self.devices if device.user_id == user)

    async def _be_live(self) -> None:
        here = [device.is_live.wait() for device in self.devices if not device.is_away]
        await asyncio.wait_for(asyncio.gather(*here), PATIENCE_SECONDS)

    async def _be_answered(self) -> None:
        await asyncio.gather(*(device.answered() for device in self.devices if not device.is_away))

    # What is said

    @rule(deeds=st.lists(st.tuples(any_device, st.sampled_from(DEEDS), any_number), min_size=8, max_size=16))
    def live_on(self, deeds: list[tuple[int, str, int]]) -> None:
        """All at once, as far as there is a network."""

        async def live_on() -> None:
            for n, what, m in deeds:
                self._say(self.devices[n], what, m)
                await asyncio.sleep(0.001 * (m % 3))
            await asyncio.gather(*self.posts)
            self.posts.clear()
            await self._be_answered()
            self.turns += 1
            if self.turns % 4 == 0:
                await self._check()

        self.do(live_on())

    @rule(n=any_device, deeds=st.lists(st.tuples(st.sampled_from(DEEDS), any_number), min_size=1, max_size=4))
    def speak_and_be_cut(self, n: int, deeds: list[tuple[str, int]]) -> None:
        """Before anything was answered: perhaps it was heard, and perhaps not."""

        async def speak() -> None:
            device = self.devices[n]
            for what, m in deeds:
                self._say(device, what, m)
            for _ in range(m % 4):
                await asyncio.sleep(0.001)
            device.cut()

        self.do(speak())

    # What is true

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            if not self.has_failed:
                self.do(self._end())
        finally:
            self.runner.run(self._move_out())
            self.runner.close()

    async def _end(self) -> None:
        for device in self.devices:
            if device.is_away:
                device.come_back()
        await self._check()
        for user in self.people:
            mine = [device for device in self.devices if device.user_id == user]
            answers = {id: answer for device in mine for id, answer in device.answers.items() if id in self._sent()}
            taken = {row["client_id"]: row for row in self.house.call("tests.chat_laws.sent_by", user)}
            assert taken.keys() == {id for id, answer in answers.items() if answer["ok"]}
            for chain in self.chains:
                seqs = [taken[id]["seq"] for id in chain if id in taken]
                assert seqs == sorted(seqs)

    def _sent(self) -> set[str]:
        return {id for chain in self.chains for id in chain}

    async def _move_out(self) -> None:
        for device in self.devices:
            STATS.update(device.stats)
            STATS["resets"] += device.resets - 1
            await device.__aexit__()

    async def _check(self) -> None:
        STATS["checks"] += 1
        await self._be_live()
        here = [device for device in self.devices if not device.is_away]
        await self._be_answered()
        deadline = monotonic() + PATIENCE_SECONDS
        while differences := await self._differences(here):
            assert monotonic() < deadline, differences
            await asyncio.sleep(0.05)
        assert [fault for device in self.devices for fault in device.faults] == []
        assert self.house.call("tests.chat_laws.breaches", self.conversations) == []
        for device in here:
            self._check_signals(device)
            unread = {key: one["unread"] for key, one in device.shown(UNREAD).items()}
            assert unread == self.house.call("tests.chat_laws.unread_by_rows", device.user_id)

    async def _differences(self, here: list[Handset]) -> list[str]:
        """Who has something more to hear, or was not yet taken for one who has heard. What is shown is right at any
        position.
        """
        rows = self.house.call("tests.chat_laws.messages_in", self.conversations)
        fresh = {user: await self._fresh(user) for user in {device.user_id for device in here}}
        if rows != self.house.call("tests.chat_laws.messages_in", self.conversations):
            return ["something was said meanwhile"]
        found = []
        for device in here:
            position, view = fresh[device.user_id]
            if device.position != position:
                found.append(f"{device.name} is at {device.position} of {position}")
                continue
            assert device.differences(view, rows) == []
            delivered = self.house.call("tests.chat_laws.delivered_to", device.user_id)
            found += [
                f"{device.name} was told {seq} in {id}, of which {delivered[id]} are delivered"
                for id, seq in device.told.items()
                if seq > delivered[id]
            ]
        return found

    async def _fresh(self, user: str) -> tuple[tuple[str, int], dict[str, Any]]:
        device = self._device_of(user)
        fresh = await device.fresh()
        epoch, _, offset = fresh["position"].partition(":")
        return (epoch, int(offset)), fresh["view"]

    def _check_signals(self, device: Handset) -> None:
        """She hears nobody type where she was never in, and of nobody's coming whom she never spoke with alone."""
        mine = self.house.call("tests.chat_laws.delivered_to", device.user_id)
        typed = {frame["data"]["conversation_id"] for frame in device.signals if frame["signal"] == "chat.typing"}
        assert typed <= mine.keys()
        if device.user_id == self.people[-1]:
            assert {frame["signal"] for frame in device.signals} <= {"chat.typing"}

    # How it is said

    def _say(self, device: Handset, what: str, n: int) -> None:
        conversation, other = self.conversations[n % 3], self.people[n % len(self.people)]
        match what:
            case "send":
                self._send(device, conversation, 1 + n % 4)
            case "mark_read" | "mark_delivered":
                seq = max(0, device.told.get(conversation, 0) - n % 4)
                device.say(f"chat.{what}", conversation_id=conversation, seq=seq)
            case "edit" | "delete":
                self._change(device, what, n)
            case "mute":
                device.say("chat.mute", conversation_id=conversation, is_muted=n % 2 == 0)
            case "block" | "unblock":
                bob = self.people[1]  # whom the two others have a conversation with
                device.say(f"chat.{what}", user_id=bob if device.user_id != bob else self.people[n % 2 * 2])
            case "type":
                device.signal("chat.typing", conversation_id=conversation)
            case "repeat" if device.said:
                said = list(device.said.values())
                device.say_again(said[-1 - n % len(said)])
            case "cut":
                device.cut()
            case "go_away":
                device.go_away()
            case "come_back" if device.is_away:
                self._come_back(device, n)
            case _:
                self._lead(device, what, self.conversations[1], other, n)

    def _come_back(self, device: Handset, n: int) -> None:
        """Perhaps with nothing but its queue, and perhaps with a background task that posts that meanwhile."""
        device.come_back(is_new=n % 2 == 0)
        if n % 3 == 0:
            self.posts.append(asyncio.ensure_future(device.post_queue()))

    def _lead(self, device: Handset, what: str, group: str, other: str, n: int) -> None:
        """Mostly by who began the group, and may until she leaves it."""
        leader = self.devices[0] if n % 3 else device
        match what:
            case "add":
                leader.say("chat.add_participants", conversation_id=group, user_ids=[other])
            case "remove":
                leader.say("chat.remove_participant", conversation_id=group, user_id=other)
            case "rename":
                leader.say("chat.rename", conversation_id=group, title=f"{n}")
            case "leave":
                device.say("chat.leave", conversation_id=group)

    def _send(self, device: Handset, conversation: str, count: int) -> None:
        """Each after the one before, and none waits for another."""
        chain = [str(uuid7()) for _ in range(count)]
        self.chains.append(chain)
        for id, before in zip(chain, [None, *chain], strict=False):
            device.say("chat.send", id=id, conversation_id=conversation, body=f"says {id}", after=before)

    def _change(self, device: Handset, what: str, n: int) -> None:
        """One of the newest that it shows: its own, or now and then another's."""
        shown = sorted(device.shown(MESSAGE).values(), key=lambda one: one["id"], reverse=True)
        ones = [one for one in shown if one["sender_id"] == device.user_id or n % 5 == 0]
        if ones:
            words = {"body": f"says {n} instead"} if what == "edit" else {}
            device.say(f"chat.{what}", message_id=ones[n % min(4, len(ones))]["id"], **words)


@pytest.fixture(scope="module")
def webs(street: Street) -> Iterator[tuple[House, list[Web]]]:
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], **LIMITS) as house:
        yield house, [house.web() for _ in range(2)]
        assert house.complaints() == []


@pytest.mark.hypothesis
def test_every_device_ends_equal_to_the_server(webs: tuple[House, list[Web]], record_property: Callable[..., None]):
    house, servers = webs
    STATS.clear()
    live(type("Given", (Talk,), {"house": house, "webs": servers}), lives=tries(6), steps=14)
    counted = ["lives", "steps", "checks", "commands", "taken", "refused", "repeats", "drops", "resets", "event"]
    record_property("lives", {name: STATS[name] for name in counted})
