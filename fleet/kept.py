"""Reads that are kept for some minutes: `CACHE` of seed 003, for all processes.

Each is kept under the version of the board whose figures it shows. There are as many places as entries may be kept,
and a read has one of them: a new read takes it from an old one. A change that Redis cannot be told of shows when the
time of what was kept before is over.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from core import versions
from fleet.conf import limits

SCANNED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    query: str
    version: str
    at: float
    value: Any

    def is_young(self, ttl: float) -> bool:
        return time.time() - self.at <= ttl


def read(board: str, query: str, make: Callable[[], Any], *, ttl: float | None = None, anew: bool = False) -> Any:
    """What `make` answers, or answered within the last `ttl` seconds, unless what the board shows has changed since.

    `query` tells the reads of a board apart. With `anew` it is made in any case, and kept.
    """
    ttl = limits.cache_seconds if ttl is None else min(ttl, limits.cache_seconds)
    version = _version_of(board)
    query = f"{board}?{query}"
    place = _place_of(query)
    entry = None if anew else cache.get(place)
    if entry is not None and (entry.query, entry.version) == (query, version) and entry.is_young(ttl):
        return entry.value
    value = make()
    cache.set(place, Entry(query, version, time.time(), value), timeout=limits.cache_seconds)
    return value


def outdate(*boards: str) -> None:
    """Once the present unit has committed."""
    versions.renew(*map(_version_key, boards))


def sweep() -> int:
    """Beat: what nobody can read any more gives its memory back. Answers how many entries that were."""
    current: dict[str, str] = {}
    outdated = []
    for place, entry in _entries():
        board = entry.query.partition("?")[0]
        if board not in current:
            current[board] = _version_of(board)
        if entry.version != current[board] or not entry.is_young(limits.cache_seconds):
            outdated.append(place)
    cache.delete_many(outdated)
    return len(outdated)


def clear() -> int:
    kept = [place for place, _ in _entries()]
    cache.delete_many(kept)
    return len(kept)


def entries() -> list[Entry]:
    return [entry for _, entry in _entries()]


def _entries() -> Iterator[tuple[str, Entry]]:
    for start in range(0, limits.cache_entries, SCANNED_AT_ONCE):
        places = range(start, min(start + SCANNED_AT_ONCE, limits.cache_entries))
        yield from cache.get_many([_place(number) for number in places]).items()


def _place_of(query: str) -> str:
    digest = hashlib.blake2b(query.encode(), digest_size=8).digest()
    return _place(int.from_bytes(digest) % limits.cache_entries)


def _place(number: int) -> str:
    return f"fleet:kept:{number}"


def _version_of(board: str) -> str:
    return versions.version_of(_version_key(board))


def _version_key(board: str) -> str:
    return f"fleet:version:{board}"
