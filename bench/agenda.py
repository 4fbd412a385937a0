"""A provider with a million reservations: a month of a service's slots, and the provider's figures, nothing kept."""

from collections.abc import Iterator
from statistics import median

from bench.plan import QUICK, Plan
from bench.servers import open_house
from bench.table import Row, below
from tests.house import House, Street

RESERVATIONS = 1_000_000
FEW = 100_000  # in a quick run
TIMES = 10
PEAK_WEEKS = 10
ENGINES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
ASKED = {
    "time_slots": ("a month of slots", 100),
    "time_figures": ("the provider's figures", 50),
    "time_day": ("a day, counted", None),
    "time_dashboard": ("the operators' dashboard of the provider", 300),
    "time_overview": ("the operators' dashboard of all providers", 300),
}


def measure(street: Street, plan: Plan) -> list[Row]:
    rows: list[Row] = []
    for engine in ENGINES:
        with open_house(street, engine) as house:
            rows += _rows(house, plan, engine)
    return rows


def _rows(house: House, plan: Plan, engine: str) -> Iterator[Row]:
    size = FEW if plan is QUICK else RESERVATIONS
    provider = house.call("tests.booking_crowd.crowd", size)
    house.call("tests.booking_crowd.count_days", provider, PEAK_WEEKS)
    for call, (what, bound) in ASKED.items():
        rounds = [house.call(f"tests.booking_crowd.{call}", provider, TIMES) for _ in range(plan.rounds)]
        figures = [median(took) for took in rounds]
        target = below(bound) if bound and engine == "postgresql" else None
        yield Row(f"of {size:,} reservations: {what}, {ENGINES[engine]}", "ms", figures, target)
