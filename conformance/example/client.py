"""A client that keeps the checklist: what it hears, what it stores, and what an app asks of it."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

from conformance.example.boards import Board, Boards
from conformance.example.connection import TROUBLE, Connection, Frame
from conformance.example.rest import SignedOut
from conformance.example.store import Store


class Client(Connection):
    # In seconds, but for the number of events
    below_head = 10.0
    ack, events_per_ack = 0.2, 32

    boards_class = Boards

    def __init__(self, url: str, store: Store, *, time_factor: float = 1.0) -> None:
        super().__init__(url, store, time_factor=time_factor)
        self.view = store.view()
        self.boards = self.boards_class()
        self.signals: list[Frame] = []
        self._unstored: list[Frame] = []
        self._asked: dict[str, str] = {}  # id of a subscription, and the board
        self._count = 0

    def disconnected(self) -> None:
        self.boards.disconnected()
        self._store_events()

    # Frames

    async def hear(self, frame: Frame) -> bool:
        match frame["type"]:
            case "welcome":
                await self._welcomed(frame)
            case "event":
                return await self.hear_event(frame)
            case "live":
                self.state = "live"
            case "reset":
                await self._reload()
                return False
            case "ping":
                await self._pong(frame["head"])
            case "reply":
                self._replied(frame)
            case "board":
                if not self.boards.hear(frame):
                    await self._subscribe(frame["board"])
            case "signal":
                self.signals.append({"signal": frame["signal"], "data": frame["data"]})
        return True

    async def _welcomed(self, frame: Frame) -> None:
        self._is_ready = True
        self.state = "catching_up"
        self.clock_ahead = datetime.fromisoformat(frame["server_time"]) - datetime.now(UTC)
        self.store.keep("clock_ahead", self.clock_ahead.total_seconds())
        self.boards.connected(frame["epoch"])
        for name in self.boards.watched:
            await self._subscribe(name)
        self._help(self.outbox.flush(self._carry))
        self._help(self._keep_token(frame["expires_at"]))

    async def _carry(self, command: Frame) -> Frame | None:
        reply = self.outbox.expect()
        await self._say(command)
        return await reply

    async def _keep_token(self, expires_at: str) -> None:
        left = (datetime.fromisoformat(expires_at) - self.clock()).total_seconds()
        await asyncio.sleep(0.8 * left)
        with contextlib.suppress(SignedOut, *TROUBLE):
            await self.rest.refresh()
            await self._say({"type": "auth", "id": f"auth-{self._next()}", "token": self.rest.access_token})

    def _replied(self, frame: Frame) -> None:
        data = frame.get("data") or {}
        if frame["id"].startswith("auth-") and frame["ok"]:
            self._help(self._keep_token(data["expires_at"]))
        elif frame["id"].startswith("board-"):
            self._subscribed(frame, data)
        else:
            self.outbox.hear(frame)

    def _subscribed(self, frame: Frame, data: dict[str, Any]) -> None:
        error = frame.get("error", {})
        if frame["ok"]:
            self.boards.subscribed(data["board"], data["version"])
        elif error["temporary"]:
            self._help(self._subscribe_later(frame["id"], error.get("retry_after_ms", 1000) / 1000))
        else:
            self.boards.watched[self._asked[frame["id"]]].error = error["code"]

    # Events

    async def hear_event(self, event: Frame) -> bool:
        assert self.position is not None
        epoch, offset = self.position
        if event["offset"] <= offset:
            return True
        if event["offset"] > offset + 1:
            return False
        self.position = (epoch, event["offset"])
        self.apply(event)
        self._unstored.append(event)
        if len(self._unstored) >= self.events_per_ack:
            await self._store_and_acknowledge()
        elif len(self._unstored) == 1:
            self._help(self._acknowledge_soon())
        return True

    def apply(self, event: Frame) -> None:
        objects = self.view.setdefault(event["kind"], {})
        if event["data"] is None:
            objects.pop(event["key"], None)
        else:
            objects[event["key"]] = event["data"]

    async def _acknowledge_soon(self) -> None:
        await asyncio.sleep(self.scaled(self.ack) / 2)
        await self._store_and_acknowledge()

    async def _store_and_acknowledge(self) -> None:
        if self._store_events():
            assert self.position is not None
            await self._say({"type": "ack", "offset": self.position[1]})

    def _store_events(self) -> bool:
        events, self._unstored = self._unstored, []
        if not events or self.position is None:
            return False
        self.store.apply(events, self.position)
        return True

    async def _pong(self, head: int) -> None:
        self._store_events()
        assert self.position is not None
        await self._say({"type": "pong", "offset": self.position[1]})
        if head > self.position[1]:
            self._help(self._doubt(self.position[1]))

    async def _doubt(self, offset: int) -> None:
        """There is more, and it does not come."""
        await asyncio.sleep(self.scaled(self.below_head))
        if self._socket is not None and self.position is not None and self.position[1] == offset:
            await self._socket.close()

    async def _reload(self) -> None:
        self.view, self.position = await self.rest.sync()
        self._unstored = []
        self.store.replace(self.view, self.position)

    async def _poll(self) -> None:
        wait = 0
        while True:
            assert self.position is not None
            page = await self.rest.poll(self.position, wait)
            for event in page["events"]:
                await self.hear_event(event)
            self._store_events()
            wait = 25 if page["head"] <= self.position[1] else 0
            if wait:
                self.state = "live"

    # What the app asks for

    async def watch(self, name: str) -> None:
        self.boards.watched.setdefault(name, Board())
        if self._is_ready:
            await self._subscribe(name)

    async def _subscribe_later(self, id: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._subscribe(self._asked[id])

    async def _subscribe(self, name: str) -> None:
        frame: Frame = {"type": "subscribe", "id": f"board-{self._next()}", "board": name}
        self._asked[frame["id"]] = name
        if (version := self.boards.watched[name].version) is not None:
            frame["version"] = version
        await self._say(frame)

    async def signal(self, signal: str, data: dict[str, Any]) -> None:
        if self._is_ready:
            await self._say({"type": "signal", "signal": signal, "data": data})

    async def look(self, foreground: bool) -> None:
        self.foreground = foreground
        if self._socket is not None:
            await self._say({"type": "state", "foreground": foreground})

    async def network(self, is_there: bool) -> None:
        if is_there:
            self._network.set()
            return
        self._network.clear()
        if self._socket is not None:
            await self._socket.close()

    def _next(self) -> int:
        self._count += 1
        return self._count
