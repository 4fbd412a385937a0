"""What an idle socket costs: growth of the server's resident memory over 2,000 sockets of as many users.

Every round has a fresh server. A first hundred sockets are not counted: they bring in what is loaded once.
"""

import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bench.client import Load
from bench.plan import Plan
from bench.servers import SERVERS, Served, open_house, ours, stock
from bench.table import Row
from tests.house import Street

SOCKETS = 2000
FIRST = 100
SETTLE_SECONDS = 3


def measure(street: Street, plan: Plan) -> list[Row]:
    rows = []
    with open_house(street) as house:
        signed_up = house.call("tests.people.sign_up", FIRST + SOCKETS)
        people = [{"token": person["token"]} for person in signed_up]
        for server in SERVERS:
            figures = [_kilobytes(street, ours(house, server), people) for _ in range(plan.rounds)]
            rows.append(Row(f"memory of an idle socket, {server}", "KB", figures))
            figures = [_kilobytes(street, stock(server, street.directory), people) for _ in range(plan.rounds)]
            rows.append(Row(f"memory of an idle socket of stock Channels, {server}", "KB", figures))
    return rows


def _kilobytes(street: Street, server: AbstractContextManager[Served], people: list[dict[str, Any]]) -> float:
    with server as served, Load(street) as load:
        load("connect", speaks=served.speaks, url=served.url, people=people[:FIRST])
        before = _resident_kilobytes(served.pid)
        load("connect", speaks=served.speaks, url=served.url, people=people[FIRST:])
        time.sleep(SETTLE_SECONDS)
        return (_resident_kilobytes(served.pid) - before) / SOCKETS


def _resident_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])
