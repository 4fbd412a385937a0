"""A campus and several processes that all do something there at once."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest

from tests.house import Hand, House, Street
from tests.races.test_stream_races import run_together

HANDS = 4
PACE = 0.2  # seconds between two renderings of a board
LIMITS = {
    "REALTIME_BOARD_SECONDS": str(PACE),
    "REALTIME_BOARD_LEASE_SECONDS": "0.001",  # less than it takes: two do so at once
}

Calls = list[tuple[str, list[Any]]]
Row = list[str]


@dataclass
class Campus:
    house: House
    hands: list[Hand]
    engine: str
    deadlocks: int = 0

    def call(self, name: str, *arguments: Any) -> Any:
        return self.house.call(f"tests.fleet_world.{name}", *arguments)

    def all_at_once(self, calls: Calls, threads: int = 4) -> tuple[list[Any], list[str]]:
        """The answers of those who were let, and the refusals of the others."""
        named = [(f"tests.fleet_world.{name}", given) for name, given in calls]
        done = [
            answer
            for of_hand in run_together(self.hands, [named[n::HANDS] for n in range(HANDS)], threads)
            for answer in of_hand
        ]
        return [answer for outcome, answer in done if outcome == "ok"], [code for is_ok, code in done if is_ok != "ok"]

    def assert_all_is_true(self) -> None:
        assert self.house.call("tests.fleet_laws.breaches") == []
        assert self.house.call("tests.fleet_laws.breaches_at_rest") == []
        assert self.count_deadlocks() == self.deadlocks

    def begun_anew(self) -> Self:
        self.call("begin_anew")
        self.deadlocks = self.count_deadlocks()
        return self

    def count_deadlocks(self) -> int:
        return self.house.call("tests.people.deadlocks") if self.engine == "postgresql" else 0


@contextmanager
def campus_on(street: Street, engine: str, **limits: str) -> Iterator[Campus]:
    with street.house(engine, **LIMITS, **limits) as house:
        yield Campus(house, house.hands(HANDS), engine)


def passages(plates: list[str], count: int, seed: int) -> dict[str, list[Row]]:
    """What each gate saw, of the last days: some of it two gates saw, and some at the same instant."""
    dice = random.Random(seed)
    now = datetime.now(UTC).replace(microsecond=0)
    seen: dict[str, list[Row]] = {"north": [], "south": []}
    for n in range(count):
        at = now - timedelta(seconds=20 * dice.randrange(30_000))
        plate, way = dice.choice(plates), dice.choice(["in", "out"])
        for gate in dice.choice([["north"], ["south"], ["north", "south"]]):
            late = timedelta(seconds=dice.choice([0, 0, 5, 59, 60]))
            seen[gate].append([str(n), plate, way, (at + late if at + late < now else at).isoformat()])
    return seen


def batches(rows: list[Row], dice: random.Random) -> Iterator[list[Row]]:
    """All of them, twice, in any order, in batches of any size that share some."""
    left = rows + rows
    dice.shuffle(left)
    while left:
        size = dice.randint(5, 30)
        yield left[:size]
        left = left[size:]


def posted(seen: dict[str, list[Row]], seed: int) -> Calls:
    dice = random.Random(seed)
    calls: Calls = [("scan", [gate, batch]) for gate, rows in seen.items() for batch in batches(rows, dice)]
    dice.shuffle(calls)
    return calls


def minutes_ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


both_engines = pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
