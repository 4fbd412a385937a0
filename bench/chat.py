"""Two who write to each other, fifty times: our chat beside a plain one of Channels and the ORM, Synapse, Prosody and
ejabberd.

All servers run at once, on the server's core, and take turns: a round measures each of them once. Everything is on one
PostgreSQL, which waits for the disk. Ours has the worker and the beat of a deployment beside it, on whichever core is
free, as PostgreSQL and Redis are. The clock runs from just before a text is sent until the other's socket has it, in
one process.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bench.client import Load
from bench.peers.matrix import serving as matrix
from bench.peers.plainchat import serving as plainchat
from bench.peers.xmpp import ejabberd, prosody
from bench.plan import Plan
from bench.servers import NotMeasured, open_house, ours
from bench.table import Row, at_least, below, ratio
from tests.house import Street

SERVER = "uvicorn"  # under which the plain one is a tenth faster than under Daphne
CONVERSATIONS = 50
# Texts under way of each who writes: as many as a server carries most with.
IN_FLIGHT = {"ours": 8, "plain": 8, "Synapse": 2, "Prosody": 2, "ejabberd": 1}
SETTLE_SECONDS = 1  # until a server has put away what nobody waits for, and the next has the core
NO_LIMIT = {"REALTIME_COMMANDS_PER_SECOND": "100000", "REALTIME_COMMANDS_BURST": "100000"}
RATES = {50: below(25), 300: below(100)}  # texts a second, and what is asked of ours at that
PEERS = {"Synapse": matrix.talking, "Prosody": prosody.talking, "ejabberd": ejabberd.talking}
UNIT = "messages/s"


@dataclass(slots=True)
class Subject:
    """A server with its hundred talkers, and what was measured of it."""

    name: str
    load: Load
    is_ours: bool = False
    floods: list[float] = field(default_factory=list)
    paces: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: {rate: [] for rate in RATES})
    lost: int = 0

    def measure(self, plan: Plan) -> None:
        for rate, rounds in self.paces.items():
            rounds.append(self.load("pace", rate=rate, seconds=plan.seconds))
            self.lost += rounds[-1]["lost"]
        flood = self.load("flood", warm_up=plan.warm_up, seconds=plan.seconds, in_flight=IN_FLIGHT[self.name])
        self.floods.append(flood["arrived"] / flood["seconds"])
        self.lost += flood["lost"]
        time.sleep(SETTLE_SECONDS)
        if errors := self.load("errors"):
            raise RuntimeError(f"{self.name}: {errors[:3]}")

    def speed(self) -> Row:
        return Row(f"chat, {self.name}", UNIT, self.floods, note=f"{self.lost:,} LOST" if self.lost else "")

    def delays(self) -> Iterator[Row]:
        for rate, rounds in self.paces.items():
            note = _behind([one["reached"] for one in rounds if one["is_behind"]])
            for percent, target in {50: None, 99: RATES[rate] if self.is_ours else None}.items():
                name = f"chat at {rate}/s, {self.name}: p{percent}"
                yield Row(name, "ms", [_percentile(one["delays"], percent) for one in rounds], target, note)


def measure(street: Street, plan: Plan) -> list[Row]:
    with ExitStack() as running:
        subjects, missing = _subjects(street, running)
        for _ in range(plan.rounds):
            for subject in subjects:
                subject.measure(plan)
    speeds = {subject.name: subject.speed() for subject in subjects} | missing
    return [*speeds.values(), *_ratios(speeds), *(row for subject in subjects for row in subject.delays())]


def _ratios(speeds: dict[str, Row]) -> Iterator[Row]:
    yield ratio("chat, ours ÷ plain", speeds["ours"], speeds["plain"], at_least(2))
    for peer in PEERS:
        yield ratio(f"chat, ours ÷ {peer}", speeds["ours"], speeds[peer], at_least(1))


def _subjects(street: Street, running: ExitStack) -> tuple[list[Subject], dict[str, Row]]:
    """Start everything that is measured; a peer that cannot be had becomes a row that says so."""
    subjects = [
        Subject("ours", running.enter_context(_ours(street)), is_ours=True),
        Subject("plain", running.enter_context(_theirs(street, partial(plainchat.talking, SERVER)))),
    ]
    missing: dict[str, Row] = {}
    for peer, talking in PEERS.items():
        try:
            subjects.append(Subject(peer, running.enter_context(_theirs(street, talking))))
        except NotMeasured as reason:
            missing[peer] = Row(f"chat, {peer}", UNIT, note=str(reason))
    return subjects, missing


@contextmanager
def _ours(street: Street) -> Iterator[Load]:
    with (
        open_house(street, **NO_LIMIT) as house,
        ours(house, SERVER) as served,
        Load(street, "bench.talk") as load,
    ):
        house.worker()
        house.beat()
        people = house.call("tests.people.sign_up", 2 * CONVERSATIONS)
        conversations = house.call("bench.conversations.open_all", [person["id"] for person in people])
        for place, person in enumerate(people):
            person["conversation"] = conversations[place // 2]
        load("connect", speaks=served.speaks, url=served.url, people=people)
        yield load


@contextmanager
def _theirs(street: Street, talking: Callable[..., AbstractContextManager[Any]]) -> Iterator[Load]:
    with talking(street.directory, CONVERSATIONS) as (served, people), Load(street, "bench.talk") as load:
        load("connect", speaks=served.speaks, url=served.url, people=people)
        yield load


def _behind(reached: list[float]) -> str:
    return f"FELL BEHIND: carried {min(reached):.0f}/s" if reached else ""


def _percentile(delays: list[float], percent: int) -> float:
    return sorted(delays)[len(delays) * percent // 100] * 1000
