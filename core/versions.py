"""When what is kept in the cache is out of date: it is kept under a version, and every change makes a new one. What was
made meanwhile stays under the old, where nobody looks any more.
"""

from typing import Any

from django.core.cache import cache
from django.db import transaction
from uuid_utils.compat import uuid7


def version_of(key: str) -> str:
    version: Any = cache.get_or_set(key, _new, timeout=None)
    return str(version)


def renew(*keys: str) -> None:
    """Once the present unit has committed."""
    transaction.on_commit(lambda: cache.set_many({key: _new() for key in keys}, timeout=None), robust=True)


def _new() -> str:
    return uuid7().hex
