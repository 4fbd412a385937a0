"""Stands in the wiring for an upper layer that wants to hear of revocations."""

from collections.abc import Collection
from uuid import UUID

heard: list[tuple[UUID, Collection[UUID]]] = []


def hear(user_id: UUID, session_ids: Collection[UUID]) -> None:
    heard.append((user_id, session_ids))


REVOKED = [hear]
EXPORTS = {"shoes": lambda user: {"size": 42}}
