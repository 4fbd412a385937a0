"""The load client of boards: watchers that keep them as apps do, in a process of its own (see bench/client.py)."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import uvloop
from picows import WSFrame

from bench.load import CONNECTING_AT_ONCE, connect, obey
from bench.payload import digest
from bench.sockets import Socket, StreamSocket

SUMMARY = "fleet.summary"
TOTAL = "total_entries_exits"
POLL_SECONDS = 0.1
SEEDS_SUMMARY, SEEDS_TOTAL = "fleet_summary_update", "totalEntriesExits"


class Notes:
    """What one socket was sent since they were begun: when the frames of each board came, and what they said."""

    def __init__(self) -> None:
        self.at: defaultdict[str, list[float]] = defaultdict(list)
        self.bytes: Counter[str] = Counter()
        self.totals: list[tuple[float, int]] = []

    def note(self, board: str, size: int) -> None:
        self.at[board].append(time.time())
        self.bytes[board] += size


class Watcher(StreamSocket):
    """Keeps boards by their changes."""

    def __init__(self, person: dict[str, Any]) -> None:
        super().__init__(person)
        self.boards: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.notes = Notes()

    def on_text(self, frame: WSFrame) -> None:
        super().on_text(frame)
        payload = frame.get_payload_as_bytes()
        if payload[self.TYPE] == b"bo":
            self._keep(json.loads(payload), len(payload))

    def _keep(self, frame: dict[str, Any], size: int) -> None:
        name, version = frame["board"], frame["version"]
        self.notes.note(name, size)
        if version <= self.versions.get(name, -1):
            self.error = f"{name} went back to {version}."
        elif "data" in frame:
            self.boards[name] = frame["data"]
        elif frame.get("base") != self.versions.get(name):
            self.error = f"{name} has a change of {frame.get('base')}, and we have {self.versions.get(name)}."
        else:
            self.boards[name] |= frame["set"]
            for key in frame["del"]:
                del self.boards[name][key]
        self.versions[name] = version
        if name == SUMMARY:
            self.notes.totals.append((self.notes.at[name][-1], self.boards[name][TOTAL]))

    def total(self) -> int:
        return int(self.boards[SUMMARY][TOTAL])


class SeedsWatcher(Socket):
    """The app of seed 003, which replaces its lists with each frame."""

    def __init__(self, person: dict[str, Any]) -> None:
        super().__init__(person)
        self.notes = Notes()
        self.said = 0

    def introduce(self) -> None:
        """It says nothing."""

    def on_text(self, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        kind = payload[9 : payload.index(b'"', 9)].decode()  # of {"type":"…
        self.notes.note(kind, len(payload))
        if kind == SEEDS_SUMMARY:
            self.said = int(json.loads(payload)["data"][SEEDS_TOTAL])
            self.notes.totals.append((self.notes.at[kind][-1], self.said))
            self.be_ready()

    def total(self) -> int:
        return self.said


SPEAKS = {"stream": Watcher, "seeds": SeedsWatcher}


class Watch:
    def __init__(self) -> None:
        self.crowds: dict[str, list[Any]] = {"stream": [], "seeds": []}

    async def connect(self, speaks: str, url: str, people: list[dict[str, Any]]) -> None:
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def enter(person: dict[str, Any]) -> Any:
            async with gate:
                return await connect(SPEAKS[speaks](person), url.format(**person))

        self.crowds[speaks] += await asyncio.gather(*map(enter, people))

    async def begin(self) -> None:
        for watcher in self._all():
            watcher.notes = Notes()

    async def wait(self, total: int, patience: float) -> list[int]:
        """Until all show this total: the totals that something else still shows."""
        others: list[int] = []
        for _ in range(int(patience / POLL_SECONDS)):
            others = [watcher.total() for watcher in self._all() if watcher.total() != total]
            if not others:
                break
            await asyncio.sleep(POLL_SECONDS)
        return others

    async def wait_for_frames(self, boards: int, patience: float) -> bool:
        """Until all have heard of so many boards."""
        for _ in range(int(patience / POLL_SECONDS)):
            if all(len(watcher.notes.at) >= boards for watcher in self.crowds["stream"]):
                return True
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def digests(self) -> list[dict[str, Any]]:
        """The different states of their boards."""
        states = [{name: digest(board) for name, board in watcher.boards.items()} for watcher in self.crowds["stream"]]
        return [state for place, state in enumerate(states) if state not in states[:place]]

    async def notes(self, speaks: str) -> dict[str, Any]:
        """Of all of a crowd. `frames` are of the watcher who got most of that board."""
        notes = [watcher.notes for watcher in self.crowds[speaks]]
        boards = sorted({board for one in notes for board in one.at})
        return {
            "totals": [one.totals for one in notes],
            "frames": {board: max(len(one.at[board]) for one in notes) for board in boards},
            "gaps": {board: sorted(_gaps(notes, board)) for board in boards},
            "bytes": {board: sum(one.bytes[board] for one in notes) / len(notes) for board in boards},
        }

    async def errors(self) -> list[str]:
        gone = sum(not watcher.is_open for watcher in self._all())
        return sorted({watcher.error for watcher in self._all() if watcher.error}) + [f"{gone} gone"] * bool(gone)

    def _all(self) -> list[Any]:
        return [watcher for crowd in self.crowds.values() for watcher in crowd]


def _gaps(notes: list[Notes], board: str) -> list[float]:
    return [later - earlier for one in notes for earlier, later in pairwise(one.at[board])]


if __name__ == "__main__":
    uvloop.run(obey(Watch()))
