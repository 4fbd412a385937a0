import asyncio
import logging
from collections.abc import Callable

from realtime import upkeep
from realtime.conf import limits
from realtime.hub import hub

logger = logging.getLogger(__name__)


class Stop:
    """What a signal does: stop listening, drain, exit. A second signal does not wait."""

    def __init__(self, stop_listening: Callable[[], None], exit: Callable[[], None]) -> None:
        self._stop_listening = stop_listening
        self._exit = exit
        self._task: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        if self._task is None:
            logger.info("draining", extra={"seconds": limits.drain_seconds})
            self._task = asyncio.get_running_loop().create_task(self._drain_and_exit())
        else:
            self._exit()

    async def _drain_and_exit(self) -> None:
        try:
            self._stop_listening()
            await upkeep.drain(hub, limits.drain_seconds)
        except Exception:
            logger.exception("drain_failed")
        finally:
            self._exit()
