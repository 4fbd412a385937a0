"""Clients that speak stream.v1 over real sockets."""

import asyncio
import contextlib
import itertools
import json
import random
from typing import Any, Self
from uuid import UUID

import httpx
import websockets
from uuid_utils.compat import uuid7

from tests.house import Web

PATIENCE_SECONDS = 30  # what takes that long is not slow, but will never come


class Phone:
    """One socket, driven frame by frame."""

    def __init__(self, web: Web, token: str = "", *, path: str = "/ws", **options: Any) -> None:
        self.web = web
        self.token = token
        self._url = web.ws + path
        self._options = {"subprotocols": ["stream.v1"], "max_size": None, "ping_interval": None, **options}
        self.position: tuple[str, int] = ("", 0)
        self.welcome: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        self.socket = await websockets.connect(self._url, **self._options)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame, default=str))

    async def receive(self, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), patience))
        if frame["type"] == "event":
            self.position = (self.position[0], frame["offset"])
        return frame

    async def next(self, *types: str, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The next frame of one of these types; others are passed over."""
        async with asyncio.timeout(patience):
            while (frame := await self.receive(patience))["type"] not in types:
                pass
        return frame

    async def hello(
        self, *, resume: tuple[str, int] | None = None, device: str = "phone", **more: Any
    ) -> dict[str, Any]:
        if resume:
            more["resume"] = {"epoch": resume[0], "offset": resume[1]}
        await self.send(type="hello", id="hello", token=self.token, device_id=device, **more)
        self.welcome = await self.next("welcome", "error")
        if self.welcome["type"] == "welcome":
            self.position = (self.welcome["epoch"], resume[1] if resume else self.welcome["head"])
        return self.welcome

    async def command(self, name: str, *, id: UUID | None = None, **data: Any) -> dict[str, Any]:
        await self.send(type="command", id=id or uuid7(), name=name, data=data)
        return await self.next("reply")

    async def close_code(self, patience: float = PATIENCE_SECONDS) -> int | None:
        """Read until the server closes, and how it did."""
        with contextlib.suppress(websockets.ConnectionClosed):
            async with asyncio.timeout(patience):
                while True:
                    await self.receive(patience)
        return self.socket.close_code

    async def silence(self, seconds: float) -> list[dict[str, Any]]:
        """What comes within these seconds."""
        frames = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    frames.append(await self.receive(seconds + 1))
        return frames


class Device:
    """A client as docs/protocol.md describes it: keeps a view and its position, and never stops coming back."""

    def __init__(self, urls: list[str], token: str, *, name: str = "device") -> None:
        self._urls = itertools.cycle(urls)
        self._token = token
        self._name = name
        self.position: tuple[str, int] | None = None
        self.view: dict[str, dict[str, Any]] = {}
        self.offsets: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.resets = 0
        self.reconnects = 0
        self.closes: list[int | None] = []
        self._task: asyncio.Task[None] | None = None
        self.is_live = asyncio.Event()
        self._moved = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._live())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def reach(self, offset: int, patience: float = 60) -> None:
        async with asyncio.timeout(patience):
            while self.position is None or self.position[1] < offset:
                self._moved.clear()
                await self._moved.wait()

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError, httpx.HTTPError):
                await self._connect_once(next(self._urls))
            self.is_live.clear()
            self.reconnects += 1
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def _connect_once(self, url: str) -> None:
        if self.position is None:
            await self._reload(url)
        socket_url = url.replace("http", "ws", 1) + "/ws"
        async with websockets.connect(
            socket_url, ping_interval=20, ping_timeout=20, open_timeout=20, close_timeout=1
        ) as socket:
            assert self.position is not None
            resume = {"epoch": self.position[0], "offset": self.position[1]}
            hello = {"type": "hello", "id": "1", "token": self._token, "device_id": self._name, "resume": resume}
            await socket.send(json.dumps(hello))
            async for message in socket:
                await self._hear(json.loads(message), url, socket)
            self.closes.append(socket.close_code)

    async def _hear(self, frame: dict[str, Any], url: str, socket: websockets.ClientConnection) -> None:
        match frame["type"]:
            case "event":
                self._apply(frame)
                await socket.send(json.dumps({"type": "ack", "offset": frame["offset"]}))
            case "live":
                self.is_live.set()
            case "reset":
                await self._reload(url)
                await socket.close()
            case "ping":
                assert self.position is not None
                await socket.send(json.dumps({"type": "pong", "offset": self.position[1]}))

    def _apply(self, frame: dict[str, Any]) -> None:
        assert self.position is not None
        self.offsets.append(frame["offset"])
        self.events.append(frame)
        fold(self.view, frame)
        self.position = (self.position[0], frame["offset"])
        self._moved.set()

    async def _reload(self, url: str) -> None:
        self.resets += 1
        headers = {"Authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(timeout=10) as client:
            fresh = (await client.get(url + "/api/sync", headers=headers)).raise_for_status().json()
        epoch, _, offset = fresh["position"].partition(":")
        self.position, self.view = (epoch, int(offset)), fresh["view"]
        self._moved.set()


def fold(view: dict[str, dict[str, Any]], event: dict[str, Any]) -> None:
    """All a client does with an event."""
    objects = view.setdefault(event["kind"], {})
    if event["data"] is None:
        objects.pop(event["key"], None)
    else:
        objects[event["key"]] = event["data"]
