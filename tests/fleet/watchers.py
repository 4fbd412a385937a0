"""Who looks at the boards of the fleet, as docs/protocol.md describes it, and never stops coming back."""

import asyncio
import contextlib
import itertools
import json
from typing import Any, Self

import websockets

from fleet import freshness


class Watcher:
    def __init__(self, urls: list[str], token: str) -> None:
        self._urls = itertools.cycle(url.replace("http", "ws", 1) + "/ws" for url in urls)
        self._token = token
        self._task: asyncio.Task[None] | None = None
        self._socket: websockets.ClientConnection | None = None
        self._may_come = asyncio.Event()
        self._may_come.set()
        self.versions: dict[str, int] = {}
        self.boards: dict[str, dict[str, Any]] = {}
        self.faults: list[str] = []
        self.frames = self.deltas = self.cuts = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._live())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def cut(self) -> None:
        """The network is gone, and neither side is told."""
        if self._socket is not None:
            self.cuts += 1
            self._socket.transport.abort()

    def go_away(self) -> None:
        self._may_come.clear()
        self.cut()

    def come_back(self, *, as_new: bool = False) -> None:
        if as_new:
            self.versions, self.boards = {}, {}
        self._may_come.set()

    @property
    def is_away(self) -> bool:
        return not self._may_come.is_set()

    async def _live(self) -> None:
        while True:
            await self._may_come.wait()
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                await self._watch(next(self._urls))
            self._socket = None
            await asyncio.sleep(0.02)

    async def _watch(self, url: str) -> None:
        options: Any = {"subprotocols": ["stream.v1"], "max_size": None, "ping_interval": None, "close_timeout": 1}
        async with websockets.connect(url, **options) as socket:
            self._socket = socket
            if self.is_away:
                return
            await socket.send(json.dumps({"type": "hello", "id": "1", "token": self._token, "device_id": "desk"}))
            for name in freshness.BOARDS:
                known = {"version": self.versions[name]} if name in self.versions else {}
                await socket.send(json.dumps({"type": "subscribe", "id": name, "board": name, **known}))
            async for message in socket:
                frame = json.loads(message)
                if frame["type"] == "board":
                    self._show(frame)
                elif frame["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                elif frame["type"] == "error" or frame.get("ok") is False:
                    self.faults.append(f"was refused: {frame}")

    def _show(self, frame: dict[str, Any]) -> None:
        """All a client does with a frame of a board; it keeps nothing of what it was shown before."""
        name, version, known = frame["board"], frame["version"], self.versions.get(frame["board"])
        self.frames += 1
        if known is not None and version <= known:
            self.faults.append(f"{name} {version} came after {known}")
        if "error" in frame:
            self.faults.append(f"{name} {version} is an error: {frame['error']}")
        elif "base" in frame:
            self.deltas += 1
            if frame["base"] != known:
                self.faults.append(f"{name} {version} is told from {frame['base']}, to one who has {known}")
            board = self.boards.setdefault(name, {})
            for key in frame["del"]:
                if board.pop(key, None) is None:
                    self.faults.append(f"{name} {version} takes away {key}, which was not shown")
            board.update(frame["set"])
        else:
            self.boards[name] = frame["data"]
        self.versions[name] = version
