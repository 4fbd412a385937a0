"""The life of a connection: opened, ended, and opened again, for ever."""

import asyncio
import contextlib
import random
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from conformance.example.outbox import Outbox
from conformance.example.rest import Gone, Refused, Rest, SignedOut
from conformance.example.store import Position, Store

Frame = dict[str, Any]

TROUBLE = (aiohttp.ClientError, OSError, TimeoutError)


class Connection:
    # In seconds
    first_wait, longest_wait, soon = 0.5, 30.0, 5.0
    good = 10.0  # a connection that lasted this long was a good one
    opening, silence = 10.0, 60.0
    socketless_after = 2  # handshakes in a row that failed, then polls carry the events

    rest_class, outbox_class = Rest, Outbox

    def __init__(self, url: str, store: Store, *, time_factor: float = 1.0) -> None:
        self.store = store
        self.time_factor = time_factor
        self.state = "connecting"
        self.foreground = True
        self.position: Position | None = store.position
        self.clock_ahead = timedelta(seconds=store.fact("clock_ahead") or 0)
        self.outbox = self.outbox_class(store, self.clock, time_factor)
        self.rest = self.rest_class(url, store, longest=self.scaled(self.silence))
        self._network = asyncio.Event()
        self._network.set()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._is_ready = False  # welcomed
        self._waits = 0
        self._rest = 0.0  # that the server asked for before it closed
        self._failed_handshakes = 0
        self._helpers: set[asyncio.Task[Any]] = set()

    def scaled(self, seconds: float) -> float:
        return seconds * self.time_factor

    def clock(self) -> datetime:
        """As the server has it."""
        return datetime.now(UTC) + self.clock_ahead

    # What a client makes of it

    async def hear(self, frame: Frame) -> bool:
        """False: the connection is of no use any more."""
        raise NotImplementedError

    def disconnected(self) -> None:
        raise NotImplementedError

    async def _reload(self) -> None:
        raise NotImplementedError

    async def _poll(self) -> None:
        raise NotImplementedError

    # Its life

    async def run(self) -> None:
        async with self.rest:
            try:
                while self.state != "stopped":
                    await self._pause(await self._once())
            except SignedOut:
                self.state = "stopped"

    async def _once(self) -> float:
        """A connection from its beginning to its end, and how long to wait then."""
        try:
            await self._network.wait()
            if self.position is None:
                await self._reload()
            await self._connect()
            return await self._after(*await self._converse())
        except Refused as refused:
            return refused.seconds + self._backoff()
        except TROUBLE:
            return self._backoff()

    def _backoff(self) -> float:
        bound = min(self.longest_wait, self.first_wait * 2**self._waits)
        self._waits += 1
        return self.scaled(random.uniform(0, bound))

    async def _pause(self, seconds: float) -> None:
        """Waiting is spent with polls, where no socket opens."""
        if self._failed_handshakes < self.socketless_after or self.position is None:
            await asyncio.sleep(seconds)
            return
        posting = asyncio.create_task(self.outbox.flush(self.rest.command))
        try:
            async with asyncio.timeout(self.scaled(self.longest_wait)) as polling:
                await self._poll()
        except Gone:
            self.position = None
        except Refused as refused:
            self.state = "stale"
            await asyncio.sleep(refused.seconds + seconds)
        except TROUBLE:
            self.state = "live" if polling.expired() else "stale"
            await asyncio.sleep(0 if polling.expired() else seconds)
        finally:
            posting.cancel()

    async def _connect(self) -> None:
        try:
            self._socket = await self.rest.socket(self.scaled(self.opening))
        except TROUBLE:
            self._failed_handshakes += 1
            raise
        self._failed_handshakes = 0

    async def _converse(self) -> tuple[int, float | None]:
        """The code of the close, and how long `going` said to wait."""
        socket = self._socket
        assert socket is not None
        try:
            await self._say(self._hello())
            return await self._listen(socket)
        finally:
            self._is_ready, self._socket = False, None
            if self.state != "stopped":
                self.state = "stale"
            self.disconnected()
            for helper in self._helpers:
                helper.cancel()
            await socket.close()

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> tuple[int, float | None]:
        going, self._rest = None, 0.0
        began = asyncio.get_running_loop().time()
        while True:
            longest = self.silence if self._is_ready else self.opening
            message = await socket.receive(self.scaled(longest))
            if asyncio.get_running_loop().time() - began > self.scaled(self.good):
                self._waits = 0
            if message.type != aiohttp.WSMsgType.TEXT:
                return socket.close_code or 1006, going
            frame = message.json()
            if frame["type"] == "going":
                going = frame["after_ms"] / 1000
            if frame["type"] == "error":
                self._rest = frame.get("retry_after_ms", 0) / 1000
            if not await self.hear(frame):
                return 1000, going

    async def _after(self, code: int, going: float | None) -> float:
        """How long to wait, by the range of the code."""
        match code // 100:
            case 44:
                self.state = "stopped"
                return 0
            case 43:
                self.position = None
                return self._backoff()
            case 42:
                await self.rest.refresh()
                return 0
            case 41:
                return self.scaled(random.uniform(0, self.soon)) if going is None else going
        return self._rest + self._backoff() if going is None else going

    def _hello(self) -> Frame:
        assert self.position is not None
        epoch, offset = self.position
        return {
            "type": "hello",
            "token": self.rest.access_token,
            "device_id": self.store.device_id(),
            "client": {"name": "example", "version": "1.0"},
            "resume": {"epoch": epoch, "offset": offset},
            "foreground": self.foreground,
        }

    async def _say(self, frame: Frame) -> None:
        if self._socket is not None:
            with contextlib.suppress(ConnectionError):
                await self._socket.send_json(frame)

    def _help(self, work: Coroutine[Any, Any, Any]) -> None:
        """Beside the connection, and no longer than it."""
        task = asyncio.create_task(work)
        self._helpers.add(task)
        task.add_done_callback(self._helpers.discard)
