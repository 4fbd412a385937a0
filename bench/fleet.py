"""Gates that post what they see, and boards that are looked at meanwhile.

Ingest: four gates post batches of 500 signed scans, each the next when the last was answered, in turns to ours and to a
plain one of the REST framework and the ORM. A gate sees vehicles of its own, so that the plain one has no deadlocks.

Boards: one gate posts a day of 100,000 scans as fast as it is answered, while 200 watchers hold all five boards by
their changes, and 20 of the seed's app get whole lists, all on the web process that takes the scans. A board shows a
batch with the first frame whose figures have all scans up to it; the clock runs from the answer to the gate.
"""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from bench.client import Load
from bench.cores import CLIENT_CORE, on_core
from bench.cost import Cost, cpu_seconds_of
from bench.peers.plainfleet.serving import serving as plain
from bench.plan import QUICK, Plan
from bench.servers import open_house, ours
from bench.table import Row, at_least, below, ratio
from tests.house import Hand, House, Street

SERVER = "uvicorn"
VEHICLES = 20_000
GATES = 4
FASTEST = 12_000  # scans a second of all gates: as many are there to be sent
DAYS_AGO = 40  # when the first round's scans were; each has a day of its own

WATCHERS, SEEDS_WATCHERS = 200, 20
DAY, SHORT_DAY = 100_000, 20_000
BOARDS = ["violations", "vehicles", "summary", "violation_distribution", "vehicle_logs"]
PATIENCE_SECONDS = 30
PACE = {"REALTIME_BOARD_SECONDS": "1"}


def measure(street: Street, plan: Plan) -> list[Row]:
    with open_house(street, **PACE) as house:
        rows = _ingest(street, house, plan)
    with open_house(street, **PACE) as house:
        return [*rows, *_boards(street, house, DAY if plan is not QUICK else SHORT_DAY)]


# Gates


def _ingest(street: Street, house: House, plan: Plan) -> list[Row]:
    house.call("tests.gate_world.register", VEHICLES)
    keys = [house.call("tests.machine_world.make_key", "fleet.scans") for _ in range(GATES)]
    with on_core(CLIENT_CORE):
        gates = house.hands(GATES)
    with (
        ours(house, SERVER) as served,
        plain(street.directory, house.call("bench.gates.plates")) as theirs,
    ):
        house.worker()
        house.beat()
        urls = {"ours": served.url.replace("ws", "http", 1).removesuffix("/ws"), "plain": theirs}
        rounds: dict[str, list[list[Cost]]] = {name: [] for name in urls}
        cpu: list[float] = []
        for number in range(plan.rounds + 1):
            for name, url in urls.items():
                _record(gates, number, plan)
                before = cpu_seconds_of(served.pid)
                rounds[name].append(_post(gates, url, keys, plan.seconds if number else plan.warm_up))
                if name == "ours":
                    cpu.append((cpu_seconds_of(served.pid) - before) / sum(cost["count"] for cost in rounds[name][-1]))
    if house.call("bench.gates.is_miscounted"):
        raise RuntimeError("The counts are not those of the rows.")
    rows = {name: Row(f"gates, {name}", "scans/s", [*map(_rate, costs[1:])]) for name, costs in rounds.items()}
    mine = Row(rows["ours"].what, "scans/s", rows["ours"].figures, at_least(2000))
    return [
        mine,
        rows["plain"],
        ratio("gates, ours ÷ plain", mine, rows["plain"]),
        Row("gates, ours: CPU of the web process for 500", "ms", [seconds * 500_000 for seconds in cpu[1:]]),
    ]


def _record(gates: Sequence[Hand], number: int, plan: Plan) -> None:
    scans = int(FASTEST * max(plan.seconds, plan.warm_up))
    for place, gate in enumerate(gates):
        gate.begin([("bench.gates.record", (scans, DAYS_AGO - number, place, GATES))])
    _ended(gates)


def _post(gates: Sequence[Hand], url: str, keys: Sequence[Sequence[str]], seconds: float) -> list[Cost]:
    start = time.time() + 0.5
    for gate, key in zip(gates, keys, strict=True):
        gate.begin([("bench.gates.post", (url, *key, seconds))], at=start)
    return _ended(gates)


