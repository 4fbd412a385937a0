"""What hubs tell each other over the bus. A hint carries all a hub needs to write frames, yet nothing depends on it."""

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from time import time
from typing import Any
from uuid import UUID

from django.db import transaction

from realtime import bus, frames, kinds

READERS_PER_HINT = 1000

UserKey = bytes  # the 16 bytes of a user's id: what hubs are keyed by, and what travels


@dataclass(slots=True)
class Telling:
    """An event on its way: for each user, in hexadecimal, the offset and the overlay (None: she may not see it)."""

    name: str
    kind: str
    key: str
    shape: int
    data: str | None
    command: UUID | None
    at: datetime
    users: list[str]
    offsets: list[int]
    overlays: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class EventHint:
    """One event for some readers: encoded once, spliced per reader."""

    committed_at: float
    tail: str
    shared: str | None
    users: bytes
    offsets: bytes
    overlays: Sequence[str | None] | None  # None: nobody has one

    def frames(self, wanted: Callable[[UserKey], bool]) -> Iterator[tuple[UserKey, int, str]]:
        """User, offset and frame, for the users that are wanted here."""
        users, shared = self.users, self.shared
        plain = frames.event_rest(self.tail, shared or kinds.NOTHING)
        overlays = self.overlays or repeat(kinds.NO_OVERLAY)
        for place, (offset, overlay) in enumerate(zip(array("Q", self.offsets), overlays, strict=False)):
            user = users[place * 16 : place * 16 + 16]
            if wanted(user):
                is_plain = overlay == kinds.NO_OVERLAY
                rest = plain if is_plain else frames.event_rest(self.tail, kinds.spliced(shared, overlay))
                yield user, offset, frames.event(offset, rest)


def announce(tellings: Sequence[Telling]) -> None:
    """Tell all hubs what was just committed."""
    for telling in tellings:
        tail = frames.event_tail(telling.name, telling.at, telling.kind, telling.key, telling.command)
        is_plain = all(overlay == kinds.NO_OVERLAY for overlay in telling.overlays)
        for start in range(0, len(telling.users), READERS_PER_HINT):
            part = slice(start, start + READERS_PER_HINT)
            bus.send(
                {
                    "type": "event",
                    "committed_at": time(),
                    "tail": tail,
                    "shared": telling.data,
                    "users": bytes.fromhex("".join(telling.users[part])),
                    "offsets": array("Q", telling.offsets[part]).tobytes(),
                    "overlays": None if is_plain else telling.overlays[part],
                }
            )


def event_hint(message: Mapping[str, Any]) -> EventHint:
    return EventHint(**{name: message[name] for name in EventHint.__slots__})


def signal(name: str, data: Any, users: Collection[UUID]) -> None:
    """Tell live sockets only: no row, no offset, no second chance."""
    text = frames.frame("signal", signal=name, data=data)
    bus.send({"type": "signal", "frame": text, "users": b"".join(user.bytes for user in users)})


def announce_board(name: str, epoch: str, version: int, part: str, base: int | None) -> None:
    """`part` is the whole value or, where `base` is given, what to change of that version."""
    bus.send({"type": "board", "name": name, "epoch": epoch, "version": version, "part": part, "base": base})


def revoke_on_commit(user_id: UUID, session_ids: Collection[UUID]) -> None:
    """Close the sockets of these sessions at once; without the bus, the hubs' own checks do it some seconds later."""
    sessions = [session.hex for session in session_ids]
    transaction.on_commit(lambda: bus.send({"type": "revoked", "sessions": sessions}), robust=True)


def user_keys(joined: bytes) -> Iterator[UserKey]:
    for start in range(0, len(joined), 16):
        yield joined[start : start + 16]
