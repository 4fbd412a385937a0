"""The operators' pages over big data: every list and every dashboard, as an operator opens them, on PostgreSQL.

The data of the other measurements, all at once: a million reservations, five million stays of vehicles, a million
notices, and as much of the rest. What a page takes is what its view takes, without the network.
"""

import sys
from collections.abc import Iterator

from bench.plan import QUICK, Plan
from bench.servers import open_house
from bench.table import Row, below
from tests.house import House, Street

DOMAINS = "dispatch,bookings,shifts,chat,fleet,tests.sample"
DATA = {
    "reservations": [1_000_000],
    "campus": [50_000, 5_000_000, 250_000, 1_000_000],
    "messages": [100_000, 200_000],
    "reports": [100_000],
    "shifts": [100_000],
    "notices": [1_000_000],
}
FEWER = 50  # times, in a quick run
BOUND = 300


def measure(street: Street, plan: Plan) -> list[Row]:
    with open_house(street, DOMAINS=DOMAINS) as house:
        house.manage("migrate", "-v", "0")
        house.manage("demo")
        fewer = FEWER if plan is QUICK else 1
        for what, sizes in DATA.items():
            house.call(f"bench.pages.{what}", *(size // fewer for size in sizes))
        house.call("bench.pages.settle")
        return [*_rows(house, plan)]


def _rows(house: House, plan: Plan) -> Iterator[Row]:
    for path in house.call("tests.domain_world.operators_pages"):
        seen = house.call("bench.pages.look", path, plan.rounds)
        if seen["database_ms"] > BOUND / 2:
            print(f"{path}: {seen['slowest']}", file=sys.stderr)
        note = f"CPU {seen['cpu_ms']:.0f} ms, {seen['queries']} queries {seen['database_ms']:.0f} ms"
        yield Row(path, "ms", seen["ms"], below(BOUND), note)
