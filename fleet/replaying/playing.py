"""Sends a recorded day at any speed: what is due together goes in one batch."""

import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fleet.arrivals import Result
from fleet.conf import limits
from fleet.replaying.mixing import Sending
from fleet.services.scans import Seen

Send = Callable[[Sequence[Seen]], Sequence[str]]  # answers of each: recorded, repeated, or why it was refused


@dataclass(slots=True)
class Progress:
    """`worst_lag` is how many seconds after it was due a scan was taken, where each has its time."""

    is_paced: bool
    sent: int = 0
    results: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    worst_lag: float = 0

    @property
    def refused(self) -> dict[str, int]:
        return {result: count for result, count in self.results.items() if result not in set(Result)}

    @property
    def per_second(self) -> float:
        return self.sent / self.seconds if self.seconds else 0


Told = Callable[[Progress], None]


def play(sendings: Sequence[Sending], send: Send, *, speed: float | None = None, told: Told | None = None) -> Progress:
    """`speed` is how many seconds of the recording pass in one of ours; without it nothing is waited for. `sendings`
    are in order.
    """
    start = time.monotonic()
    progress = Progress(is_paced=speed is not None)
    dues = [_seconds(sending.at - sendings[0].at) / speed for sending in sendings] if speed else []
    while progress.sent < len(sendings):
        first = progress.sent
        end = first + limits.batch
        if dues:
            time.sleep(max(0.0, start + dues[first] - time.monotonic()))
            end = min(end, max(first + 1, bisect_right(dues, time.monotonic() - start)))
        lot = sendings[first:end]
        progress.results.update(send([sending.scan for sending in lot]))
        progress.sent += len(lot)
        progress.seconds = time.monotonic() - start
        if dues:
            progress.worst_lag = max(progress.worst_lag, progress.seconds - dues[first])
        if told:
            told(progress)
    return progress


def _seconds(span: timedelta) -> float:
    return span / timedelta(seconds=1)
