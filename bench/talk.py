"""The load client of chats: pairs of people who write to each other, in a process of its own (see bench/client.py)."""

import asyncio
import re
import time
from functools import partial
from itertools import count
from typing import Any

import uvloop

from bench.load import CONNECTING_AT_ONCE, SILENCE_SECONDS, obey
from bench.talkers import TALKERS, Talker

LENGTH = 100
MARK = re.compile(rb"~(\d{9})~")
TICK_SECONDS = 0.2  # an app acknowledges after so long, or every 32 events


class Talk:
    """Who stands at an even place talks to the next. Each text has a number, found again in whatever frame it comes."""

    def __init__(self) -> None:
        self.talkers: list[Talker] = []
        self.numbers = count()
        self.under_way: dict[int, tuple[int, float]] = {}
        self.delays: list[float] = []
        self.goes_on = False

    async def connect(self, speaks: str, url: str, people: list[dict[str, Any]]) -> None:
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def enter(place: int) -> Talker:
            talker: Talker = TALKERS[speaks](people[place], partial(self._hear, place))
            async with gate:
                await talker.enter(url.format(**people[place]))
            return talker

        self.talkers = await asyncio.gather(*map(enter, range(len(people))))
        self.ticking = asyncio.create_task(self._tick())

    async def flood(self, warm_up: float, seconds: float, in_flight: int) -> dict[str, Any]:
        """Everybody writes the next text when one of her last has come: how many came in so many seconds."""
        self.delays, self.goes_on = [], True
        for _ in range(in_flight):
            for place in range(len(self.talkers)):
                self._write(place)
        await asyncio.sleep(warm_up)
        before, start = len(self.delays), time.perf_counter()
        await asyncio.sleep(seconds)
        count, took = len(self.delays) - before, time.perf_counter() - start
        self.goes_on = False
        return {"arrived": count, "seconds": took, "lost": await self._settle()}

    async def pace(self, rate: int, seconds: float) -> dict[str, Any]:
        """So many texts a second in all, evenly, the conversations one after the other and each side in turn.

        A server that is half a second behind has failed, and is asked no more.
        """
        self.delays = []
        start = time.perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(start + number / rate - time.perf_counter())
            if len(self.under_way) > rate // 2:
                break
            conversation, turn = number % (len(self.talkers) // 2), number // (len(self.talkers) // 2)
            self._write(conversation * 2 + turn % 2)
        reached, is_behind = len(self.delays) / (time.perf_counter() - start), len(self.under_way) > rate // 2
        lost = await self._settle()
        return {"reached": reached, "is_behind": is_behind, "lost": lost, "delays": self.delays}

    def _write(self, place: int) -> None:
        number = next(self.numbers)
        self.under_way[number] = place, time.perf_counter()
        self.talkers[place].write(f"~{number:09}~ ".ljust(LENGTH, "x"))

    def _hear(self, place: int, frame: bytes) -> None:
        """One's own texts come back too, and some servers show a text twice."""
        now = time.perf_counter()
        for mark in MARK.findall(frame):
            author, at = self.under_way.get(int(mark), (place, now))
            if author != place:
                del self.under_way[int(mark)]
                self.delays.append(now - at)
                if self.goes_on:
                    self._write(author)

    async def _settle(self) -> int:
        """Wait for the rest as long as something still comes; how many never did."""
        missing, silent_since = len(self.under_way), time.perf_counter()
        while missing and time.perf_counter() - silent_since < SILENCE_SECONDS:
            await asyncio.sleep(0.05)
            if len(self.under_way) < missing:
                missing, silent_since = len(self.under_way), time.perf_counter()
        self.under_way = {}
        return missing

    async def errors(self) -> list[str]:
        return sorted({talker.error for talker in self.talkers if talker.error})

    async def _tick(self) -> None:
        """Each at a time of her own, as apps do."""
        start = time.perf_counter()
        for tick in count():
            await asyncio.sleep(start + tick * TICK_SECONDS / len(self.talkers) - time.perf_counter())
            self.talkers[tick % len(self.talkers)].tick()


if __name__ == "__main__":
    uvloop.run(obey(Talk()))
