"""What is taken back while hundreds of it are being sent: the calls stop, and what was shown is cleared."""

from collections.abc import Iterator

import pytest

from tests.flows.taking_back import LATENCY_MS, TIMES, begun, busy_house, too_late, wait_until_all_is_done
from tests.house import House, Street
from tests.outside.world import World
from tests.waiting import wait_for

PHONES = 400  # or a quarter of that in notices, for somebody with four phones


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    with busy_house(street, world) as built:
        yield built


@pytest.fixture(autouse=True)
def slow_provider(house: House, world: World) -> None:
    house.call("tests.outbox_world.forget_everything")
    world.reset()
    world.control("fcm", latency_ms=LATENCY_MS)


def wait_for_some(world: World) -> None:
    wait_for(lambda: world.counts()["received"] >= PHONES // 4)


def assert_taken_back(house: House, world: World, committed: float, *, unsent: str) -> None:
    """Soon nothing more was sent; what had been sent was cleared, and all of it is accounted for."""
    wait_until_all_is_done(house)
    pushes = [call for call in world.journal("fcm") if not call["is_clear"]]
    outcome = house.call("tests.outbox_world.outcome")
    assert too_late(begun(house), committed) == []
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
