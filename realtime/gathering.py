"""What all sockets here ask for: what arrives while others are being committed goes next, together."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Generic, TypeVar

from realtime import batches, metrics
from realtime.batches import Order
from realtime.commands import Answer
from realtime.conf import limits
from realtime.threads import in_thread

logger = logging.getLogger(__name__)

LANES = 2

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Gatherer(Generic[Asked, Answered]):
    """`carry_out_all` answers each in its order, with its result or the exception to raise to whoever asked.

    What is `about` the same goes one after the other; the rest in lots at the same time, so that one is thought about
    while another waits for the database.
    """

    def __init__(
        self,
        carry_out_all: Callable[[list[Asked]], Sequence[Answered | Exception]],
        about: Callable[[Asked], object],
    ) -> None:
        self._about = about
        self._lanes = [_Lane(carry_out_all) for _ in range(LANES)]

    def carry_out(self, asked: Asked) -> asyncio.Future[Answered]:
        """Done when it is committed."""
        return self._lanes[hash(self._about(asked)) % LANES].carry_out(asked)


class _Lane(Generic[Asked, Answered]):
    def __init__(self, carry_out_all: Callable[[list[Asked]], Sequence[Answered | Exception]]) -> None:
        self._carry_out_all = carry_out_all
        self._waiting: deque[tuple[Asked, asyncio.Future[Answered]]] = deque()
        self._worker: asyncio.Task[None] | None = None

    def carry_out(self, asked: Asked) -> asyncio.Future[Answered]:
        done: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return done

    async def _work(self) -> None:
        while self._waiting:
            lot = [self._waiting.popleft() for _ in range(min(len(self._waiting), limits.batch))]
            metrics.batch_size.observe(len(lot))
            outcomes = await self._outcomes([order for order, _ in lot])
            for (_, done), outcome in zip(lot, outcomes, strict=True):
                _settle(done, outcome)

    async def _outcomes(self, orders: list[Asked]) -> Sequence[Answered | Exception]:
        try:
            return await in_thread(self._carry_out_all, orders)
        except Exception as error:
            if len(orders) == 1:
                return [error]
            # Whichever it was, the others are not to blame for it, and somebody waits for each of them.
            logger.warning("lot_undone", extra={"orders": len(orders), "error": repr(error)})
            return [outcome for order in orders for outcome in await self._outcomes([order])]


def _settle(done: asyncio.Future[Answered], outcome: Answered | Exception) -> None:
    if done.done():  # its socket has gone
        return
    if isinstance(outcome, Exception):
        done.set_exception(outcome)
        done.exception()  # seen, though its socket may go before it is asked for
    else:
        done.set_result(outcome)


@cache
def gatherer(name: str) -> Gatherer[Order, Answer]:
    """Of the batched commands of this name. Temporary refusals are raised."""
    return Gatherer(partial(batches.carry_out, name), partial(batches.about, name))
