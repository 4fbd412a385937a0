"""Commands that the client gave, by whichever way, and what is answered."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from conformance.frames import Frame
from conformance.sockets import ABNORMAL, Socket
from conformance.verdict import check


class Lost(Exception):
    """The answer does not arrive."""


@dataclass
class Given:
    frame: Frame
    at: float
    socket: Socket | None = None  # none: by POST /api/commands
    answer: asyncio.Future[Frame] = field(default_factory=asyncio.Future)

    @property
    def id(self) -> str:
        return str(self.frame["id"])

    @property
    def number(self) -> int:
        """What the scenarios count their commands by."""
        return int(self.frame["data"]["number"])

    async def done(self, **more: Any) -> None:
        await self._reply({"ok": True, "data": {}, **more})

    async def refused(self, code: str, *, temporary: bool = False, **more: Any) -> None:
        error = {"code": code, "message": "No.", "temporary": temporary, **more}
        await self._reply({"ok": False, "error": error})

    async def lost(self) -> None:
        """It was carried out, and the connection breaks before the answer."""
        self.drop()
        if self.socket:
            await self.socket.close(ABNORMAL)

    def drop(self) -> None:
        if not self.answer.done():
            self.answer.set_exception(Lost())
            self.answer.exception()

    async def _reply(self, result: Frame) -> None:
        reply = {"type": "reply", "id": self.id, **result}
        self.answer.set_result(reply)
        if self.socket:
            await self.socket.send(reply)


def made_at(id: str) -> datetime:
    """When a UUIDv7 says that it was made."""
    uuid = UUID(id)
    check(uuid.version == 7, f"the id {id} is no UUIDv7")
    return datetime.fromtimestamp((uuid.int >> 80) / 1000, UTC)
