"""How fast a worker takes jobs: 20,000 due deliveries, claimed 500 at a time, each lot committed before the next."""

from bench.cost import per_second
from bench.plan import Plan
from bench.servers import open_house
from bench.table import Row, at_least
from tests.house import House, Street

DUE = 20_000
AT_ONCE = 500
ENGINES = {"postgresql": ("PostgreSQL", at_least(5000)), "sqlite": ("SQLite", None)}


def measure(street: Street, plan: Plan) -> list[Row]:
    rows = []
    for engine, (name, target) in ENGINES.items():
        with open_house(street, engine) as house:
            figures = [_claims_per_second(house) for _ in range(plan.rounds)]
        rows.append(Row(f"claims of {AT_ONCE}, {name}", "rows/s", figures, target))
    return rows


def _claims_per_second(house: House) -> float:
    house.call("bench.outbox.queue_up", DUE)
    cost = house.call("bench.outbox.claim_all", AT_ONCE)
    if cost["count"] != DUE:
        raise RuntimeError(f"{DUE} deliveries were due, {cost['count']} were claimed.")
    return per_second(cost)
