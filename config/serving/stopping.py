import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from realtime.conf import limits

logger = logging.getLogger(__name__)

LONGEST_MESSAGE = 1024 * 1024  # far above limits.frame_in_bytes, so that a frame too big is answered before it is cut


class Stop:
    """The first signal drains; a second one does not wait."""

    def __init__(self, stop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._stop = stop
        self._task: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        if self._task is not None:
            logger.warning("stopped_at_once")
            raise SystemExit(1)
        logger.info("draining", extra={"seconds": limits.drain_seconds})
        self._task = asyncio.get_running_loop().create_task(self._stop())
