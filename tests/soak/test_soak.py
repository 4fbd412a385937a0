"""What needs hundreds of runs or much data: `make soak`."""

import asyncio
import os
import random

import pytest

from tests.faults.story import tell
from tests.house import House, Street
from tests.races.test_stream_races import HANDS, random_calls, run_together

pytestmark = pytest.mark.soak


async def test_devices_survive_a_hundred_random_kills(street: Street):
    """Two web processes, one or the other killed and started again all the time, with a bus that loses hints."""
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"]) as house:
        lossy = {"CHANNEL_LAYER": "tests.faults.lossy.LossyLayer"}
        webs = [house.web(**lossy) for _ in range(2)]

        async def kill_and_restart_often():
            for _ in range(100):
                place = random.randrange(2)
                webs[place].kill()
                await asyncio.sleep(random.uniform(0, 0.5))
                webs[place] = await asyncio.to_thread(house.web, port=webs[place].port, **lossy)
                await asyncio.sleep(random.uniform(0, 1))

        urls = [web.url for web in webs]
        outcome = await tell("100 kills", house, urls, kill_and_restart_often, times=8000, per_second=30, patience=120)

    assert (outcome.lost, outcome.doubled, outcome.out_of_order, outcome.resets) == (0, 0, 0, 0)


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_the_law_holds_a_hundred_times(street: Street, engine):
    with street.house(engine) as house:
        people = [person["id"] for person in house.call("tests.people.sign_up", 6)]
        counters = [house.call("tests.sample.services.share", people[n:]) for n in range(3)]
        hands = house.hands(HANDS)
        for run in range(100):
            before = house.call("tests.law.remember", people)
            run_together(hands, [random_calls(people, counters, 30, HANDS * run + n) for n in range(HANDS)])

            assert house.call("tests.law.breaches", before) == [], f"run {run}"
        assert house.call("tests.people.gaps") == []


def test_a_million_entries_are_read_and_purged(house: House):
    people = [person["id"] for person in house.call("tests.people.sign_up", 1000)]
    counter = house.call("tests.sample.services.share", people)
    house.call("tests.soak.history.fill", counter, 999)
    assert house.call("tests.soak.history.read", people[:50]) == 50 * 100
    house.call("realtime.retention.purge")

    assert set(house.call("tests.people.heads").values()) == {1000}
    assert house.call("tests.soak.history.count") == 500 * 1000
