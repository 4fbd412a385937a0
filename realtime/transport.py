"""How texts leave for one socket: at once where the server takes them, in order, and never making the caller wait."""

import asyncio
import logging
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from realtime.conf import limits

logger = logging.getLogger(__name__)

QUEUE_LENGTH = 128

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


class Transport:
    """Wraps an ASGI `send`. A server with backpressure (uvicorn) suspends it when a client does not read; only then a
    task finishes the send, and what is said meanwhile waits in a short queue.
    """

    __slots__ = ("_finishing", "_freed", "_queue", "_send", "_tcp", "is_lost")

    def __init__(self, send: Send, freed: Callable[[], None]) -> None:
        self._send = send
        self._freed = freed
        self._queue: deque[dict[str, Any]] = deque()
        self._finishing: asyncio.Task[None] | None = None
        self._tcp = _tcp_transport(send)
        self.is_lost = False

    @property
    def is_free(self) -> bool:
        """Whether more may be written now without piling up in memory."""
        return self._finishing is None and self.backlog() < limits.transport_bytes

    def backlog(self) -> int:
        """Bytes that Daphne has taken from us and could not yet hand to the kernel; it would take any number."""
        if not hasattr(self._tcp, "_tempDataLen"):
            return 0
        return int(len(self._tcp.dataBuffer) - self._tcp.offset + self._tcp._tempDataLen)

    def write(self, text: str) -> None:
        self._put({"type": "websocket.send", "text": text})

    def close(self, code: int) -> None:
        """A client that does not read would not read the close either: it is cut off."""
        if self.is_free:
            self._put({"type": "websocket.close", "code": int(code)})  # autobahn refuses an enum
        else:
            self.abandon()

    def abandon(self) -> None:
        self.is_lost = True
        self._queue.clear()
        if self._finishing is not None:
            self._finishing.cancel()
        cut = getattr(self._tcp, "abortConnection", None) or getattr(self._tcp, "abort", None)
        if cut is not None:
            cut()

    def _put(self, message: dict[str, Any]) -> None:
        if self.is_lost:
            return
        if self._finishing is not None:
            self._queue.append(message)
            if len(self._queue) > QUEUE_LENGTH:
                self.abandon()
            return
        sending = self._send(message)
        try:
            suspended_on = sending.send(None)
        except StopIteration:
            return
        except Exception as error:
            self._lose(error)
            return
        self._finishing = asyncio.ensure_future(self._finish(suspended_on, sending))

    async def _finish(self, suspended_on: Any, sending: Coroutine[Any, Any, None]) -> None:
        try:
            await _rest(suspended_on, sending)
            while self._queue:
                await self._send(self._queue.popleft())
        except Exception as error:
            self._lose(error)
        finally:
            self._finishing = None
        self._freed()

    def _lose(self, error: Exception) -> None:
        self.is_lost = True
        self._queue.clear()
        # That the client has left, uvicorn says by an OSError and autobahn by a RuntimeError. Other errors must not
        # reach the hub either, but be seen.
        if not isinstance(error, OSError | RuntimeError):
            logger.error("socket_failed", exc_info=error)


@types.coroutine
def _rest(suspended_on: Any, coroutine: Coroutine[Any, Any, None]) -> Generator[Any, Any, None]:
    """The rest of a coroutine that was started by hand, for a task to go on with."""
    try:
        yield suspended_on
    except BaseException:
        coroutine.close()
        raise
    yield from coroutine


def _tcp_transport(send: Send) -> Any:
    """What is below an ASGI `send`: Daphne's is a partial of (protocol), uvicorn's a method of the protocol."""
    protocol = next(iter(getattr(send, "args", ())), None) or getattr(send, "__self__", None)
    return getattr(protocol, "transport", None)
