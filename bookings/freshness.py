"""When what is kept of a provider's slots is out of date: lists are kept under a version, and every change makes a new
one. A list that was made meanwhile stays under the old, where nobody looks any more.
"""

from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from uuid_utils.compat import uuid7


def version_of(provider_id: UUID) -> str:
    version: str = cache.get_or_set(_key(provider_id), _new, timeout=None)
    return version


def outdate(provider_id: UUID) -> None:
    """Once the present unit has committed."""
    transaction.on_commit(lambda: cache.set(_key(provider_id), _new(), timeout=None), robust=True)


def _new() -> str:
    return uuid7().hex


def _key(provider_id: UUID) -> str:
    return f"bookings:slots:{provider_id}"
