"""What is dear to read and need not be of this very second."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

T = TypeVar("T")


def kept(name: str, seconds: float, read: Callable[[], T]) -> T:
    """Read at most once in so many seconds, by whoever asks first; each time where they are none."""
    if not seconds:
        return read()
    found: T | None = cache.get(name)
    if found is None:
        found = read()
        cache.set(name, found, seconds)
    return found
