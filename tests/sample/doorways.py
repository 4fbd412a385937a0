"""Who came or went, and what was acknowledged, as this process was told."""

from collections.abc import Collection, Sequence
from uuid import UUID

from realtime.selectors import Range

came_or_went: list[set[UUID]] = []
acked: list[Range] = []


def note_who(users: Collection[UUID]) -> None:
    came_or_went.append(set(users))


def note_acks(ranges: Sequence[Range]) -> None:
    acked.extend(ranges)
