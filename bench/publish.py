"""What a publish costs its writer: an event rendered, written for so many addressees and committed, one after another.

The writers are processes of their own, on whichever core is free. PostgreSQL waits for the disk, and so does SQLite.
"""

import time
from statistics import mean
from uuid import uuid4

from bench.plan import Plan
from bench.servers import open_house
from bench.table import Row, below
from tests.house import Hand, House, Street

AUDIENCES = (1, 50, 500, 5000)
PUBLISHERS = 4
ENGINES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def measure(street: Street, plan: Plan) -> list[Row]:
    rows = []
    for engine, name in ENGINES.items():
        with open_house(street, engine) as house:
            rows += _by_audience(house, plan, name)
            if engine == "postgresql":
                rows += _at_once(house, plan)
    return rows


def _by_audience(house: House, plan: Plan, engine: str) -> list[Row]:
    rows = {}
    for size in AUDIENCES:
        users = _users(size)
        house.call("bench.inside.time_notes", users, plan.warm_up)
        figures = [mean(house.call("bench.inside.time_notes", users, plan.seconds)) * 1000 for _ in range(plan.rounds)]
        rows[size] = Row(f"publish to {size:,}, {engine}", "ms", figures)
    pairs = zip(rows[5000].figures, rows[500].figures, strict=True)
    growth = [most / (10 * some) for most, some in pairs]
    linear = Row(f"cost per addressee, 5,000 ÷ 500, {engine}", "×", growth, below(1.5))
    return [*rows.values(), linear]


def _at_once(house: House, plan: Plan) -> list[Row]:
    """Four processes, each to its own 5,000, then all to the same 5,000, whose streams they must take in turns."""
    hands = [house.hand() for _ in range(PUBLISHERS)]
    own = [_users(5000) for _ in hands]
    same = [own[0]] * PUBLISHERS
    return [
        Row(f"publish to 5,000, {PUBLISHERS} writers at once", "ms", _rounds(hands, own, plan), below(250)),
        Row(f"publish to the same 5,000, {PUBLISHERS} writers at once", "ms", _rounds(hands, same, plan), below(250)),
    ]


def _rounds(hands: list[Hand], audiences: list[list[str]], plan: Plan) -> list[float]:
    _round(hands, audiences, plan.warm_up)
    return [_round(hands, audiences, plan.seconds) for _ in range(plan.rounds)]


def _round(hands: list[Hand], audiences: list[list[str]], seconds: float) -> float:
    for hand, users in zip(hands, audiences, strict=True):
        hand.begin([("bench.inside.time_notes", (users, seconds))], at=time.time() + 0.5)
    took = []
    for hand in hands:
        [(outcome, result)] = hand.end()
        if outcome != "ok":
            raise RuntimeError(result)
        took += result
    return mean(took) * 1000


def _users(count: int) -> list[str]:
    """Streams need no accounts."""
    return [str(uuid4()) for _ in range(count)]
