"""A sender's queue after a tunnel: said again out of order, twice, over two sockets and by REST, it is sent once."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from tests.chat.handsets import MESSAGE, Handset
from tests.house import House, Street, Web
from tests.sockets import PATIENCE_SECONDS, Phone

LIMITS = {"REALTIME_COMMANDS_PER_SECOND": "1000", "REALTIME_COMMANDS_BURST": "1000"}
MANY = 40
AT_ONCE = 15  # of a post
DAY = timedelta(days=1)

Command = dict[str, Any]


class Tunnel:
    """Two people, their conversation, and the queue of one of them."""

    def __init__(self, house: House, web: Web) -> None:
        self.house, self.web = house, web
        self.sender, self.reader = house.call("tests.people.sign_up", 2)
        self.conversation = house.call("tests.chat_world.open_conversation", self.sender["id"], [self.reader["id"]])
        ids = [str(uuid7()) for _ in range(MANY)]
        self.queue = [self.command(id, before) for id, before in zip(ids, [None, *ids], strict=False)]

    def command(self, id: object, after: object = None, body: object = None) -> Command:
        data = {"conversation_id": self.conversation, "body": str(body or id), "after": after}
        return {"id": str(id), "name": "chat.send", "data": data}

    def device(self, person: dict[str, Any], name: str) -> Handset:
        return Handset([self.web.url], person["token"], person["id"], name=name)

    def post(self, *commands: Command) -> list[dict[str, Any]]:
        status, answer = self.web.post("/api/commands", {"commands": commands}, self.sender["token"])
        assert status == 200
        replies: list[dict[str, Any]] = answer["replies"]
        return replies

    def bodies(self) -> list[str]:
        bodies: list[str] = self.house.call("tests.chat_laws.bodies_of", self.conversation)
        return bodies


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def house(request: pytest.FixtureRequest, street: Street) -> Iterator[House]:
    with street.house(request.param, **LIMITS) as house:
        yield house
        assert house.complaints() == []


@pytest.fixture
def tunnel(house: House, web: Web) -> Tunnel:
    return Tunnel(house, web)


async def test_it_is_sent_once_and_in_its_order(tunnel: Tunnel):
    dice = random.Random(1)
    async with (
        tunnel.device(tunnel.reader, "reader") as reader,
        tunnel.device(tunnel.sender, "one") as one,
        tunnel.device(tunnel.sender, "two") as two,
    ):
        devices = [reader, one, two]
        await asyncio.gather(*(asyncio.wait_for(device.is_live.wait(), PATIENCE_SECONDS) for device in devices))
        for device in (one, two):
            for command in dice.sample(tunnel.queue * 2, 2 * MANY):
                device.say(command["name"], id=command["id"], **command["data"])
        posted = asyncio.create_task(asyncio.to_thread(post_until_all_are_taken, tunnel, dice))
        await asyncio.gather(one.answered(), two.answered(), posted)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(reader.shown(MESSAGE)) < MANY:  # noqa: ASYNC110 - it is the server that tells it
                await asyncio.sleep(0.02)

    wanted = [command["id"] for command in tunnel.queue]
    assert tunnel.bodies() == wanted
    told = [event["data"]["body"] for event in reader.events if event["event"] == "chat.message_sent"]
    assert told == wanted
    assert [fault for device in devices for fault in device.faults] == []
    assert {reply["ok"] for device in (one, two) for reply in device.answers.values()} == {True}
    assert posted.result() == {True}


def post_until_all_are_taken(tunnel: Tunnel, dice: random.Random) -> set[bool]:
    left = dice.sample(tunnel.queue, MANY)
    outcomes = set()
    while left:
        replies = tunnel.post(*left[:AT_ONCE])
        put_off = [reply["ok"] is False and reply["error"]["temporary"] for reply in replies]
        outcomes |= {reply["ok"] for reply, is_put_off in zip(replies, put_off, strict=True) if not is_put_off}
        left = left[AT_ONCE:] + [one for one, is_put_off in zip(left, put_off, strict=False) if is_put_off]
        dice.shuffle(left)
    return outcomes


def test_who_has_not_sent_what_it_follows_is_asked_to_come_again(tunnel: Tunnel):
    first, second = tunnel.queue[:2]
    [refused] = tunnel.post(second)
    replies = tunnel.post(second, first, second)

    assert (refused["error"]["code"], refused["error"]["temporary"]) == ("out_of_order", True)
    assert [reply["ok"] for reply in replies] == [False, True, False]
    assert tunnel.post(second, first)[0]["ok"]
    assert tunnel.bodies() == [first["id"], second["id"]]


async def test_the_same_name_for_other_words_is_a_conflict_on_every_way(tunnel: Tunnel):
    command = tunnel.queue[0]
    other = tunnel.command(command["id"], body="other words")
    together = tunnel.post(command, other, command)
    [later] = tunnel.post(other)
    async with Phone(tunnel.web, tunnel.sender["token"]) as phone:
        await phone.hello()
        await phone.send(type="command", **other)
        said = await phone.next("reply")

    assert [reply["ok"] for reply in together] == [True, False, True]
    assert together[2]["replayed"]
    codes = {reply["error"]["code"] for reply in (together[1], later, said)}
    assert codes == {"conflict"}
    assert tunnel.bodies() == [command["id"]]


async def test_what_waited_too_long_is_refused_and_what_comes_after_it_is_not(tunnel: Tunnel):
    """Whether it was sent before nobody knows any more."""
    old = tunnel.command(made_at(datetime.now(UTC) - 8 * DAY))
    fresh = tunnel.queue[0]
    replies = tunnel.post(old, fresh)
    async with Phone(tunnel.web, tunnel.sender["token"]) as phone:
        await phone.hello()
        await phone.send(type="command", **old)
        said = await phone.next("reply")

    assert [reply["ok"] for reply in replies] == [False, True]
    assert {reply["error"]["code"] for reply in (replies[0], said)} == {"too_old"}
    assert not said["error"]["temporary"]
    assert tunnel.bodies() == [fresh["id"]]


def made_at(at: datetime) -> UUID:
    return UUID(int=(int(at.timestamp() * 1000) << 80) | (uuid7().int & ((1 << 80) - 1)))
