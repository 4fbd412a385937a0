"""The load client: a process of its own on a core of its own, told what to do by lines of JSON (see bench/client.py).

It holds a crowd of subscribers, and triggers through which it makes servers publish.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import uvloop
from picows import ws_connect

from bench.sockets import HEARS, SUBSCRIBERS, TRIGGERS, Socket, StreamSocket

CONNECTING_AT_ONCE = 100  # fewer than the strangers that a server takes from one address
IN_FLIGHT = 60  # broadcasts under way: enough to keep a server busy, too few to fill a socket's buffers
POLL_SECONDS = 0.002
SILENCE_SECONDS = 5
PATIENCE_SECONDS = 30


class Crowd:
    def __init__(self) -> None:
        self.sockets: list[Socket] = []
        self.triggers: dict[str, Any] = {}
        self.given_up = 0

    async def connect(self, speaks: str, url: str, people: list[dict[str, Any]]) -> float:
        """Connect everyone: the seconds until all were ready, which for stream.v1 means live."""
        start = time.perf_counter()
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def connect_one(person: dict[str, Any]) -> Socket:
            async with gate:
                return await connect(SUBSCRIBERS[speaks](person), url)

        self.sockets += await asyncio.gather(*[connect_one(person) for person in people])
        return time.perf_counter() - start

    async def attach(self, speaks: str, url: str, whats: list[str], to: list[str]) -> None:
        """Open the trigger for these kinds of broadcast."""
        trigger = await connect(TRIGGERS[speaks]({}), url)
        if to:
            trigger.say(json.dumps({"to": to}))
        for what in whats:
            self.triggers[what] = trigger

    async def flow(self, what: str, warm_up: float, seconds: float) -> dict[str, float]:
        """Keep a number of broadcasts under way, and count what arrives in so many seconds once it flows."""
        for socket in self.sockets:
            socket.hears, socket.heard = HEARS[what], 0
        self.given_up = 0
        asked = await self._ask_for(what, 0, warm_up)
        before, start = self.heard(), time.perf_counter()
        asked = await self._ask_for(what, asked, seconds)
        delivered, took = self.heard() - before, time.perf_counter() - start
        expected = asked * len(self.sockets)
        await self._settle(expected)
        for socket in self._streams():
            socket.acknowledge()
        return {"delivered": delivered, "seconds": took, "lost": expected - self.heard()}

    async def _ask_for(self, what: str, asked: int, seconds: float) -> int:
        """What has not come after a silent second is not waited for: boards may skip versions. It counts as lost."""
        heard, heard_at = self.heard(), time.perf_counter()
        end = heard_at + seconds
        while (at := time.perf_counter()) < end:
            if self.heard() > heard:
                heard, heard_at = self.heard(), at
            arrived = heard // len(self.sockets)
            if at - heard_at > 1:
                self.given_up, heard_at = asked - arrived, at
            if asked - self.given_up - arrived <= IN_FLIGHT // 2:
                self.triggers[what].ask(what, IN_FLIGHT // 2)
                asked += IN_FLIGHT // 2
            await asyncio.sleep(POLL_SECONDS)
        return asked

    async def _settle(self, expected: int) -> None:
        """Wait for the rest, as long as something still comes."""
        heard, silent_since = self.heard(), time.perf_counter()
        while heard < expected and time.perf_counter() - silent_since < SILENCE_SECONDS:
            await asyncio.sleep(0.05)
            if self.heard() > heard:
                heard, silent_since = self.heard(), time.perf_counter()

    def heard(self) -> int:
        return sum(socket.heard for socket in self.sockets)

    async def note_arrivals(self) -> None:
        """From now on keep the key of each event and when it came."""
        for socket in self._streams():
            socket.arrivals = []

    async def arrivals(self) -> list[tuple[str, float]]:
        noted = [arrival for socket in self._streams() for arrival in socket.arrivals or ()]
        for socket in self._streams():
            socket.arrivals = None
        return noted

    def _streams(self) -> list[StreamSocket]:
        return [socket for socket in self.sockets if isinstance(socket, StreamSocket)]

    async def state(self) -> dict[str, Any]:
        errors = Counter(socket.error for socket in self.sockets if socket.error)
        return {"open": sum(socket.is_open for socket in self.sockets), "heard": self.heard(), "errors": errors}

    async def disconnect(self) -> None:
        for socket in self.sockets:
            socket.transport.disconnect()
        self.sockets = []


async def connect(socket: Any, url: str) -> Any:
    await ws_connect(lambda: socket, url, extra_headers=socket.headers)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await socket.ready
    return socket


async def obey(crowd: Any) -> None:
    orders = asyncio.StreamReader(limit=2**26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        name, arguments = json.loads(line)
        print(json.dumps(await getattr(crowd, name)(**arguments)), flush=True)


if __name__ == "__main__":
    uvloop.run(obey(Crowd()))
