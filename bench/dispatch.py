"""One urgent report, and everybody in range hears of it: 5,000 professionals with phones, 1,000 of them on sockets.

A hand opens the report and accepts an estimate; a worker for each queue and a beat do the rest. The clock starts when
COMMIT has returned, before the doorbell rings, and stops when another process finds the rows in the database, or
the load client has the frame: one machine, one wall clock.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from bench.client import Load
from bench.plan import Plan
from bench.servers import look_alikes, open_house, ours
from bench.table import Row, below
from tests.house import House, Street

SOCKETS = 1000
MOST, SOME = 5000, 500
FAR_AWAY = {"latitude": 40.0, "longitude": -75.0}
PATIENCE_SECONDS = 120

COUNTRY, IN_RING = 100_000, 5000
QUERIES = 20  # a round
ENGINES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
INDEX = "professionals_near"


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds: `opened` and `accepted` as the owner waits, the others since the commit."""

    opened: float
    asked: float
    told: float
    planned: float
    heard: float
    accepted: float


@dataclass(slots=True)
class Crowd:
    """Professionals of one place; the first of them may be on sockets."""

    users: list[str]
    place: dict[str, float] = field(default_factory=dict)
    on_sockets: int = 0
    rounds: list[Round] = field(default_factory=list)

    def figures(self, name: str) -> list[float]:
        """Without the first round, which does not count."""
        return [getattr(one, name) for one in self.rounds[1:]]


def measure(street: Street, plan: Plan) -> list[Row]:
    return [*_handing_out(street, plan), *_finding(street, plan)]


# From a report to everybody in range


def _handing_out(street: Street, plan: Plan) -> list[Row]:
    with ExitStack() as running:
        world = running.enter_context(look_alikes())
        house = running.enter_context(open_house(street, **world.env))
        served = running.enter_context(ours(house, "daphne"))
        load = running.enter_context(Load(street))
        owner, *listeners = house.call("tests.people.sign_up", 1 + SOCKETS)
        load("connect", speaks=served.speaks, url=served.url, people=[{"token": one["token"]} for one in listeners])
        load("note_arrivals")
        most = _crowd(house, MOST, [one["id"] for one in listeners], {})
        some = _crowd(house, SOME, [], FAR_AWAY)
        for queue in ("celery", "outbox"):
            house.worker(queues=queue)
        house.beat()
        for _ in range(plan.rounds + 1):
            for crowd in (most, some):
                crowd.rounds.append(_round(house, load, owner["id"], crowd))
                _settle(house)
    return [*_rows(most, some)]


def _crowd(house: House, size: int, listeners: list[str], place: dict[str, float]) -> Crowd:
    house.call("tests.dispatch_people.give_phones", listeners)
    others = size - len(listeners)
    users = [*listeners, *house.call("bench.outbox.sign_up", others, others)]
    house.call("tests.dispatch_people.register", users, place)
    return Crowd(users, place, len(listeners))


def _round(house: House, load: Load, owner: str, crowd: Crowd) -> Round:
    opened = house.call("bench.reports.open_urgent", owner, crowd.place)
    report, committed = opened["report"], opened["committed"]
    at = house.call("bench.reports.follow", report, len(crowd.users))
    heard = [when for key, when in load("arrivals") if key == report]
    load("note_arrivals")  # also of what nobody counts: who notes them acknowledges each, and is not cut off as slow
    if len(heard) != crowd.on_sockets:
        raise RuntimeError(f"{crowd.on_sockets} were on sockets, {len(heard)} heard of the report.")
    estimate = house.call("tests.dispatch_world.submit", crowd.users[-1], report)
    return Round(
        opened=opened["took"],
        asked=at["asked"] - committed,
        told=at["told"] - committed,
        planned=at["planned"] - committed,
        heard=max(heard, default=committed) - committed,
        accepted=house.call("bench.reports.accept", owner, estimate),
    )


def _settle(house: House) -> None:
    """Until nothing of it is under way any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(house.call("tests.outbox_world.under_way").values()):
        if time.monotonic() > deadline:
            raise RuntimeError("The outbox did not come to rest.")
        time.sleep(0.5)


def _rows(most: Crowd, some: Crowd) -> Iterator[Row]:
    for crowd in (most, some):
        yield from _rows_of(crowd, is_bound=crowd is most)
    growth = [
        more / fewer * SOME / MOST for more, fewer in zip(most.figures("told"), some.figures("told"), strict=True)
    ]
    yield Row(f"report, cost per professional until told, {MOST:,} ÷ {SOME:,}", "×", growth, below(1.5))


def _rows_of(crowd: Crowd, *, is_bound: bool) -> Iterator[Row]:
    def row(what: str, name: str, bound: float = 0, unit: str = "s", times: float = 1) -> Row:
        figures = [figure * times for figure in crowd.figures(name)]
        target = below(bound) if bound and is_bound else None
        return Row(f"report to {len(crowd.users):,}: {what}", unit, figures, target)

    yield row("opened", "opened", 100, "ms", 1000)
    yield row("all asked", "asked", 2)
    if crowd.on_sockets:
        yield row(f"last of {crowd.on_sockets:,} sockets", "heard", 2)
    yield row("all notices", "told", 4)
    yield row("all planned", "planned", 6)
    yield row("an estimate accepted", "accepted")


# Finding them


def _finding(street: Street, plan: Plan) -> Iterator[Row]:
    for engine, name in ENGINES.items():
        with open_house(street, engine) as house:
            house.call("tests.dispatch_people.settle_country", COUNTRY, IN_RING)
            report = house.call("tests.dispatch_people.report_in_the_middle")
            plan_of_it = house.call("tests.dispatch_people.explain_candidates", report)
            rounds = [house.call("tests.dispatch_people.time_candidates", report, QUERIES) for _ in range(plan.rounds)]
        target = below(50) if engine == "postgresql" else None
        note = "" if INDEX in plan_of_it else f"WITHOUT {INDEX}"
        yield Row(
            f"the best 1,000 of {IN_RING:,} in range of {COUNTRY:,}, {name}",
            "ms",
            list(map(median, rounds)),
            target,
            note,
        )