def _ended(hands: Sequence[Hand]) -> list[Any]:
    done = [hand.end()[0] for hand in hands]
    if failed := [result for outcome, result in done if outcome != "ok"]:
        raise RuntimeError(failed)
    return [result for _, result in done]


def _rate(costs: list[Cost]) -> float:
    return sum(cost["count"] for cost in costs) / max(cost["seconds"] for cost in costs)


# Boards


def _boards(street: Street, house: House, scans: int) -> Iterator[Row]:
    house.call("tests.gate_world.register", VEHICLES)
    key = house.call("tests.machine_world.make_key", "fleet.scans")
    with on_core(CLIENT_CORE):
        gate = house.hand()
    gate.call("bench.gates.record", scans, 1)
    with ours(house, SERVER) as served, Load(street, "bench.watch") as watch:
        house.worker()
        house.beat()
        _connect(house, watch, served.url)
        server = served.url.removesuffix("/ws").replace("ws", "http", 1)
        start = time.time()
        batches = gate.call("bench.gates.replay", server, *key, None)
        late = watch("wait", total=scans, patience=PATIENCE_SECONDS)
        seconds = time.time() - start
        mine, seeds = watch("notes", speaks="stream"), watch("notes", speaks="seeds")
        if late or (errors := watch("errors")):
            raise RuntimeError(f"Not all watchers saw all: {late[:3] or errors[:3]}")
        _compare(house, watch)
    name = f"board, {WATCHERS} watchers"
    yield Row("gate during that", "scans/s", [scans / (batches[-1][1] - batches[0][0])])
    lags = _lags(batches, mine["totals"])
    for what, percent in {"p50": 50, "p99": 99, "most": 100}.items():
        yield Row(f"{name}: behind, {what}", "s", [_percentile(lags, percent)], below(1) if percent == 99 else None)
    yield Row(f"{name}: frames of the busiest", "/s", [max(mine["frames"].values()) / seconds])
    gaps = sorted(gap for of_board in mine["gaps"].values() for gap in of_board)
    yield Row(f"{name}: between two frames, least", "s", [gaps[0]])
    yield Row(f"{name}: between two frames, p50", "s", [median(gaps)])
    yield Row(f"{name}: each gets", "KB/s", [sum(mine["bytes"].values()) / seconds / 1000])
    lags = _lags(batches, seeds["totals"])
    name = f"board, {SEEDS_WATCHERS} of the seed's app"
    for what, percent in {"p50": 50, "most": 100}.items():
        yield Row(f"{name}: behind, {what}", "s", [_percentile(lags, percent)])
    yield Row(f"{name}: each gets", "KB/s", [sum(seeds["bytes"].values()) / seconds / 1000])


def _connect(house: House, watch: Load, url: str) -> None:
    people = house.call("tests.people.sign_up", WATCHERS + SEEDS_WATCHERS)
    house.call("bench.gates.appoint", [person["id"] for person in people])
    boards = [f"fleet.{name}" for name in BOARDS]
    watchers = [{"token": person["token"], "boards": boards} for person in people[:WATCHERS]]
    watch("connect", speaks="stream", url=url, people=watchers)
    seeds = [{"token": person["token"]} for person in people[WATCHERS:]]
    watch("connect", speaks="seeds", url=f"{url}/fleet?token={{token}}", people=seeds)
    watch("begin")
    house.call("bench.gates.touch_boards")
    if not watch("wait_for_frames", boards=len(BOARDS), patience=PATIENCE_SECONDS):
        raise RuntimeError("Nobody renders boards.")
    watch("begin")


def _compare(house: House, watch: Load) -> None:
    """What was lost would show here."""
    time.sleep(3)  # until the others have been rendered too
    if watch("digests") != [house.call("bench.gates.boards")] or house.call("bench.gates.is_miscounted"):
        raise RuntimeError("Boards do not show what is so.")


def _lags(batches: list[list[float]], totals: list[list[list[float]]]) -> list[float]:
    """Of each batch and each watcher: seconds until the first frame that has it."""
    lags = []
    for shown in totals:
        counts = [total for _, total in shown]
        for _, answered_at, sent in batches:
            lags.append(max(0.0, shown[bisect_left(counts, sent)][0] - answered_at))
    return lags


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]
