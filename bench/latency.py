"""From commit to socket at 200 events a second, each to one of 300 connected users.

A hand (tests/hand.py) commits at an even pace from a few threads. The clock starts when COMMIT has returned, before the
hint leaves, and stops when the load client has the frame: two processes, one machine, one wall clock.
"""

import time
from collections.abc import Sequence

from bench.client import Load
from bench.plan import Plan
from bench.servers import SERVERS, open_house, ours
from bench.table import Row, below
from tests.house import House, Street

SOCKETS = 300
EVENTS_PER_SECOND = 200
THREADS = 4


def measure(street: Street, plan: Plan) -> list[Row]:
    return [row for server in SERVERS for row in _under(street, plan, server)]


def _under(street: Street, plan: Plan, server: str) -> list[Row]:
    with open_house(street) as house, ours(house, server) as served, Load(street) as load:
        people = house.call("tests.people.sign_up", SOCKETS)
        users = [person["id"] for person in people]
        tokens = [{"token": person["token"]} for person in people]
        load("connect", speaks=served.speaks, url=served.url, people=tokens)
        _delays(house, load, users, plan.warm_up)
        rounds = [_delays(house, load, users, plan.seconds) for _ in range(plan.rounds)]
    name = f"commit → socket at {EVENTS_PER_SECOND} events/s, {server}"
    return [
        Row(f"{name}: p50", "ms", [_percentile(delays, 50) for delays in rounds]),
        Row(f"{name}: p99", "ms", [_percentile(delays, 99) for delays in rounds], below(50)),
    ]


def _delays(house: House, load: Load, users: list[str], seconds: float) -> list[float]:
    """Milliseconds of every event of one run. One that never came would be an endless delay, and must be looked at."""
    load("note_arrivals")
    committed = house.call("bench.inside.write_notes_at", users, EVENTS_PER_SECOND, seconds, THREADS)
    time.sleep(1)
    arrived = dict(load("arrivals"))
    if len(arrived) != len(committed):
        raise RuntimeError(f"{len(committed)} events were committed, {len(arrived)} arrived.")
    return [(arrived[key] - at) * 1000 for key, at in committed]


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]
