"""Reading streams: positions, what is stored after them, and who is behind."""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.sql import Columns, as_uuid, relation
from realtime import frames, kinds
from realtime.conf import limits
from realtime.errors import BadPosition
from realtime.models import Epoch, Event, Stream

Told = tuple[UUID, str]  # a user, and the key of an object


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a user's stream: all events up to and including `offset` are known."""

    epoch: str
    offset: int

    @classmethod
    def parse(cls, text: str) -> "Position":
        epoch, _, offset = text.partition(":")
        if not epoch or not offset.isascii() or not offset.isdigit() or len(offset) > 18:
            raise BadPosition
        return cls(epoch, int(offset))

    def __str__(self) -> str:
        return f"{self.epoch}:{self.offset}"


@dataclass(frozen=True, slots=True)
class State:
    """Where a stream stands."""

    epoch: str
    head: int
    floor: int

    def why_lost(self, position: Position) -> str | None:
        """Why the events after `position` cannot be replayed whole, or None when they can."""
        if position.epoch != self.epoch:
            return "epoch"
        if position.offset > self.head:
            return "ahead"
        if position.offset < self.floor:
            return "purged"
        if self.head - position.offset > limits.replay:
            return "too_far"
        return None


@dataclass(frozen=True, slots=True)
class Range:
    """Entries `after + 1 .. upto` of one user's stream."""

    user_id: UUID
    after: int
    upto: int


@dataclass(frozen=True, slots=True)
class StoredEvent:
    offset: int
    frame: str


@contextmanager
def snapshot() -> Iterator[None]:
    """All reads inside see one moment of the database."""
    if connection.in_atomic_block:
        raise RuntimeError("A snapshot must begin before anything else is read.")
    with transaction.atomic():  # noqa: TID251 - it only reads, and a unit would take SQLite's write lock
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def epoch() -> str:
    """The name of this database's history, given to it when it is first asked for."""
    return Epoch.objects.get_or_create(pk=1, defaults={"value": secrets.token_hex(6)})[0].value


def state(user_id: UUID) -> State:
    head, floor = Stream.objects.filter(pk=user_id).values_list("head", "floor").first() or (0, 0)
    return State(epoch(), head, floor)


def heads_differing(known: Mapping[UUID, int]) -> dict[UUID, int]:
    """The heads of those streams that stand elsewhere than is known."""
    if not known:
        return {}
    columns: Columns = {"user_id": ("uuid", list(known)), "head": ("bigint", list(known.values()))}
    users, parameters = relation("known", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT stream.user_id, stream.head FROM {users}
                JOIN realtime_stream stream ON stream.user_id = known.user_id
                WHERE stream.head <> known.head""",
            parameters,
        )
        return {as_uuid(user_id): head for user_id, head in cursor.fetchall()}


def stored_events(ranges: Sequence[Range]) -> dict[UUID, list[StoredEvent]]:
    """The events of several ranges, one per user, in order. What many share is read and encoded once."""
    entries = _entries(ranges)
    events = Event.objects.in_bulk({entry.event_id for entry in entries})
    anew = _rendered_anew(entries, events)
    tails = {pk: frames.event_tail(e.name, e.at, e.kind, e.key, e.command) for pk, e in events.items()}
    found: defaultdict[UUID, list[StoredEvent]] = defaultdict(list)
    for entry in entries:
        event = events[entry.event_id]
        if _is_stale(event):
            data = anew.get((event.kind, event.key, entry.user_id), kinds.NOTHING)
        else:
            data = kinds.spliced(event.data, entry.overlay)
        frame = frames.event(entry.offset, frames.event_rest(tails[entry.event_id], data))
        found[entry.user_id].append(StoredEvent(entry.offset, frame))
    return found


def told_relation(ranges: Sequence[Range], event_name: str) -> tuple[str, list[Any]]:
    """SQL and parameters of a relation `told`: who heard that event there (`user_id`), of what (`key`), and where
    (`position`).
    """
    columns: Columns = {
        "user_id": ("uuid", [wanted.user_id for wanted in ranges]),
        "after": ("bigint", [wanted.after for wanted in ranges]),
        "upto": ("bigint", [wanted.upto for wanted in ranges]),
    }
    wanted, parameters = relation("wanted", columns)
    sql = f"""(SELECT entry.user_id, event.key, entry."offset" AS position
               FROM {wanted}
               JOIN realtime_entry entry ON entry.user_id = wanted.user_id
                    AND entry."offset" > wanted.after AND entry."offset" <= wanted.upto
               JOIN realtime_event event ON event.id = entry.event_id
               WHERE event.name = %s) AS told"""
    return sql, [*parameters, event_name]


def told_in(ranges: Sequence[Range], event_name: str) -> dict[Told, int]:
    """Of which objects these users heard that event there, and where."""
    if not ranges:
        return {}
    told, parameters = told_relation(ranges, event_name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT user_id, key, position FROM {told}", parameters)
        return {(as_uuid(user_id), key): position for user_id, key, position in cursor.fetchall()}


def newest_after(offsets: Mapping[UUID, int], *, at_most: int) -> list[Range]:
    """What each user's stream has beyond an offset, and of very much the newest."""
    streams = Stream.objects.filter(pk__in=offsets).values_list("user_id", "head")
    return [Range(user, max(offsets[user], head - at_most), head) for user, head in streams if head > offsets[user]]


@dataclass(frozen=True, slots=True)
class _Entry:
    user_id: UUID
    offset: int
    event_id: int
    overlay: str | None


def _entries(ranges: Sequence[Range]) -> list[_Entry]:
    columns: Columns = {
        "user_id": ("uuid", [wanted.user_id for wanted in ranges]),
        "after": ("bigint", [wanted.after for wanted in ranges]),
        "upto": ("bigint", [wanted.upto for wanted in ranges]),
    }
    wanted, parameters = relation("wanted", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT entry.user_id, entry."offset", entry.event_id, entry.own, entry.is_gone
                FROM {wanted}
                JOIN realtime_entry entry ON entry.user_id = wanted.user_id
                     AND entry."offset" > wanted.after AND entry."offset" <= wanted.upto
                ORDER BY entry.user_id, entry."offset" """,
            parameters,
        )
        return [
            _Entry(as_uuid(user_id), offset, event_id, None if is_gone else own or kinds.NO_OVERLAY)
            for user_id, offset, event_id, own, is_gone in cursor.fetchall()
        ]


def _is_stale(event: Event) -> bool:
    return event.data is not None and event.shape != kinds.shape(event.kind)


def _rendered_anew(entries: Sequence[_Entry], events: Mapping[int, Event]) -> dict[tuple[str, str, UUID], str]:
    """Events whose kind has changed its shape since show the object as it is now."""
    audiences: defaultdict[str, defaultdict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for entry in entries:
        event = events[entry.event_id]
        if _is_stale(event) and kinds.is_known(event.kind):
            audiences[event.kind][event.key].add(entry.user_id)
    anew: dict[tuple[str, str, UUID], str] = {}
    for kind, of_kind in audiences.items():
        rendered = kinds.render(kind, of_kind)
        for key, readers in of_kind.items():
            anew |= {(kind, key, reader): rendered.seen_by(key, reader) for reader in readers}
    return anew
