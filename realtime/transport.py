"""How texts leave for one socket: at once where the server takes them, in order, and never making the caller wait.

An ASGI `send` costs a coroutine, a message and a walk through the server's protocol for every socket, and Daphne's
takes any amount without a word. Where the server below is known (realtime/tcp.py), a finished WebSocket frame goes to
the TCP connection instead. Where it is not, `send` is driven by hand.
"""

import asyncio
import logging
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from realtime.conf import limits
from realtime.tcp import Tcp, frame_of, tcp_below

logger = logging.getLogger(__name__)

QUEUE_LENGTH = 128

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


class Transport:
    """While a send is suspended, since the client does not read, a task finishes it; what is said meanwhile waits in a
    short queue, and `freed` is called at the end of it.
    """

    __slots__ = ("_finishing", "_freed", "_queue", "_send", "_tcp", "is_lost")

    def __init__(self, send: Send, freed: Callable[[], None]) -> None:
        self._send = send
        self._freed = freed
        self._queue: deque[dict[str, Any]] = deque()
        self._finishing: asyncio.Task[None] | None = None
        self._tcp: Tcp | None = tcp_below(send)
        self.is_lost = False

    @property
    def is_free(self) -> bool:
        """Whether more may be written now without piling up in memory."""
        if self._finishing is not None:
            return False
        return self._tcp is None or self._tcp.backlog() < limits.transport_bytes

    @property
    def is_empty(self) -> bool:
        """Whether all that was written has left this process."""
        return self._finishing is None and (self._tcp is None or self._tcp.backlog() == 0)

    def write(self, text: str) -> None:
        self.write_frame(text, None)

    def write_frame(self, text: str, frame: bytes | None) -> None:
        """`frame` is `text` as a WebSocket frame, from one who has it already because it goes to many."""
        if self._finishing is not None or self._tcp is None or not self._tcp.is_open():
            self._put({"type": "websocket.send", "text": text})
            return
        try:
            self._tcp.write(frame or frame_of(text))
        except Exception as error:
            self._lose(error)

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
        if self._tcp is not None:
            self._tcp.cut()

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
