"""Somebody's app, as docs/protocol.md describes one: it keeps a view and where it stands, and always comes back."""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import aiohttp
from uuid_utils.compat import uuid7

from realtime.kinds import is_known, kind

Frame = dict[str, Any]
View = dict[str, dict[str, Any]]

PAUSE_SECONDS = 0.3  # at most, before it comes back
CALL_SECONDS = 30
LOOKS = 5  # at a stream that moves on meanwhile


class PlayFailed(Exception):
    """What should have happened did not."""


class Refused(PlayFailed):
    def __init__(self, what: str, error: dict[str, Any]) -> None:
        super().__init__(f"{what} was refused: {error.get('message', error)}")
        self.code: str = error.get("code", "")
        self.is_temporary: bool = error.get("temporary", False)
        self.retry_seconds: float = error.get("retry_after_ms", 200) / 1000


class App:
    def __init__(self, http: aiohttp.ClientSession, email: str, device: str) -> None:
        self.name = email.partition("@")[0]
        self.email = email
        self.user_id = ""
        self.view: View = {}
        self.boards: dict[str, dict[str, Any]] = {}
        self.heard: list[tuple[float, Frame]] = []
        self.has_missed = False
        self._device = device
        self._http = http
        self._headers: dict[str, str] = {}
        self._epoch, self._offset = "", 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._replies: dict[str, asyncio.Future[Frame]] = {}
        self._life: asyncio.Task[None] | None = None
        self._is_live = asyncio.Event()
        self._news = asyncio.Event()

    async def sign_in(self, password: str) -> None:
        who = {"email_or_phone": self.email, "password": password, "device": "Story"}
        signed_in = await self.post("/api/auth/login", who)
        self._headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
        self.user_id = signed_in["user"]["id"]

    async def sign_out(self) -> None:
        await self.close()
        with contextlib.suppress(PlayFailed, aiohttp.ClientError, TimeoutError):
            await self.post("/api/auth/logout")

    async def open(self) -> None:
        """In front of its owner; and again after `close`, from where it stood."""
        if not self._epoch:
            await self._reload()
        self._life = asyncio.create_task(self._live())
        await self._is_live.wait()

    async def close(self) -> None:
        """Or it is in a tunnel."""
        if self._life is not None:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life
        self._is_live.clear()

    async def get(self, path: str) -> Any:
        return await self._ask("GET", path)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self._ask("POST", path, body or {})

    async def command(self, name: str, **data: Any) -> Frame:
        """The reply, whatever it says."""
        return await self._send({"type": "command", "id": str(uuid7()), "name": name, "data": data})

    async def do(self, name: str, **data: Any) -> Any:
        reply = await self.command(name, **data)
        if not reply["ok"]:
            raise Refused(name, reply["error"])
        return reply["data"]

    async def signal(self, name: str, **data: Any) -> None:
        assert self._socket is not None
        await self._socket.send_json({"type": "signal", "signal": name, "data": data})

    async def watch(self, board: str) -> None:
        """Until it is there."""
        since = monotonic()
        reply = await self._send({"type": "subscribe", "id": str(uuid7()), "board": board})
        if not reply["ok"]:
            raise Refused(board, reply["error"])
        async with asyncio.timeout(CALL_SECONDS):
            await self.until(lambda frame: frame["type"] == "board" and frame["board"] == board, since)

    async def until(self, is_it: Callable[[Frame], bool], since: float) -> tuple[float, Frame]:
        """The first frame of this sort that came after `since`, and when it came."""
        place = 0
        while True:
            for at, frame in self.heard[place:]:
                if at >= since and is_it(frame):
                    return at, frame
            place = len(self.heard)
            self._news.clear()
            await self._news.wait()

    async def is_true(self) -> bool:
        """Nothing was missed or mistaken: what it folded is what an app that begins now is given."""
        for _ in range(LOOKS):
            fresh = await self.get("/api/sync")
            upto = int(fresh["position"].partition(":")[2])
            while self._offset < upto:
                self._news.clear()
                await self._news.wait()
            if self._offset == upto:
                return not self.has_missed and not any(_differences(self.view, fresh["view"]))
        return False

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """What is refused for now is asked for again."""
        async with asyncio.timeout(CALL_SECONDS):
            while True:
                async with self._http.request(method, path, json=body, headers=self._headers) as answer:
                    text = await answer.text()
                if answer.ok:
                    return json.loads(text) if text else None
                refusal = Refused(f"{method} {path}", _envelope(text, answer.status))
                if not refusal.is_temporary:
                    raise refusal
                await asyncio.sleep(refusal.retry_seconds)

    async def _send(self, frame: Frame) -> Frame:
        assert self._socket is not None
        reply = self._replies[frame["id"]] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(frame)
        return await asyncio.wait_for(reply, CALL_SECONDS)

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(OSError, aiohttp.ClientError):
                await self._connect_once()
            self._is_live.clear()
            await asyncio.sleep(random.uniform(0, PAUSE_SECONDS))

    async def _connect_once(self) -> None:
        async with self._http.ws_connect("/ws", protocols=("stream.v1",), max_msg_size=0) as self._socket:
            stand = {"epoch": self._epoch, "offset": self._offset}
            token = self._headers["Authorization"].removeprefix("Bearer ")
            hello = {"type": "hello", "id": "hello", "token": token, "device_id": self._device, "resume": stand}
            await self._socket.send_json({**hello, "boards": [*self.boards]})
            async for message in self._socket:
                await self._hear(message.json())

    async def _hear(self, frame: Frame) -> None:
        match frame["type"]:
            case "event":
                await self._fold(frame)
            case "board":
                self._show(frame)
            case "reply":
                if (waiting := self._replies.pop(frame["id"], None)) and not waiting.done():
                    waiting.set_result(frame)
            case "ping":
                await self._say(type="pong", offset=self._offset)
            case "live":
                self._is_live.set()
            case "reset":
                await self._reload()
        self.heard.append((monotonic(), frame))
        self._news.set()

    async def _fold(self, event: Frame) -> None:
        if event["offset"] <= self._offset:
            return  # a repeat
        self.has_missed |= event["offset"] > self._offset + 1
        objects = self.view.setdefault(event["kind"], {})
        if event["data"] is None:
            objects.pop(event["key"], None)
        else:
            objects[event["key"]] = event["data"]
        self._offset = event["offset"]
        await self._say(type="ack", offset=self._offset)

    def _show(self, frame: Frame) -> None:
        """Leaves in the frame what the board shows with it."""
        if "error" in frame:
            return
        if "data" in frame:
            shown = frame["data"]
        else:
            shown = {**self.boards[frame["board"]], **frame["set"]}
            for name in frame["del"]:
                shown.pop(name, None)
        self.boards[frame["board"]] = frame["data"] = shown

    async def _reload(self) -> None:
        fresh = await self.get("/api/sync")
        self._epoch, _, offset = fresh["position"].partition(":")
        self._offset, self.view = int(offset), fresh["view"]

    async def _say(self, **frame: Any) -> None:
        assert self._socket is not None
        await self._socket.send_json(frame)


def _envelope(text: str, status: int) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"message": f"HTTP {status}"}


def _differences(folded: View, fresh: View) -> Iterator[str]:
    for name in {*folded, *fresh}:
        mine, theirs = folded.get(name, {}), fresh.get(name, {})
        # Beyond the window of a windowed kind an app may know more than a fresh view shows.
        is_windowed = is_known(name) and kind(name).is_windowed
        yield from (key for key in (theirs if is_windowed else {*mine, *theirs}) if mine.get(key) != theirs.get(key))
