"""Deliveries a second to 300 sockets: our signal, board and durable event, beside stock Channels and Socket.IO.

All servers run at once, on the server's core, and take turns: a round measures each of them once, so that a slow
minute of the machine is everybody's. Some broadcasts are always under way (bench/load.py): a server has all it can do.

Signals are published inside the measured server, as the peers publish theirs, and travel over Redis as the stock
consumer's do; Socket.IO has no bus. Events and boards are written by a second process of the same deployment, which
hears nothing, as a worker, and shares both cores with PostgreSQL and the client.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

from bench.client import Load
from bench.plan import Plan
from bench.servers import SERVERS, NotMeasured, Served, open_house, ours, publisher, socket_io, stock
from bench.table import Row, at_least, ratio
from tests.house import Street

SOCKETS = 300
MAY_BE_SKIPPED = {"board"}  # a newer version takes the place of one that was not sent yet
OURS = {"signal": "signal", "board": "board", "durable event": "event"}
TARGETS = {"daphne": at_least(4), "uvicorn": at_least(10)}


@dataclass(slots=True)
class Subject:
    """One line of the table in the making: a server with its crowd, and what it is made to send."""

    load: Load
    what: str
    figures: list[float] = field(default_factory=list)
    lost: int = 0

    def measure(self, plan: Plan) -> None:
        flow = self.load("flow", what=self.what, warm_up=plan.warm_up, seconds=plan.seconds)
        self.figures.append(flow["delivered"] / flow["seconds"])
        self.lost += flow["lost"]

    def row(self, name: str) -> Row:
        note = f"{self.lost:,} LOST" if self.lost and self.what not in MAY_BE_SKIPPED else ""
        return Row(name, "deliveries/s", self.figures, note=note)


def measure(street: Street, plan: Plan) -> list[Row]:
    with ExitStack() as running:
        subjects, missing = _subjects(street, running)
        for _ in range(plan.rounds):
            for subject in subjects.values():
                subject.measure(plan)
    rows = {name: subject.row(name) for name, subject in subjects.items()} | missing
    return [*rows.values(), *_ratios(rows)]


def _ratios(rows: dict[str, Row]) -> Iterator[Row]:
    for server in SERVERS:
        yield ratio(
            f"signal ÷ stock Channels, {server}",
            rows[f"signal, {server}"],
            rows[f"stock Channels, {server}"],
            TARGETS[server],
        )
    yield ratio(
        "durable event ÷ stock Channels, uvicorn",
        rows["durable event, uvicorn"],
        rows["stock Channels, uvicorn"],
        at_least(4),
    )
    yield ratio("signal, uvicorn ÷ Socket.IO", rows["signal, uvicorn"], rows["Socket.IO"], at_least(0.5))


def _subjects(street: Street, running: ExitStack) -> tuple[dict[str, Subject], dict[str, Row]]:
    """Start everything that is measured; a peer that cannot be had becomes a row that says so."""
    subjects: dict[str, Subject] = {}
    missing: dict[str, Row] = {}
    for server in SERVERS:
        load = running.enter_context(_our_crowd(street, server))
        for name, what in OURS.items():
            subjects[f"{name}, {server}"] = Subject(load, what)
        load = running.enter_context(_peers_crowd(stock(server, street.directory), street))
        subjects[f"stock Channels, {server}"] = Subject(load, "signal")
    try:
        load = running.enter_context(_peers_crowd(socket_io(street.directory), street))
        subjects["Socket.IO"] = Subject(load, "signal")
    except NotMeasured as reason:
        missing["Socket.IO"] = Row("Socket.IO", "deliveries/s", note=str(reason))
    return subjects, missing


@contextmanager
def _our_crowd(street: Street, server: str) -> Iterator[Load]:
    with (
        open_house(street) as house,
        ours(house, server) as served,
        publisher(house) as elsewhere,
        Load(street) as load,
    ):
        signed_up = house.call("tests.people.sign_up", SOCKETS)
        people = [{"token": person["token"], "boards": ["bench.board"]} for person in signed_up]
        users = [person["id"] for person in signed_up]
        load("connect", speaks=served.speaks, url=served.url, people=people)
        load("attach", speaks=served.speaks, url=served.trigger_url, whats=["signal"], to=users)
        load("attach", speaks=served.speaks, url=elsewhere, whats=["board", "event"], to=users)
        yield load


@contextmanager
def _peers_crowd(peer: AbstractContextManager[Served], street: Street) -> Iterator[Load]:
    with peer as served, Load(street) as load:
        load("connect", speaks=served.speaks, url=served.url, people=[{}] * SOCKETS)
        load("attach", speaks=served.speaks, url=served.trigger_url, whats=["signal"], to=[])
        yield load
