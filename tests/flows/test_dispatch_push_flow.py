"""An estimate is accepted while hundreds are being told of the report: from then on no request leaves."""

from collections.abc import Iterator

import pytest

from tests.flows.taking_back import LATENCY_MS, TIMES, begun, busy_house, too_late, wait_until_all_is_done
from tests.house import House, Street
from tests.outside.world import World
from tests.waiting import wait_for

PHONES = 300
ASKING = {"damage_reports", "estimate_requests"}


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    with busy_house(street, world) as built:
        yield built


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
    wait_until_all_is_done(house)
    asking = [call for call in begun(house, report) if call["kind"] in ASKING]
    assert len(asking) == len([push for push in pushes(world, report) if push["kind"] in ASKING])
    assert too_late(asking, committed) == []
    assert {phone["state"] for phone in world.phones() if phone["kind"] in ASKING} == {"cleared"}
    assert set(house.call("tests.dispatch_people.requests_of", report)) == {"answered", "ceased"}


@pytest.mark.parametrize("time", TIMES)
def test_no_request_leaves_once_an_estimate_is_accepted(house, world, owner, professionals, time):
    world.control("fcm", latency_ms=LATENCY_MS)
    report = house.call("tests.dispatch_world.open_report", owner)
    wait_for(lambda: told(world, report, "damage_reports") >= PHONES // 4)
    estimate = house.call("tests.dispatch_world.submit", professionals[0], report)

    committed = house.call("tests.dispatch_people.accept_and_look_at_the_clock", owner, estimate)

    assert_silent_since(house, world, report, committed)
    assert told(world, report, "damage_reports") < PHONES


@pytest.mark.parametrize("time", TIMES[:1])
def test_nobody_is_reminded_once_an_estimate_is_accepted(house, world, owner, professionals, time):
    """The second notice, to all who have not answered."""
    report = house.call("tests.dispatch_world.open_report", owner)
    wait_for(lambda: told(world, report, "damage_reports") == PHONES)
    estimate = house.call("tests.dispatch_world.submit", professionals[0], report)
    world.control("fcm", latency_ms=LATENCY_MS)
    house.call("tests.dispatch_world.remind", report)
    wait_for(lambda: told(world, report, "estimate_requests") >= PHONES // 4)

    committed = house.call("tests.dispatch_people.accept_and_look_at_the_clock", owner, estimate)

    assert_silent_since(house, world, report, committed)
    assert told(world, report, "estimate_requests") < PHONES - 1
