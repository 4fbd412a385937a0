"""A campus of 50,000 vehicles with three years of history: the boards of any month, nothing kept, and kept.

As they are sent: counts by the day are summed, ranked and encoded. The worst of a hundred is of all 36 months.
"""

from collections.abc import Iterator
from statistics import median

from bench.plan import QUICK, Plan
from bench.servers import open_house
from bench.table import Row, below
from tests.house import House, Street

VEHICLES, LOGS, VIOLATIONS = 50_000, 5_000_000, 250_000
TIMES = 10  # each month in a round
TIMES_FEWER = 50  # in a quick run
MONTHS = {
    "fleet.summary": "the summary",
    "fleet.violation_distribution": "the distribution of violations",
    "fleet.vehicle_logs": "entries and exits by day",
}
TABLES_OF_ROWS = ["fleet_vehiclelog", "fleet_violation"]


def measure(street: Street, plan: Plan) -> list[Row]:
    with open_house(street) as house:
        return [*_rows(house, plan)]


def _rows(house: House, plan: Plan) -> Iterator[Row]:
    fewer = TIMES_FEWER if plan is QUICK else 1
    house.call("tests.fleet_crowd.crowd", VEHICLES // fewer, LOGS // fewer, VIOLATIONS // fewer)
    name = f"of {LOGS // fewer:,} logs"
    for board, what in MONTHS.items():
        read = house.call("tests.fleet_crowd.plans", board)
        note = " ".join(f"READS {table}" for table in TABLES_OF_ROWS if table in read)
        for is_kept, bound in ((False, 50), (True, 5)):
            house.call("tests.fleet_crowd.time_reads", board, False, 1)
            rounds = [house.call("tests.fleet_crowd.time_reads", board, is_kept, TIMES) for _ in range(plan.rounds)]
            how = "kept" if is_kept else "not kept"
            yield Row(f"{name}: {what} of a month, {how}: p50", "ms", list(map(median, rounds)))
            figures = [_worst_of_hundred(took) for took in rounds]
            yield Row(f"{name}: {what} of a month, {how}: p99", "ms", figures, below(bound), note)
    rounds = [house.call("tests.fleet_crowd.time_boards") for _ in range(plan.rounds)]
    for board in rounds[0]:
        yield Row(f"{name}: the board {board}", "ms", [took[board] for took in rounds])


def _worst_of_hundred(took: list[float]) -> float:
    return sorted(took)[len(took) * 99 // 100]
