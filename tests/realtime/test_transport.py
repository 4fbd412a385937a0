"""A socket that is gone is lost alone: whoever writes to many must not stumble over it."""

import asyncio
from types import SimpleNamespace

import pytest

from realtime.transport import Transport


class GoneServer:
    """What uvicorn is between the loss of a connection and the application's hearing of it."""

    def __init__(self) -> None:
        self.config = SimpleNamespace(ws_per_message_deflate=False)
        self.writable = asyncio.Event()
        self.writable.set()
        self.close_sent = False
        self.handshake_complete = True
        self.transport = self

    def write(self, frame: bytes) -> None:
        raise RuntimeError("unable to perform operation, the handler is closed")

    async def send(self, message: dict) -> None:
        raise OSError("the client has left")


@pytest.mark.parametrize("is_below_asgi", [True, False])
async def test_writing_to_a_socket_that_is_gone_only_loses_it(is_below_asgi):
    server = GoneServer()
    if not is_below_asgi:
        server.writable.clear()
    transport = Transport(server.send, lambda: None)
    transport.write("{}")

    assert transport.is_lost is True
