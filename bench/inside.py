"""What a deployment is asked to do for a measurement; runs inside its web process, or in a hand (tests/hand.py)."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import UUID

from django.db import connection, transaction

from bench.payload import payload
from core.unit import unit
from realtime import hints, rendering
from realtime.publishing import Fact, publish

_numbers = count()


def signal(users: Sequence[UUID]) -> None:
    hints.signal("bench.rang", payload(next(_numbers)), users)


def render_board(users: Sequence[UUID]) -> None:
    rendering.render("bench.board")


@unit
def write_note(users: Sequence[UUID]) -> None:
    publish(Fact("bench.note_written", about=("bench.note", next(_numbers)), to=users))


def write_notes(users: Sequence[UUID], times: int) -> None:
    for _ in range(times):
        write_note(users)


def time_notes(users: Sequence[UUID], seconds: float) -> list[float]:
    """Write notes one after the other for so long: the seconds each took, commit included."""
    took = []
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        write_note(users)
        took.append(time.perf_counter() - start)
    return took


def write_notes_at(users: Sequence[UUID], rate: int, seconds: float, threads: int) -> list[tuple[str, float]]:
    """Write `rate` notes a second, each to the next user alone: the key of each, and when its commit had returned."""
    committed: list[tuple[str, float]] = []

    def write(number: int) -> None:
        with unit():
            # Registered before the hint's own callback, so it runs before the hint leaves.
            transaction.on_commit(lambda: committed.append((str(number), time.time())))
            publish(Fact("bench.note_written", about=("bench.note", number), to=[users[number % len(users)]]))
        connection.close()

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for turn in range(int(rate * seconds)):
            time.sleep(max(0.0, start + turn / rate - time.perf_counter()))
            pool.submit(write, next(_numbers))
    return committed
