"""A Celery worker and beat as threads of the serving process, for the embedded default."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from celery.beat import EmbeddedService
from celery.worker import WorkController

from config.celery import app

THREADS = 4


@contextmanager
def worker() -> Iterator[None]:
    controller = WorkController(
        app=app,
        pool="threads",
        concurrency=THREADS,
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
    )
    thread = threading.Thread(target=controller.start, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        controller.stop()
        thread.join(timeout=5)


@contextmanager
def beat() -> Iterator[None]:
    service = EmbeddedService(app, thread=True, scheduler_cls=app.conf.beat_scheduler)
    service.daemon = True
    service.start()
    try:
        yield
    finally:
        service.stop()
