"""Commands: kept with their ids until there is an answer that is not temporary. One is under way at a time."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from conformance.example.store import Store

Frame = dict[str, Any]
RETRY_SECONDS = 1.0


class Outbox:
    def __init__(self, store: Store, clock: Callable[[], datetime], time_factor: float) -> None:
        self._store = store
        self._clock = clock
        self._time_factor = time_factor
        self._changed = asyncio.Event()
        self._reply: asyncio.Future[Frame] | None = None
        self.commands = store.commands()
        self.answers: dict[str, Frame] = {}

    def add(self, name: str, data: dict[str, Any], expires_at: str | None = None) -> str:
        frame = {"type": "command", "id": self._new_id(), "name": name, "data": data}
        if expires_at:
            frame["expires_at"] = expires_at
        self._store.add_command(frame)
        self.commands.append(frame)
        self._changed.set()
        return str(frame["id"])

    def _new_id(self) -> str:
        """By the clock of the server."""
        milliseconds = int(self._clock().timestamp() * 1000)
        random_part = secrets.randbits(74)
        number = milliseconds << 80 | 7 << 76 | (random_part >> 62) << 64 | 2 << 62 | random_part & ((1 << 62) - 1)
        return str(UUID(int=number))

    async def flush(self, send: Callable[[Frame], Awaitable[Frame | None]]) -> None:
        """As long as there is a connection. `send` answers the reply, or None when none came."""
        while True:
            self._changed.clear()
            if not self.commands:
                await self._changed.wait()
                continue
            reply = await send(self.commands[0])
            await asyncio.sleep(self.judge(self.commands[0], reply))

    def judge(self, command: Frame, reply: Frame | None) -> float:
        """How long to wait before the next."""
        if reply is None:
            return random.uniform(0, RETRY_SECONDS) * self._time_factor
        error = reply.get("error", {})
        if error.get("temporary"):
            own = random.uniform(0, RETRY_SECONDS) * self._time_factor
            return error["retry_after_ms"] / 1000 if "retry_after_ms" in error else own
        self.commands.remove(command)
        self._store.remove_command(command["id"])
        self.answers[command["id"]] = {name: reply[name] for name in ("ok", "data", "error") if name in reply}
        return 0

    def expect(self) -> "asyncio.Future[Frame]":
        self._reply = asyncio.get_running_loop().create_future()
        return self._reply

    def hear(self, reply: Frame) -> None:
        """Of the one that is under way."""
        is_awaited = self._reply is not None and not self._reply.done() and self.commands
        if is_awaited and reply["id"] == self.commands[0]["id"]:
            assert self._reply is not None
            self._reply.set_result(reply)
