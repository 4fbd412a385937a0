"""Batched commands of all sockets here: what arrives while others are being committed goes next, together."""

import asyncio
from collections import deque
from functools import cache

from realtime import batches, metrics
from realtime.batches import Order
from realtime.commands import Answer
from realtime.conf import limits
from realtime.threads import in_thread


class Gatherer:
    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: deque[tuple[Order, asyncio.Future[Answer]]] = deque()
        self._workers: set[asyncio.Task[None]] = set()

    async def carry_out(self, order: Order) -> Answer:
        """Answers when it is committed. Temporary refusals are raised."""
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((order, done))
        if sum(not worker.done() for worker in self._workers) < limits.batches_at_once:
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return await done

    async def _work(self) -> None:
        while self._waiting:
            lot = [self._waiting.popleft() for _ in range(min(len(self._waiting), limits.batch))]
            metrics.batch_size.observe(len(lot))
            try:
                outcomes = await in_thread(batches.carry_out, self._name, [order for order, _ in lot])
            except Exception as error:  # whatever it is, somebody waits for each of these
                outcomes = [error] * len(lot)
            for (_, done), outcome in zip(lot, outcomes, strict=True):
                _settle(done, outcome)


def _settle(done: asyncio.Future[Answer], outcome: batches.Outcome) -> None:
    if done.done():  # its socket has gone
        return
    if isinstance(outcome, Answer):
        done.set_result(outcome)
    else:
        done.set_exception(outcome)


@cache
def gatherer(name: str) -> Gatherer:
    return Gatherer(name)
