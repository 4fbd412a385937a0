"""A port that can be closed for a while, so that connections to it are refused."""

import asyncio
from collections.abc import Callable

from tests.services import free_port


class Door:
    def __init__(self) -> None:
        self.port = 0
        self._protocol: Callable[[], asyncio.BaseProtocol]
        self._server: asyncio.Server | None = None

    async def build(self, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        self._protocol, self.port = protocol, free_port()
        await self.be_open(True)

    async def be_open(self, is_open: bool) -> None:
        if is_open and self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._protocol, "127.0.0.1", self.port)
        elif not is_open and self._server is not None:
            self._server.close()
            self._server = None
