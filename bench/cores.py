"""Server and load client each get a core. PostgreSQL, Redis and publishers of their own share both."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

SERVER_CORE = 0
CLIENT_CORE = 1


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes started inside stay on this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[core]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
