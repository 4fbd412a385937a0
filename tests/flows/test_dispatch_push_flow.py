"""An estimate is accepted while hundreds are being told of the report: from then on no request leaves."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.outbox import wait_for
from tests.house import House, Street
from tests.outside.world import World, outside

PHONES = 300
LATENCY_MS = 80
# After the commit: 200 ms that a look is good for, and the way to the provider.
LATEST = 0.25
ASKING = {"damage_reports", "estimate_requests"}
TIMES = [*range(5), *(pytest.param(time, marks=pytest.mark.soak) for time in range(5, 50))]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with outside() as started:
        yield started


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    """Two workers, with so few slots that what is told takes them a while."""
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], **world.env, NOTIFICATIONS_SLOTS="15") as built:
        built.beat()
        workers = [built.worker() for _ in range(2)]
        wait_for(lambda: built.call("tests.outbox_world.workers") == len(workers), 40)
        yield built
        assert built.complaints() == []


@pytest.fixture(autouse=True)
def empty_world(house: House, world: World) -> None:
    house.call("tests.outbox_world.forget_everything")
    house.call("tests.dispatch_people.send_everybody_home")
    world.reset()


@pytest.fixture
def owner(house: House) -> str:
    return house.call("tests.dispatch_world.owner")


@pytest.fixture
def professionals(house: House) -> list[str]:
    people = house.call("tests.outbox_world.people_with_phones", PHONES)
    ids = [person["id"] for person in people]
    house.call("tests.dispatch_world.register", ids)
    return ids


def told(world: World, report: str, kind: str) -> int:
    return len([push for push in pushes(world, report) if push["kind"] == kind])


def pushes(world: World, report: str) -> list[dict]:
    return [call for call in world.journal("fcm") if call["message"]["data"].get("reportId") == report]


def assert_silent_since(house: House, world: World, report: str, committed: float) -> None:
    """No request began after the commit; what had been sent was cleared."""
    wait_for(lambda: set(house.call("tests.outbox_world.under_way").values()) == {0}, 30)
    asking = [push for push in pushes(world, report) if push["kind"] in ASKING]
    late = [push["at"] - committed for push in asking if push["at"] > committed + LATEST]
    assert late == []
    assert {phone["state"] for phone in world.phones() if phone["kind"] in ASKING} == {"cleared"}
    assert set(house.call("tests.dispatch_people.requests_of", report)) == {"answered", "ceased"}


@pytest.mark.parametrize("time", TIMES)
def test_no_request_leaves_once_an_estimate_is_accepted(house, world, owner, professionals, time):
    world.control("fcm", latency_ms=LATENCY_MS)
    report = house.call("tests.dispatch_world.open_report", owner)
    wait_for(lambda: told(world, report, "damage_reports") >= PHONES // 4, 30)
    estimate = house.call("tests.dispatch_world.submit", professionals[0], report)

    committed = house.call("tests.dispatch_people.accept_and_look_at_the_clock", owner, estimate)

    assert_silent_since(house, world, report, committed)
    assert told(world, report, "damage_reports") < PHONES


@pytest.mark.parametrize("time", TIMES[:2])
def test_nobody_is_reminded_once_an_estimate_is_accepted(house, world, owner, professionals, time):
    """The second notice, to all who have not answered."""
    report = house.call("tests.dispatch_world.open_report", owner)
    wait_for(lambda: told(world, report, "damage_reports") == PHONES, 30)
    estimate = house.call("tests.dispatch_world.submit", professionals[0], report)
    world.control("fcm", latency_ms=LATENCY_MS)
    house.call("tests.dispatch_world.remind", report)
    wait_for(lambda: told(world, report, "estimate_requests") >= PHONES // 4, 30)

    committed = house.call("tests.dispatch_people.accept_and_look_at_the_clock", owner, estimate)

    assert_silent_since(house, world, report, committed)
    assert told(world, report, "estimate_requests") < PHONES - 1
