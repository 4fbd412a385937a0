"""Carries hints between processes over the Channels layer, with one channel per process: fast, and allowed to lose.

Nothing waits for the bus. Senders append to a short queue that one event loop empties; when the layer is out, hints are
dropped and counted, and the hubs find what they missed by their own checks.
"""

import asyncio
import logging
import os
import random
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from realtime import metrics

logger = logging.getLogger(__name__)

# The layer spreads groups over the servers of the bus by their names. Hubs hear all of them.
GROUPS = [f"hubs{n}" for n in range(settings.BUS_GROUPS)]
PATIENCE_SECONDS = 1.0
QUEUE_LENGTH = 10_000
HINTS_AT_ONCE = 32
LONGEST_TURN_SECONDS = 0.002

Message = dict[str, Any]


class Bus:
    """One per process. `bind` gives it the server's loop; without one it starts a thread with a loop of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Message] = deque(maxlen=QUEUE_LENGTH)
        self._forget_loop()
        os.register_at_fork(after_in_child=self._forget_loop)

    def _forget_loop(self) -> None:
        # A loop and its thread stay behind in the parent when a worker forks.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_sending = False
        self._group = random.choice(GROUPS)  # one of each process, so that what it says stays in its order
        self.is_up = True

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def send(self, message: Message) -> None:
        """From any thread, without waiting."""
        with self._lock:
            if len(self._waiting) == QUEUE_LENGTH:
                metrics.hints_dropped.inc()
            self._waiting.append(message)
            if self._is_sending:
                return
            self._is_sending = True
            loop = self._loop = self._loop or _own_loop()
        loop.call_soon_threadsafe(lambda: loop.create_task(self._send_waiting()))

    async def _send_waiting(self) -> None:
        layer = get_channel_layer()
        while messages := self._next():
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await layer.group_send(self._group, {"type": "hints", "hints": messages})
                self.is_up = True
            except Exception as error:  # each layer has its own errors, and none of them may stop a sender
                self._drop(messages, error)

    def _next(self) -> list[Message]:
        """All that wait, up to a number: under load the way over the layer is paid once for many."""
        with self._lock:
            messages = [self._waiting.popleft() for _ in range(min(len(self._waiting), HINTS_AT_ONCE))]
            self._is_sending = bool(messages)
            return messages

    def _drop(self, messages: list[Message], error: Exception) -> None:
        with self._lock:
            dropped = len(messages) + len(self._waiting)
            self._waiting.clear()
        self._group = random.choice(GROUPS)  # perhaps of a server that is there
        self.is_up = False
        metrics.hints_dropped.inc(dropped)
        logger.warning("bus_unavailable", extra={"dropped": dropped, "error": repr(error)})


bus = Bus()
send = bus.send
metrics.bus_up.set_function(lambda: bus.is_up)


async def listen(hear: Callable[[Message], None], joined: Callable[[], None]) -> None:
    """Hear every message of the bus, for ever; `joined` is called whenever some may have been missed before."""
    await asyncio.gather(*(_listen_to(group, hear, joined) for group in GROUPS))


async def _listen_to(group: str, hear: Callable[[Message], None], joined: Callable[[], None]) -> None:
    while True:
        try:
            layer = get_channel_layer()
            channel = await layer.new_channel()
            await layer.group_add(group, channel)
            joined()
            while True:
                await _hear_all((await layer.receive(channel))["hints"], hear)
        except Exception as error:  # as above: the layer's errors are not ours to list
            logger.warning("bus_lost", extra={"error": repr(error)})
            await asyncio.sleep(1)


async def _hear_all(messages: list[Message], hear: Callable[[Message], None]) -> None:
    """What one client hears of several hints leaves her socket in one write, unless the loop is let go in between."""
    since = monotonic()
    for message in messages:
        hear(message)
        if monotonic() - since > LONGEST_TURN_SECONDS:  # or a burst would keep the sockets from being read
            await asyncio.sleep(0)
            since = monotonic()


def _own_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="bus", daemon=True).start()
    return loop
