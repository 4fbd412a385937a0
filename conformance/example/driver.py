"""The orders of the kit, carried out by the client."""

import asyncio
import contextlib
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.example.client import Client
from conformance.example.store import Store


class Driver:
    def __init__(self, made: type[Client] = Client) -> None:
        self._made = made
        self._directory = tempfile.TemporaryDirectory(prefix="kit-")
        self._client: Client | None = None
        self._running: asyncio.Task[None] | None = None

    async def do(self, order: dict[str, Any]) -> dict[str, Any]:
        fields = {name: value for name, value in order.items() if name != "do"}
        answer = await getattr(self, f"_{order['do']}")(**fields)
        return {"ok": True, **(answer or {})}

    async def _open(self, url: str, storage: str, time_factor: float, **tokens: str) -> None:
        store = Store(Path(self._directory.name) / storage)
        if tokens:
            store.keep("tokens", tokens)
        self._client = self._made(url, store, time_factor=time_factor)
        self._running = asyncio.create_task(self._client.run())

    async def _command(self, name: str, data: dict[str, Any], expires_at: str | None = None) -> dict[str, str]:
        return {"id": self.client.outbox.add(name, data, expires_at)}

    async def _watch(self, board: str) -> None:
        await self.client.watch(board)

    async def _signal(self, signal: str, data: dict[str, Any]) -> None:
        await self.client.signal(signal, data)

    async def _background(self) -> None:
        await self.client.look(False)

    async def _foreground(self) -> None:
        await self.client.look(True)

    async def _offline(self) -> None:
        await self.client.network(False)

    async def _online(self) -> None:
        await self.client.network(True)

    async def _report(self) -> dict[str, Any]:
        client = self.client
        assert self._running is not None
        if self._running.done():
            self._running.result()
        return {
            "state": client.state,
            "view": client.view,
            "position": "{}:{}".format(*client.position) if client.position else None,
            "queue": [command["id"] for command in client.outbox.commands],
            "boards": {name: asdict(board) for name, board in client.boards.watched.items()},
            "answers": client.outbox.answers,
            "signals": client.signals,
        }

    async def _kill(self) -> None:
        """Nothing is tidied up; what was stored stays."""
        if self._running is not None:
            self.client.store.close()
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._running
        self._client = self._running = None

    async def _close(self) -> None:
        await self._kill()

    @property
    def client(self) -> Client:
        assert self._client is not None, "it is not open"
        return self._client
