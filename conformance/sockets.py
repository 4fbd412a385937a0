"""One socket, seen from the server."""

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from conformance.frames import Frame
from conformance.verdict import Failed, check

if TYPE_CHECKING:
    from conformance.stage import Stage

ABNORMAL = 1006


class Socket:
    def __init__(self, stage: "Stage", request: web.Request, wire: web.WebSocketResponse) -> None:
        self._stage = stage
        self._request = request
        self._wire = wire
        self._unread: list[Frame] = []
        self._changed = asyncio.Event()
        self._is_closed = False
        self.opened_at = stage.now()
        self.offered = request.headers.get("Sec-WebSocket-Protocol", "").replace(" ", "").split(",")
        self.acks: list[int] = []
        self.hello: Frame = {}
        self.answers_pings = True

    # What the client says

    def hear(self, frame: Frame) -> None:
        if "offset" in frame:
            self.acks.append(frame["offset"])
        self._unread.append(frame)
        self._changed.set()

    def end(self) -> None:
        self._is_closed = True
        self._changed.set()

    @property
    def is_open(self) -> bool:
        return not self._is_closed

    async def next(self, *types: str, patience: float | None = None) -> Frame:
        """The next frame of one of these types; the others stay."""
        wanted = " or ".join(types)
        patience = self._stage.patience if patience is None else patience
        try:
            async with asyncio.timeout(patience):
                while (found := self._taken(types)) is None:
                    check(self.is_open, f"the client closed where {wanted} was expected")
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise Failed(f"no {wanted} within {patience:g} s") from None
        return found

    def has(self, type: str) -> bool:
        return any(frame["type"] == type for frame in self._unread)

    def _taken(self, types: tuple[str, ...]) -> Frame | None:
        for frame in self._unread:
            if frame["type"] in types:
                self._unread.remove(frame)
                return frame
        return None

    async def acknowledged(self, offset: int) -> None:
        await self._stage.eventually(
            lambda: bool(self.acks) and self.acks[-1] == offset, f"offset {offset} is acknowledged"
        )

    async def says_ack(self) -> None:
        await self._stage.eventually(lambda: bool(self.acks), "an event is acknowledged")

    async def stays_silent(self, seconds: float, *types: str) -> None:
        await asyncio.sleep(seconds)
        found = self._taken(types)
        check(found is None, f"it sent {found}")

    async def closed_by_client(self) -> None:
        await self._stage.eventually(lambda: not self.is_open, "the client closes the socket")

    # What the server says

    async def send(self, *frames: Frame) -> None:
        try:
            for frame in frames:
                await self._wire.send_json(frame)
        except ConnectionError:
            raise Failed("the client has left") from None

    async def welcome(self, **changes: Any) -> None:
        await self.send(self._stage.welcome(self.hello, **changes))

    async def catch_up(self, **changes: Any) -> None:
        """Welcome, what was missed, live."""
        resume = self.hello.get("resume")
        await self.welcome(**changes)
        await self.send(*(self._stage.since(resume["offset"]) if resume else ()), self.live())

    async def reply(self, frame: Frame, **data: Any) -> None:
        await self.send({"type": "reply", "id": frame["id"], "ok": True, "data": data})

    def live(self) -> Frame:
        return {"type": "live", "offset": self._stage.head}

    def reset(self, reason: str = "too_far") -> Frame:
        return {"type": "reset", "epoch": self._stage.epoch, "head": self._stage.head, "reason": reason}

    async def close(self, code: int) -> float:
        """When that was. 1006 is said by nobody: the connection is gone."""
        at = self._stage.now()
        if code != ABNORMAL:
            await self._wire.close(code=code)
        elif (transport := self._request.transport) is not None:
            transport.abort()
        return at
