"""What is taken back while hundreds of it are being sent: the calls stop, and what was shown is cleared."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.outbox import wait_for
from tests.house import House, Street
from tests.outside.world import World, outside

PHONES = 400  # or a quarter of that in notices, for somebody with four phones
LATENCY_MS = 80
# After the commit: 200 ms that a look is good for, and the way to the provider.
LATEST = 0.25
TIMES = [*range(5), *(pytest.param(time, marks=pytest.mark.soak) for time in range(5, 50))]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with outside() as started:
        yield started


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    """Two workers, with so few slots that what is told takes them a while."""
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], **world.env, NOTIFICATIONS_SLOTS="20") as built:
        built.beat()
        workers = [built.worker() for _ in range(2)]
        wait_for(lambda: built.call("tests.outbox_world.workers") == len(workers), 40)
        yield built
        assert built.complaints() == []


@pytest.fixture(autouse=True)
def slow_provider(house: House, world: World) -> None:
    house.call("tests.outbox_world.forget_everything")
    world.reset()
    world.control("fcm", latency_ms=LATENCY_MS)


def wait_for_some(world: World) -> None:
    wait_for(lambda: world.counts()["received"] >= PHONES // 4, 30)


def assert_taken_back(house: House, world: World, committed: float, *, unsent: str) -> None:
    """Soon nothing more was sent; what had been sent was cleared, and all of it is accounted for."""
    wait_for(lambda: set(house.call("tests.outbox_world.under_way").values()) == {0}, 30)
    pushes = [call for call in world.journal("fcm") if not call["is_clear"]]
    outcome = house.call("tests.outbox_world.outcome")
    late = [push["at"] - committed for push in pushes if push["at"] > committed + LATEST]
    assert late == []
    assert {phone["state"] for phone in world.phones()} == {"cleared"}
    assert outcome["accepted"] == outcome["clear accepted"] == len(pushes)
    assert outcome["accepted"] + outcome[unsent] == PHONES


@pytest.mark.parametrize("time", TIMES)
def test_no_call_begins_once_the_withdrawal_is_committed(house: House, world: World, time: int) -> None:
    people = house.call("tests.outbox_world.people_with_phones", PHONES)
    house.call("tests.outbox_world.tell", [person["id"] for person in people], 1)
    wait_for_some(world)
    committed = house.call("tests.outbox_world.withdraw", 1)

    assert_taken_back(house, world, committed, unsent="withdrawn")


@pytest.mark.parametrize("time", TIMES)
def test_no_call_begins_for_what_she_has_read_elsewhere(house: House, world: World, time: int) -> None:
    """So much to one person's four phones that it takes a while."""
    [reader] = house.call("tests.outbox_world.people_with_phones", 1, 4)
    house.call("tests.outbox_world.tell_much", reader["id"], PHONES // 4)
    wait_for_some(world)
    committed = house.call("tests.outbox_world.read_all", reader["id"])

    assert_taken_back(house, world, committed, unsent="skipped read")
