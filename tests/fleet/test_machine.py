"""Any life of a campus over real sockets and processes: whatever comes, however late and however often, who looks on
ends with what the rows say, and was never shown what was older.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from fleet import freshness
from tests.fleet.watchers import Watcher
from tests.fleet_world import plate_of
from tests.house import House, Street, Web
from tests.properties import live, tries
from tests.sockets import PATIENCE_SECONDS
from tests.zones import offset_of_midnight, soon, write_zone

PACE = 0.1  # seconds between two frames of a board
LIMITS = {
    "REALTIME_BOARD_SECONDS": str(PACE),
    "REALTIME_BOARD_LEASE_SECONDS": "0.01",  # less than it takes to render: two do so at once
    "THROTTLE_USER": "100000/min",
    "CAMPUS_ZONE": "Test/Campus",
}
WATCHERS = 3
KNOWN, VEHICLES = 3, 5  # the others are strangers until somebody registers them
TYPES = ["Speed Violation", "Parking Violation", "Other"]
DEEDS = ["scan"] * 8 + ["again"] * 3 + ["report"] * 3 + ["confirm", "dismiss", "sanction", "sanction", "lift", "lift"]
DEEDS += ["register", "revise", "put", "adopt", "suspensions", "cut", "cut", "go_away", "come_back", "come_back"]

any_number = st.integers(0, 1000)

STATS: Counter[str] = Counter()


class Campus(RuleBasedStateMachine):
    house: House
    webs: list[Web]
    people: list[dict[str, Any]]

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.has_failed, self.turns = False, 0
        self.days: set[str] = set()
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.hands = self.house.hands(2)
        tokens = [self.house.call("tests.people.sign_in_again", user["id"])["token"] for user in self.people]
        self._call("begin_anew")
        self._call("populate", KNOWN)
        self.began, self.versions = monotonic(), self._call("versions")
        STATS["lives"] += 1
        self.do(self._open(tokens))

    async def _open(self, tokens: list[str]) -> None:
        urls = [web.url for web in self.webs]
        headers = {"Authorization": f"Bearer {tokens[0]}"}
        self.client = httpx.AsyncClient(timeout=PATIENCE_SECONDS, headers=headers)
        self.watchers = [Watcher(urls[n % 2 :] + urls, tokens[n]) for n in range(WATCHERS)]
        await asyncio.gather(*(watcher.__aenter__() for watcher in self.watchers))

    def do(self, deed: Coroutine[Any, Any, None]) -> None:
        STATS["steps"] += 1
        try:
            self.runner.run(deed)
        except BaseException:
            self.has_failed = True
            raise

    def _call(self, name: str, *arguments: Any) -> Any:
        return self.house.call(f"tests.fleet_world.{name}", *arguments)

    # What happens

    @rule(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), any_number), min_size=8, max_size=20))
    def live_on(self, deeds: list[tuple[str, int]]) -> None:
        """All at once: gates and patrols over HTTP, officers and workers in processes of their own."""

        async def live_on() -> None:
            posts, calls = [], []
            for what, n in deeds:
                STATS["deeds"] += 1
                if what in ("scan", "again", "report"):
                    posts.append(self._posted(what, n))
                elif what in ("cut", "go_away", "come_back"):
                    self._connect(self.watchers[n % WATCHERS], what, n)
                else:
                    calls.append(self._called(what, n))
            done = await asyncio.gather(
                *(self._post(n % 2, path, events) for n, (path, events) in enumerate(posts)),
                *(asyncio.to_thread(self._carry_out, n, calls[n::2]) for n in range(2)),
            )
            assert [fault for faults in done for fault in faults] == []
            self.turns += 1
            if self.turns % 3 == 0:
                await self._check()

        self.do(live_on())

    def _posted(self, what: str, n: int) -> tuple[str, list[dict[str, Any]]]:
        """Some at the same instant, some within a minute of each other, some days late; and some of what was said."""
        if what == "again" and self.said:
            path = self.said[n % len(self.said)][0]
            same = [event for where, event in self.said if where == path]
            return path, same[-1 - n % 7 :: -3] or same[:1]
        event = {"event_id": f"{len(self.said)}", "plate": plate_of(n % VEHICLES)}
        event["at"] = (self._today() - timedelta(seconds=20 * (n % 37), days=n % 9 * (n % 2))).isoformat()
        path, more = "violations", {"type": TYPES[n % len(TYPES)]}
        if what != "report":
            path, more = "scans", {"direction": ["in", "out"][n // 7 % 2]}
        self.said.append((path, {**event, **more}))
        return path, [self.said[-1][1]]

    def _today(self) -> datetime:
        return datetime.now(UTC).replace(second=0, microsecond=0)

    async def _post(self, web: int, path: str, events: list[dict[str, Any]]) -> list[str]:
        """All by one source: they number what they say, and not who says it."""
        url = f"{self.webs[web].url}/api/fleet/{path}"
        answer = await self.client.post(url, json={path: events})
        assert answer.status_code == 200, answer.text
        return [str(one) for one in answer.json()["outcomes"] if one["result"] not in ("recorded", "repeated")]

    def _called(self, what: str, n: int) -> tuple[str, list[Any]]:
        return "tests.fleet_verbs.named", [what, n % VEHICLES, n // VEHICLES]

    def _carry_out(self, n: int, calls: list[tuple[str, list[Any]]]) -> list[str]:
        """Refusals are answers; anything else is not."""
        return [result for outcome, result in self.hands[n].calls(calls) if outcome != "ok"] if calls else []

    def _connect(self, watcher: Watcher, what: str, n: int) -> None:
        match what:
            case "cut":
                watcher.cut()
            case "go_away":
                watcher.go_away()
            case "come_back" if watcher.is_away:
                watcher.come_back(as_new=n % 3 == 0)

    # What is true

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            if not self.has_failed:
                self.do(self._check())
        finally:
            self.runner.run(self._close())
            self.runner.close()

    async def _close(self) -> None:
        for watcher in self.watchers:
            STATS.update(frames=watcher.frames, deltas=watcher.deltas, cuts=watcher.cuts)
            await watcher.__aexit__()
        STATS["days"] += len(self.days)
        await self.client.aclose()

    async def _check(self) -> None:
        STATS["checks"] += 1
        for watcher in self.watchers:
            watcher.come_back()
        shown = await asyncio.to_thread(self._at_rest)
        deadline = monotonic() + PATIENCE_SECONDS
        while behind := [watcher.versions for watcher in self.watchers if watcher.versions != shown.versions]:
            assert monotonic() < deadline, (behind, shown.versions)
            await asyncio.sleep(0.01)
            shown = await asyncio.to_thread(self._rows)
        for watcher in self.watchers:
            assert watcher.faults == []
            assert watcher.boards == shown.boards
        self._check_pace(shown.versions)
        self.days.add(shown.boards[freshness.SUMMARY]["days"]["last"])

    def _at_rest(self) -> "Rows":
        assert self.house.call("tests.fleet_laws.breaches_at_rest") == []
        return self._rows()

    def _rows(self) -> "Rows":
        return Rows({name: self._call("board", name) for name in freshness.BOARDS})

    def _check_pace(self, versions: dict[str, int]) -> None:
        """A frame is a version: nobody is sent one twice. (When it is read does not tell when it was sent.)"""
        most = (monotonic() - self.began) / PACE + 1
        for name, version in versions.items():
            assert version - self.versions[name] <= most


class Rows:
    def __init__(self, rows: dict[str, tuple[int, str]]) -> None:
        self.versions = {name: version for name, (version, _) in rows.items()}
        self.boards = {name: json.loads(data) for name, (_, data) in rows.items()}


@pytest.fixture(scope="module")
def campus(street: Street, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Where two midnights come while it lives: one that the clocks skip, and one that they skip a day at."""
    zones = tmp_path_factory.mktemp("zones")
    first = soon(datetime.now(UTC), 15)
    west = offset_of_midnight(first)
    second = soon(first, 25)
    write_zone(zones / "Test" / "Campus", west, [(first, west + 3600), (second, west + 24 * 3600)])
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], PYTHONTZPATH=str(zones), **LIMITS) as house:
        house.worker()
        house.beat()
        webs = [house.web(), house.web()]
        people = house.call("tests.fleet_world.officers", WATCHERS)
        yield {"house": house, "webs": webs, "people": people}
        assert house.complaints() == []


@pytest.mark.hypothesis
def test_whoever_looks_on_ends_with_what_the_rows_say(campus: dict[str, Any], record_property: Callable[..., None]):
    STATS.clear()
    live(type("Given", (Campus,), campus), lives=tries(3), steps=7)
    counted = ["lives", "steps", "checks", "deeds", "days", "frames", "deltas", "cuts"]
    record_property("campus", {name: STATS[name] for name in counted})
