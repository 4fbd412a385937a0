"""What is below an ASGI `send`: the TCP connection of uvicorn or of Daphne. The only module that knows their insides.

It does three things ASGI has no words for: write one encoded frame to many sockets, see how much has not left yet, and
cut off a client that does not read. A server that it does not recognise, or one that compresses, is left alone; then
everything goes through `send`.
"""

from contextlib import suppress
from typing import Any, Protocol

TEXT = 0x81  # a final frame of text; servers do not mask


def frame_of(text: str) -> bytes:
    """RFC 6455, section 5.2."""
    payload = text.encode()
    length = len(payload)
    if length < 126:
        return bytes((TEXT, length)) + payload
    if length < 65_536:
        return bytes((TEXT, 126)) + length.to_bytes(2) + payload
    return bytes((TEXT, 127)) + length.to_bytes(8) + payload


class Tcp(Protocol):
    def is_open(self) -> bool:
        """Whether a frame may be written here; if not, `send` knows what to do."""

    def backlog(self) -> int:
        """Bytes that were written and have not left this process."""

    def write(self, frame: bytes) -> None: ...

    def cut(self) -> None: ...


def tcp_below(send: Any) -> Tcp | None:
    """uvicorn's `send` is a method of its protocol, Daphne's a partial with the protocol for first argument."""
    protocol = getattr(send, "__self__", None) or next(iter(getattr(send, "args", ())), None)
    if protocol is None or getattr(protocol, "transport", None) is None:
        return None
    if hasattr(protocol, "writable") and hasattr(protocol, "close_sent") and not protocol.config.ws_per_message_deflate:
        return UvicornTcp(protocol, protocol.transport)
    if hasattr(protocol, "sendPreparedMessage") and hasattr(protocol.transport, "_tempDataLen"):
        return DaphneTcp(protocol, protocol.transport)
    return None


class UvicornTcp:
    __slots__ = ("_protocol", "_transport", "_writable")

    def __init__(self, protocol: Any, transport: Any) -> None:
        self._protocol = protocol
        self._transport = transport
        self._writable = protocol.writable

    def is_open(self) -> bool:
        # Not writable: the buffer is above its high-water mark, and `send` suspends until it is not.
        protocol = self._protocol
        return self._writable.is_set() and not protocol.close_sent and protocol.handshake_complete

    def backlog(self) -> int:
        return int(self._transport.get_write_buffer_size())

    def write(self, frame: bytes) -> None:
        self._transport.write(frame)

    def cut(self) -> None:
        self._transport.abort()


class DaphneTcp:
    """Twisted asks the selector for permission before each write, and for none after it; a socket with nothing waiting
    needs neither.
    """

    __slots__ = ("_protocol", "_socket", "_transport")

    OPEN = 3  # autobahn's WebSocketProtocol.STATE_OPEN

    def __init__(self, protocol: Any, transport: Any) -> None:
        self._protocol = protocol
        self._transport = transport
        self._socket = getattr(transport, "socket", None)

    def is_open(self) -> bool:
        is_compressed: bool = self._protocol._perMessageCompress is not None
        return bool(self._protocol.state == self.OPEN and self._transport.connected and not is_compressed)

    def backlog(self) -> int:
        transport = self._transport
        return int(len(transport.dataBuffer) - transport.offset + transport._tempDataLen)

    def write(self, frame: bytes) -> None:
        if self._socket is not None and not self.backlog():
            with suppress(OSError):  # full, or gone: Twisted finds out which
                frame = frame[self._socket.send(frame) :]
            if not frame:
                return
        self._transport.write(frame)

    def cut(self) -> None:
        self._transport.abortConnection()
