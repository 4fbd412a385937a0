"""How the kit speaks with the client: JSON lines, one order and one answer at a time."""

import asyncio
import contextlib
import json
import shlex
from typing import Any, Protocol

from conformance.verdict import Failed

Order = dict[str, Any]
Answer = dict[str, Any]

LONGEST_LINE = 16 * 1024 * 1024


class Driver(Protocol):
    async def do(self, order: Order) -> Answer: ...


class Child:
    """A driver that is a program of its own. One that died is started again."""

    def __init__(self, command: str, *, patience: float = 30) -> None:
        self._command = shlex.split(command)
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None

    async def do(self, order: Order) -> Answer:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n")
            await process.stdin.drain()
            line = await asyncio.wait_for(process.stdout.readline(), self._patience)
            answer: Answer = json.loads(line)
        except (OSError, ValueError, TimeoutError) as broken:
            await self.end()
            raise Failed(f"the driver gave no answer to {order['do']!r} ({broken!r})") from None
        if not answer.get("ok"):
            raise Failed(f"the driver could not {order['do']!r}: {answer.get('error', answer)}")
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE,
            )
        return self._process

    async def end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
