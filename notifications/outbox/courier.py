"""The one thread of a process on whose event loop all channels make their calls.

Nothing here blocks for long: a provider that stalls keeps a slot of its own channel, and no worker thread.
"""

import asyncio
import atexit
import logging
import os
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TypeVar

from notifications import channels
from notifications.channels.parcel import Channel, Outcome, Parcel, Stale, Verdict

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """A parcel that was looked at and may go, as long as it is fresh."""

    delivery_id: int
    attempt: int
    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a job. Without an outcome it was not begun: the look at it had grown old."""

    job: Job
    outcome: Outcome | None
    at: datetime
    milliseconds: int


class Courier:
    def __init__(self) -> None:
        self._start = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0

    def send(self, channel_name: str, jobs: Sequence[Job], done: Callable[[Sent], None]) -> None:
        """Begin these; `done` is called on the courier's thread, once for each."""
        loop = self._running()
        channel = channels.channel(channel_name)

        def begin() -> None:
            for job in jobs:
                task = loop.create_task(_carry(channel, job, done))
                _kept.add(task)
                task.add_done_callback(_kept.discard)

        loop.call_soon_threadsafe(begin)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for one call, as a button of an operator or a code by text message does."""
        return asyncio.run_coroutine_threadsafe(work, self._running()).result()

    def close(self) -> None:
        """Give up all connections. Calls still on the wire are not waited for."""
        if self._loop is None or self._pid != os.getpid():
            return
        for channel in channels.in_use():
            self.run(channel.close())
        channels.forget()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop = None

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._start:
            # Neither a thread nor a connection survives a fork; the child starts its own.
            if self._loop is None or self._pid != os.getpid():
                channels.forget()
                self._loop, self._pid = asyncio.new_event_loop(), os.getpid()
                threading.Thread(target=self._loop.run_forever, name="courier", daemon=True).start()
            return self._loop


courier = Courier()
atexit.register(courier.close)

_kept: set[asyncio.Task[None]] = set()  # the loop itself holds its tasks weakly


async def _carry(channel: Channel, job: Job, done: Callable[[Sent], None]) -> None:
    at, started = datetime.now(UTC), perf_counter()
    outcome = None
    try:
        job.parcel.refuse_if_stale()
        outcome = await channel.send(job.parcel)
    except Stale:
        pass
    except Exception as error:  # a defect of ours must not leave the slot taken
        logger.exception("channel_broke", extra={"nid": str(job.parcel.nid)})
        outcome = Outcome(Verdict.REJECTED, "DEFECT", error=type(error).__name__)
    done(Sent(job, outcome, at, round((perf_counter() - started) * 1000)))
