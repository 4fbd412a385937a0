"""Much is being sent when it is taken back: from then on no request leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.house import House, Street
from tests.outside.world import World
from tests.waiting import wait_for

LATENCY_MS = 80
# After the commit: 200 ms that a look is good for, and the way from the look to the call.
LATEST = 0.25
TIMES = [*range(3), *(pytest.param(time, marks=pytest.mark.soak) for time in range(3, 50))]


@contextmanager
def busy_house(street: Street, world: World) -> Iterator[House]:
    """Two workers, with so few slots that what is told takes them a while."""
    with street.staffed(workers=2, **world.env, NOTIFICATIONS_SLOTS="15") as house:
        wait_for(lambda: house.call("tests.outbox_world.workers") == 2)
        yield house


def wait_until_all_is_done(house: House) -> None:
    wait_for(lambda: set(house.call("tests.outbox_world.under_way").values()) == {0})


def begun(house: House, about: object = None) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = house.call("tests.outbox_world.begun", about)
    return calls


def too_late(calls: list[dict[str, Any]], committed: float) -> list[float]:
    """By how many seconds calls began too late."""
    return [call["at"] - committed for call in calls if call["at"] > committed + LATEST]
