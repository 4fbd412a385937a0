"""Empties a lane: claim as much as there are slots, look, send, record, and again until nothing is due.

The worker's thread does the rows, the courier's loop the calls. No call is waited for as long as there is other work.
"""

import queue
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

from notifications.conf import limits
from notifications.outbox import breaker, claiming
from notifications.outbox.breaker import FAULTS
from notifications.outbox.courier import Job, Sent, courier
from notifications.outbox.looking import look
from notifications.outbox.recording import record, record_looks
from notifications.outbox.window import Window
from notifications.trees import EMAIL, LANES

PATIENCE = 0.05  # seconds to gather outcomes before they are written


def drain(lane: str) -> int:
    """Send what is due, in one thread of the process at a time. Answers how many calls were made."""
    door, sent = _doors[lane], 0
    if not door.enter():
        return 0
    while True:
        try:
            sent += _Drain(lane).run()
        except BaseException:
            door.reset()
            raise
        if door.leave():
            return sent


class Door:
    """Lets one thread in. Who finds it taken makes that one look once more, so that no row is missed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._rang = False

    def enter(self) -> bool:
        with self._lock:
            self._rang = self._is_taken
            if self._is_taken:
                return False
            self._is_taken = True
            return True

    def leave(self) -> bool:
        """False: somebody rang meanwhile, go on."""
        with self._lock:
            rang, self._rang = self._rang, False
            self._is_taken = rang
            return not rang

    def reset(self) -> None:
        with self._lock:
            self._is_taken = self._rang = False


# Made before there are threads that could each make one.
_doors = {lane: Door() for lane in LANES}
# One for each lane: a few urgent calls to iPhones do not wait for ten thousand to Androids.
_windows = {lane: Window(limits.mail_slots if lane == EMAIL else limits.slots) for lane in LANES}


def window_of(lane: str) -> Window:
    return _windows[lane]


class _Drain:
    def __init__(self, lane: str) -> None:
        self._lane = lane
        self._channel = LANES[lane]
        self._window = window_of(lane)
        self._outcomes: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._on_the_wire = 0  # as many slots of the window are ours
        self._began_at = 0.0
        self._lot = limits.look  # how many are looked at together

    def run(self) -> int:
        sent = 0
        ended: list[Sent] = []
        try:
            while self._begin() or self._on_the_wire or ended:
                # The next calls are on the wire before the last are written down.
                self._record(ended)
                sent += len(ended)
                ended = self._finish()
        finally:
            # Of calls whose outcomes nobody will read any more; the leases of their rows end by themselves.
            self._window.give_back(self._on_the_wire)
        return sent

    def _begin(self) -> bool:
        """Claim for the free slots. While calls are on the wire, a few slots are not worth a query at once."""
        wanted = min(limits.look, self._window.limit)
        slots = self._window.take(wanted)
        self._on_the_wire += slots  # from here on they are given back, whatever fails
        is_worth_it = slots == wanted or monotonic() - self._began_at > PATIENCE
        claimed = self._claim(slots) if slots and is_worth_it else []
        self._free(slots - len(claimed))
        if claimed:
            self._began_at = monotonic()
            self._send(claimed)
        return bool(claimed)

    def _claim(self, at_most: int) -> list[int]:
        now = datetime.now(UTC)
        if not claiming.has_due(self._lane, now):
            return []
        allowed = min(at_most, breaker.allowance(self._lane, now))
        return claiming.claim(self._lane, allowed, now) if allowed else []

    def _send(self, claimed: Sequence[int]) -> None:
        """Their slots are taken, so nothing but the call comes after the look."""
        for start in range(0, len(claimed), self._lot):
            self._send_lot(claimed[start : start + self._lot])

    def _send_lot(self, claimed: Sequence[int]) -> None:
        looks = look(claimed, datetime.now(UTC))
        jobs = [Job(one.delivery.pk, one.delivery.attempts, one.parcel) for one in looks if one.parcel]
        courier.send(self._channel, jobs, self._outcomes.put)
        self._free(len(claimed) - len(jobs))
        ended = [one for one in looks if one.verdict]
        if ended:
            record_looks(ended, datetime.now(UTC))
        if not jobs:
            breaker.give_up_probe(self._lane, datetime.now(UTC))

    def _finish(self) -> list[Sent]:
        """The calls that have ended. Those that were not begun are looked at again."""
        gathered = self._gather()
        ended = [one for one in gathered if one.outcome]
        self._free(len(ended))
        stale = [one.job.delivery_id for one in gathered if one.outcome is None]
        # Where the machine is so busy that looks are old when they are done, fewer at a time are quicker.
        self._lot = max(1, self._lot // 2) if stale else min(limits.look, self._lot + 1)
        self._send(stale)
        return ended

    def _record(self, ended: Sequence[Sent]) -> None:
        if ended:
            record(self._lane, ended, datetime.now(UTC))
            failed = sum(one.outcome.verdict in FAULTS for one in ended if one.outcome)
            self._window.learn(succeeded=len(ended) - failed, failed=failed)

    def _gather(self) -> list[Sent]:
        """Outcomes, together as far as they come within a moment: a row by itself costs as much as a batch."""
        gathered: list[Sent] = []
        deadline = monotonic() + PATIENCE
        while self._on_the_wire > len(gathered) < limits.look and (left := deadline - monotonic()) > 0:
            try:
                gathered.append(self._outcomes.get(timeout=left))
            except queue.Empty:
                break
        return gathered

    def _free(self, slots: int) -> None:
        self._on_the_wire -= slots
        self._window.give_back(slots)
