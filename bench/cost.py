"""What so many of something cost the process that did them."""

import os
import time
from collections.abc import Callable
from pathlib import Path
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


def cpu_seconds_of(pid: int) -> float:
    """Of all its threads, so far."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
