"""Rings Celery tasks after the commit, off the caller's thread. The row is the queue: a lost ring costs seconds."""

import logging
import queue
import threading
from typing import Any

from celery import Task
from django.db import transaction

logger = logging.getLogger(__name__)

_rings: queue.Queue[tuple[Task, tuple[Any, ...], float]] = queue.Queue(maxsize=10_000)
_start = threading.Lock()
_ringer: threading.Thread | None = None


def ring(task: Task, *args: Any, after: float = 0) -> None:
    """Ask a worker to run `task(*args)` once the current unit has committed, or so many seconds later. Dropped while
    the broker is out.
    """

    def after_commit() -> None:
        try:
            _rings.put_nowait((task, args, after))
        except queue.Full:
            logger.warning("doorbell_full", extra={"task": task.name})
            return
        _ensure_ringer()

    transaction.on_commit(after_commit, robust=True)


def _ensure_ringer() -> None:
    global _ringer
    with _start:
        # A thread does not survive a fork; the check makes the child start its own.
        if _ringer is None or not _ringer.is_alive():
            _ringer = threading.Thread(target=_ring_for_ever, name="doorbell", daemon=True)
            _ringer.start()


def _ring_for_ever() -> None:
    while True:
        task, args, after = _rings.get()
        try:
            task.apply_async(args, countdown=after, retry=False, ignore_result=True)
        except Exception as error:  # whatever the broker's client raises, a sweep finds the row later
            logger.warning("doorbell_unheard", extra={"task": task.name, "error": repr(error)})
