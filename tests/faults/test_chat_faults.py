"""Whatever breaks while people write: each message is there once and in its order, and who is to be told is, once."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from typing import Any

from uuid_utils.compat import uuid7

from tests.chat.handsets import MESSAGE, Handset
from tests.faults.conftest import Build
from tests.faults.outbox import WORKERS, flush, open_outbox
from tests.house import House
from tests.outside.world import World
from tests.services import Server
from tests.sockets import PATIENCE_SECONDS, Phone
from tests.waiting import until, wait_for

LIMITS = {"REALTIME_COMMANDS_PER_SECOND": "1000", "REALTIME_COMMANDS_BURST": "1000"}
PAIRS = 6
EACH = 60
AT_MOST = 12  # seconds: what the bus lost is looked for every four, and a machine may be busy


def world_of(house: House, name: str, *arguments: Any) -> Any:
    return house.call(f"tests.chat_world.{name}", *arguments)


async def pairs_of(house: House, stack: AsyncExitStack, urls: list[str]) -> list[tuple[str, Handset, Handset]]:
    """A conversation and the devices of its two people, so many times."""
    people = house.call("tests.people.sign_up", 2 * PAIRS)
    devices = [
        await stack.enter_async_context(Handset(urls, person["token"], person["id"], name=f"{n}"))
        for n, person in enumerate(people)
    ]
    await asyncio.gather(*(asyncio.wait_for(device.is_live.wait(), PATIENCE_SECONDS) for device in devices))
    twos = list(zip(devices[::2], devices[1::2], strict=True))
    return [(world_of(house, "open_conversation", one.user_id, [two.user_id]), one, two) for one, two in twos]


async def write(device: Handset, conversation: str) -> list[str]:
    """Each after the one before, and none waits for another. Answers their names."""
    ids = [str(uuid7()) for _ in range(EACH)]
    for id, before in zip(ids, [None, *ids], strict=False):
        device.say("chat.send", id=id, conversation_id=conversation, body=id, after=before)
        await asyncio.sleep(0.02)
    return ids


async def test_the_web_process_is_killed_again_and_again_while_people_write(deployed: House):
    """What was acknowledged is there, and what was not is said again: all of it once."""
    web = deployed.web(**LIMITS)
    async with AsyncExitStack() as stack:
        pairs = await pairs_of(deployed, stack, [web.url])
        writing = [asyncio.create_task(write(one, conversation)) for conversation, one, _ in pairs]
        for _ in range(2):
            await asyncio.sleep(0.4)
            web.kill()
            web = await asyncio.to_thread(deployed.web, port=web.port, **LIMITS)
        written = await asyncio.gather(*writing)
        await asyncio.gather(*(one.answered() for _, one, _ in pairs))
        for (conversation, one, two), ids in zip(pairs, written, strict=True):
            assert deployed.call("tests.chat_laws.bodies_of", conversation) == ids
            await until(lambda two=two, ids=ids: len(two.shown(MESSAGE)) == len(ids))
            for device in (one, two):
                assert sorted(message["body"] for message in device.shown(MESSAGE).values()) == ids
                assert device.faults == []
        repeats = sum(device.stats["repeats"] for _, *two in pairs for device in two)

    assert deployed.call("tests.chat_laws.breaches") == []
    assert repeats > PAIRS


async def test_without_redis_what_is_typed_is_lost_and_what_is_sent_comes_all_the_same(
    deployed: House, own_redis: Server, record_property: Callable[[str, object], None]
):
    """The two of them are at different web processes."""
    webs = [deployed.web() for _ in range(2)]
    people = deployed.call("tests.people.sign_up", 2)
    conversation = world_of(deployed, "open_conversation", people[0]["id"], [people[1]["id"]])
    async with Phone(webs[0], people[0]["token"]) as alice, Phone(webs[1], people[1]["token"]) as bob:
        await alice.hello(device="a")
        await bob.hello(device="b")
        await bob.next("live")
        await alice.send(type="signal", signal="chat.typing", data={"conversation_id": conversation})
        assert await signals_in(bob, 1.5) == ["chat.typing"]
        own_redis.stop()
        await alice.send(type="signal", signal="chat.typing", data={"conversation_id": conversation})
        took = []
        for n in range(3):
            began = time.monotonic()
            reply = await alice.command("chat.send", conversation_id=conversation, body=f"{n}")
            event = await next_message(bob)
            took.append(time.monotonic() - began)
            assert (reply["ok"], event["data"]["body"]) == (True, f"{n}")
        assert await signals_in(bob, 0.5) == []
    record_property("latency", {"what": "chat: without Redis, to the other's socket", "ms": round(max(took) * 1000)})
    assert max(took) < AT_MOST


async def signals_in(phone: Phone, seconds: float) -> list[str]:
    frames = await phone.silence(seconds)
    return [frame["signal"] for frame in frames if frame.get("signal") == "chat.typing"]


async def next_message(phone: Phone) -> dict[str, Any]:
    while True:
        frame = await phone.next("event", "signal")
        assert frame.get("signal") != "chat.typing"
        if frame.get("event") == "chat.message_sent":
            return frame


# Who is told

CROWD = 200
ROUNDS = 2
SLOTS = 20
OUTBOX = {"slots": str(SLOTS), "lease_seconds": "8"}


def test_workers_that_die_while_they_tell_tell_everybody_once(
    world: World, closing: ExitStack, build: Build, own_redis: Server
):
    """One writes to so many who are not there, in as many conversations, and the broker forgets it all."""
    many = {"CHAT_LOT": "20", "CHAT_CONVERSATIONS_PER_DAY": f"{CROWD}"}
    office = open_outbox(closing, world, partial(build, **many), CROWD, **OUTBOX)
    house = office.house
    [writer] = world_of(house, "settle", 1)
    conversations = world_of(house, "open_with_each", writer, [person["id"] for person in office.people])
    for _ in range(ROUNDS):
        world_of(house, "send_to_each", conversations, writer)
        told = house.call("tests.chat_laws.told_in_all")
        wait_for(lambda told=told: house.call("tests.chat_laws.told_in_all") > told)
        office.kill_workers()
        flush(own_redis)
        office.start_workers()
    wait_for(lambda: not house.call("tests.chat_laws.untold") and set(office.under_way().values()) == {0})

    shown = Counter(phone["address"] for phone in world.phones() if phone["state"] == "shown")
    assert house.call("tests.chat_laws.told_in_all") == ROUNDS * CROWD
    assert shown == Counter(address for person in office.people for address in person["phones"] * ROUNDS)
    repeated = sum(phone["visible_writes"] - 1 for phone in world.phones())
    unwritten = len(world.journal("fcm")) - house.call("tests.outbox_world.attempts")
    assert repeated <= unwritten <= ROUNDS * 2 * WORKERS * SLOTS
    assert house.call("tests.chat_laws.breaches") == []


# What the database refuses


async def test_a_message_that_the_database_refuses_takes_no_other_with_it(house_of_each_engine: House):
    """Those that were committed together with it are committed without it."""
    house = house_of_each_engine
    world_of(house, "poison", "poison")
    web = house.web(**LIMITS)
    async with AsyncExitStack() as stack:
        pairs = await pairs_of(house, stack, [web.url])
        said = [
            (body, one.say("chat.send", conversation_id=conversation, body=body))
            for n in range(20)
            for conversation, one, _ in pairs
            for body in ["poison" if n % 10 == 5 and one is pairs[0][1] else f"{n}"]
        ]
        replies = [(body, await reply) for body, reply in said]
        for conversation, one, _ in pairs:
            ours = [f"{n}" for n in range(20) if one is not pairs[0][1] or n % 10 != 5]
            assert house.call("tests.chat_laws.bodies_of", conversation) == ours

    assert {(body == "poison", reply["ok"]) for body, reply in replies} == {(False, True), (True, False)}
    assert {reply["error"]["code"] for _, reply in replies if not reply["ok"]} == {"internal"}
    assert house.call("tests.chat_laws.breaches") == []
    assert "batch_undone" in web.output()
