"""How a sweep goes through what is due."""

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)


def each(
    due: Iterable[T], step: Callable[[T], object], *, until: type[Exception] | tuple[type[Exception], ...] = ()
) -> int:
    """One that fails does not hold up the others. It is still due, and comes up again at the next sweep.

    `until` is what all others would meet too, so it ends the sweep. Answers how many had their turn before.
    """
    ones = list(due)
    for number, one in enumerate(ones):
        try:
            step(one)
        except until:
            return number
        except Exception:  # whatever it is: the others are not to blame
            logger.exception("sweep_failed", extra={"step": getattr(step, "__name__", repr(step)), "due": str(one)})
    return len(ones)


def lots(ones: Iterable[T], size: int) -> Iterator[list[T]]:
    """So many at once; the last lot may be smaller."""
    left = iter(ones)
    while lot := list(islice(left, size)):
        yield lot
