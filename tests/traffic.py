"""What hands do while a test disturbs a deployment: commit, again and again, whatever happens."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection

from realtime import hints, kinds
from tests.sample import services


def keep_adding(counters: Sequence[int], users: Sequence[UUID], times: int, per_second: float) -> dict[str, int]:
    """Everyone adds to her counter in turn; what fails is not repeated. Answers how often it worked and failed."""
    outcome = {"done": 0, "failed": 0}
    begun = time.monotonic()
    for turn in range(times):
        time.sleep(max(0.0, begun + turn / per_second - time.monotonic()))
        try:
            services.add(counters[turn % len(counters)], users[turn % len(users)])
            outcome["done"] += 1
        except Exception:
            outcome["failed"] += 1
            connection.close()
            close_old_connections()
    return outcome


def shout(users: Sequence[UUID], times: int, size: int) -> None:
    """Signals of `size` bytes."""
    for _ in range(times):
        hints.signal("sample.shouted", "x" * size, users)
        time.sleep(0.005)
    # The bus empties its queue from a thread; a hand that ended now would take the rest along.
    time.sleep(1)


def views(users: Sequence[UUID]) -> dict[str, Any]:
    return {str(user): kinds.view(user, ["sample.counter"]) for user in users}
