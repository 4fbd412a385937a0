"""A thousand clients come back at once, each having missed 100 events: how long until the last one is live."""

from bench.client import Load
from bench.plan import Plan
from bench.servers import SERVERS, open_house, ours
from bench.table import Row
from tests.house import Street

CLIENTS = 1000
MISSED = 100


def measure(street: Street, plan: Plan) -> list[Row]:
    return [row for server in SERVERS for row in _under(street, plan, server)]


def _under(street: Street, plan: Plan, server: str) -> list[Row]:
    with open_house(street) as house:
        signed_up = house.call("tests.people.sign_up", CLIENTS)
        house.call("bench.inside.write_notes", [person["id"] for person in signed_up], MISSED)
        position = {"epoch": house.call("realtime.selectors.epoch"), "offset": 0}
        people = [{"token": person["token"], "resume": position} for person in signed_up]
        with ours(house, server) as served, Load(street) as load:
            seconds = [_come_back(load, served.url, people) for _ in range(plan.rounds)]
    name = f"resume of {CLIENTS:,} clients with {MISSED} events each, {server}"
    return [
        Row(name, "s", seconds),
        Row(f"{name}: replayed", "events/s", [CLIENTS * MISSED / took for took in seconds]),
    ]


def _come_back(load: Load, url: str, people: list[dict[str, object]]) -> float:
    took: float = load("connect", speaks="stream", url=url, people=people)
    heard = load("state")["heard"]
    load("disconnect")
    if heard != CLIENTS * MISSED:
        raise RuntimeError(f"{CLIENTS * MISSED} events were missed, {heard} came.")
    return took
