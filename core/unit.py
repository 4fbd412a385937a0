"""The only door to a transaction.

A service is a unit. Units nest: an inner unit is a savepoint, and what it asked to remember is forgotten when it fails.
The outermost unit lets the settlers (see `SETTLERS` in the apps' wiring) write what was remembered, last, and commits.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, ParamSpec, TypeVar, overload

from django.db import OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from core.errors import Busy
from core.wiring import hooks

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
TIMED_OUT = "57014"  # a statement that others kept waiting, lock after lock: not worth another try
CONTENTION = {"40P01", "40001", "55P03", TIMED_OUT}  # deadlock, serialization failure, lock timeout

_this_thread = threading.local()
# SQLite's own busy handler polls and starves late comers; a lock in the process queues its threads fairly.
_one_writer = threading.Lock()


class OutsideUnit(RuntimeError):
    pass


def remember(item: object) -> None:
    """Keep `item` for the settler of its type, who writes it when the outermost unit ends."""
    if not any(isinstance(item, item_type) for item_type, _ in hooks("SETTLERS")):
        raise TypeError(f"No app settles a {type(item).__name__}.")
    _remembered().append(item)


def is_in_unit() -> bool:
    return hasattr(_this_thread, "remembered")


@overload
def unit(function: Callable[P, R]) -> Callable[P, R]: ...
@overload
def unit() -> AbstractContextManager[None]: ...
def unit(function: Callable[..., Any] | None = None) -> Any:
    """`@unit` on a service, or `with unit():`. Only the decorator can repeat its body after a deadlock."""
    if function is None:
        return _block()

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if is_in_unit():
            with _inner():
                return function(*args, **kwargs)
        for attempt in range(1, TRIES + 1):
            try:
                with _outermost():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not is_contention(error):
                    raise
                if attempt == TRIES or _sqlstate(error) == TIMED_OUT:
                    raise Busy from error
            time.sleep(random.uniform(0.02, 0.1) * attempt)

    return run


def is_contention(error: OperationalError) -> bool:
    return _sqlstate(error) in CONTENTION or "is locked" in str(error)


def _sqlstate(error: OperationalError) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


@contextmanager
def _block() -> Iterator[None]:
    try:
        with _inner() if is_in_unit() else _outermost():
            yield
    except OperationalError as error:
        if not is_in_unit() and is_contention(error):
            raise Busy from error
        raise


@contextmanager
def _inner() -> Iterator[None]:
    remembered = _remembered()
    mark = len(remembered)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        del remembered[mark:]
        raise


@contextmanager
def _outermost() -> Iterator[None]:
    with _one_writer if connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
        _this_thread.remembered = []
        try:
            yield
            # Django would roll back here without a word, and the caller would believe in a commit.
            if connection.needs_rollback:
                raise TransactionManagementError("A database error was swallowed inside this unit.")
            _settle(_this_thread.remembered)
        finally:
            del _this_thread.remembered


def _settle(remembered: list[object]) -> None:
    # Upper layers settle first: words for people (notices) remember facts for programs of their own.
    for item_type, settle in reversed(hooks("SETTLERS")):
        items = [item for item in remembered if isinstance(item, item_type)]
        if items:
            settle(items)


def _remembered() -> list[object]:
    try:
        return _this_thread.remembered
    except AttributeError:
        raise OutsideUnit("This is only possible inside a unit.") from None
