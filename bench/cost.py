"""What so many of something cost the process that did them."""

import time
from collections.abc import Callable
from typing import TypedDict


class Cost(TypedDict):
    """As a hand answers it."""

    count: int
    seconds: float
    cpu_seconds: float  # of all threads of the process


def cost_of(work: Callable[[], int]) -> Cost:
    """`work` says how many it did."""
    start, cpu_start = time.perf_counter(), time.process_time()
    count = work()
    return Cost(count=count, seconds=time.perf_counter() - start, cpu_seconds=time.process_time() - cpu_start)


def per_second(cost: Cost) -> float:
    return cost["count"] / cost["seconds"]


def cpu_milliseconds(cost: Cost) -> float:
    return cost["cpu_seconds"] / cost["count"] * 1000
