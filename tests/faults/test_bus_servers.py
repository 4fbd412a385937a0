"""Hints go over two Redis servers that carry nothing else; one of them stops."""

import asyncio
from collections.abc import Iterator

import pytest
import redis

from tests import services
from tests.faults.story import tell
from tests.house import House, Street
from tests.services import Server
from tests.sockets import Phone

DEEDS = 20
# Without their checks, hubs have only the bus to hear of each other.
UNCHECKED = {"REALTIME_CHECK_SECONDS": "600", "REALTIME_HEARTBEAT_SECONDS": "600"}


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    with (
        services.workspace() as one,
        services.workspace() as other,
        services.redis(one) as first,
        services.redis(other) as second,
    ):
        yield [first, second]


@pytest.fixture
def house(street: Street, servers: list[Server], own_redis: Server) -> Iterator[House]:
    urls = ",".join(server.url for server in servers)
    with street.house("postgresql", redis_url=own_redis.url, BUS_URLS=urls) as built:
        yield built


def groups_of(server: Server) -> int:
    """How many hubs listen to there."""
    with redis.Redis.from_url(server.url) as asked:
        return len([name for name in asked.pubsub_channels() if b"__group__" in name])


async def heard(web, house, people, counter) -> None:
    """Each of many processes says something, and the phone hears it by the bus alone."""
    hands = house.hands(DEEDS)
    async with Phone(web, people[0]["token"]) as phone:
        await phone.hello()
        for hand in hands:
            await asyncio.to_thread(hand.call, "tests.sample.services.add", counter, people[1]["id"])
            event = await phone.next("event")
            await phone.send(type="ack", offset=event["offset"])


async def test_hubs_hear_what_comes_over_either(house, servers, own_redis):
    web = house.web(**UNCHECKED)
    people = house.call("tests.people.sign_up", 2)
    counter = house.call("tests.sample.services.share", [person["id"] for person in people])

    await heard(web, house, people, counter)

    counts = [groups_of(server) for server in servers]
    assert (sum(counts), min(counts) > 0, groups_of(own_redis)) == (16, True, 0)


async def test_while_one_is_away_nothing_is_lost_and_what_is_said_again_goes_by_the_other(house, servers):
    webs = [house.web() for _ in range(2)]

    async def stop_one():
        await asyncio.to_thread(servers[0].stop)

    outcome = await tell("one of two bus servers stops", house, [web.url for web in webs], stop_one)

    assert (outcome.lost, outcome.doubled, outcome.out_of_order, outcome.resets) == (0, 0, 0, 0)
    assert outcome.received == outcome.committed > 300
