"""Who was blocked or removed, or was never there, over real sockets and to a real phone: she hears and says nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.chat.handsets import CONVERSATION, MESSAGE, Handset
from tests.house import House, Street, Web
from tests.outside.world import World
from tests.sockets import PATIENCE_SECONDS
from tests.waiting import until

TYPING, PRESENCE = "chat.typing", "chat.presence"
LIMITS = {"REALTIME_RECORD_SECONDS": "0.1", "REALTIME_SIGNALS_PER_SECOND": "50"}


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], **world.env, **LIMITS) as house:
        yield house
        assert house.complaints() == []


class Town:
    """Alice writes to Bob; and to a group. Of the outsiders one is blocked, one removed, and one was never there."""

    def __init__(self, house: House, web: Web) -> None:
        self.house, self.web = house, web
        self.alice, self.insider, self.outsider = house.call("tests.outbox_world.people_with_phones", 3)
        self.before = ""

    def call(self, name: str, *arguments: Any) -> Any:
        return self.house.call(f"tests.chat_world.{name}", *arguments)

    @asynccontextmanager
    async def device(self, person: dict[str, Any]) -> AsyncIterator[Handset]:
        token = self.house.call("tests.people.sign_in_again", person["id"])["token"]
        async with Handset([self.web.url], token, person["id"], name="device") as device:
            await asyncio.wait_for(device.is_live.wait(), PATIENCE_SECONDS)
            yield device

    # Answers the conversation that is closed to the outsider, and one that the insider is in

    def blocked(self) -> tuple[str, str]:
        closed = self.call("open_conversation", self.alice["id"], [self.outsider["id"]])
        self.before = self.call("send", self.alice["id"], closed, "before")
        self.call("block", self.alice["id"], self.outsider["id"])
        return closed, self.call("open_conversation", self.alice["id"], [self.insider["id"]])

    def removed(self) -> tuple[str, str]:
        others = [self.outsider["id"], self.insider["id"]]
        closed = self.call("open_conversation", self.alice["id"], others)
        self.before = self.call("send", self.alice["id"], closed, "before")
        self.call("remove", self.alice["id"], closed, self.outsider["id"])
        self.call("open_conversation", self.alice["id"], [self.insider["id"]])
        return closed, closed

    def foreign(self) -> tuple[str, str]:
        closed = self.call("open_conversation", self.alice["id"], [self.insider["id"]])
        self.before = self.call("send", self.alice["id"], closed, "before")
        return closed, closed


@pytest.fixture
def town(house: House, web: Web) -> Town:
    return Town(house, web)


def shown_on_phone(world: World, person: dict[str, Any]) -> int:
    return sum(phone["address"] in person["phones"] and phone["state"] == "shown" for phone in world.phones())


@pytest.mark.parametrize("kind", ["blocked", "removed", "foreign"])
async def test_an_outsider_hears_and_says_nothing(town: Town, world: World, kind: str):
    async with town.device(town.insider) as insider, town.device(town.outsider) as outsider:
        closed, others = getattr(town, kind)()
        if kind != "foreign":
            await until(lambda: outsider.events[-3:] != [] and closed not in outsider.shown(CONVERSATION))
        outsider.signals.clear()
        known = len(outsider.events)

        async with town.device(town.alice) as alice:
            await until(lambda: PRESENCE in names(insider))
            for conversation in {closed, others}:
                alice.signal("chat.typing", conversation_id=conversation)
            await alice.ask("chat.edit", message_id=town.before, body="after")
            sent = [await alice.ask("chat.send", conversation_id=id, body="after") for id in {closed, others}]
            assert any(reply["ok"] for reply in sent)
            await until(lambda: {TYPING, PRESENCE} <= names(insider) and "after" in words(insider))

            for name, data in deeds(closed, town.before, town.insider["id"]).items():
                reply = await outsider.ask(name, **data)
                assert reply["error"]["code"] in ("no_such_conversation", "no_such_message"), name
            insider.signals.clear()
            alice.signals.clear()
            outsider.signal("chat.typing", conversation_id=closed)
            await until(lambda: outsider.stats["error"] == 1)
            await asyncio.sleep(0.3)
            assert TYPING not in names(insider) | names(alice)

        assert names(outsider) == set()
        assert [event for event in outsider.events[known:] if event["kind"].startswith("chat.")] == []
        view = (await outsider.fresh())["view"]
        assert (view[CONVERSATION], view[MESSAGE], outsider.shown(MESSAGE)) == ({}, {}, {})
    await until(lambda: not town.house.call("tests.people.is_online", town.insider["id"]))
    town.call("send", town.alice["id"], others, "when nobody looks")
    town.call("tell")
    town.house.call("tests.outbox_world.deliver")
    assert shown_on_phone(world, town.insider) > 0
    assert shown_on_phone(world, town.outsider) == 0


def names(device: Handset) -> set[str]:
    return {frame["signal"] for frame in device.signals}


def words(device: Handset) -> set[str]:
    return {message["body"] for message in device.shown(MESSAGE).values()}


def deeds(conversation: str, message: str, user: str) -> dict[str, dict[str, Any]]:
    at, of = {"conversation_id": conversation}, {"message_id": message}
    return {
        "chat.send": {**at, "body": "Me too"},
        "chat.mark_read": {**at, "seq": 1},
        "chat.mark_delivered": {**at, "seq": 1},
        "chat.mute": at,
        "chat.leave": at,
        "chat.rename": {**at, "title": "Mine"},
        "chat.add_participants": {**at, "user_ids": [user]},
        "chat.remove_participant": {**at, "user_id": user},
        "chat.edit": {**of, "body": "Mine"},
        "chat.delete": of,
        "chat.report": {**of, "reason": "spam"},
    }
