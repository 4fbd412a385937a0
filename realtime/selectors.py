"""Reading streams: positions, what is stored after them, and who is behind."""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.sql import Columns, as_uuid, relation
from realtime import frames, kinds
from realtime.conf import limits
from realtime.errors import BadPosition
from realtime.models import Epoch, Stream


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
    """The events of several ranges, one per user, in order, in one query."""
    rows = _entries(ranges)
    current = _rendered_anew(rows)
    events: defaultdict[UUID, list[StoredEvent]] = defaultdict(list)
    for row in rows:
        data = current.get((row.kind, row.key, row.user_id)) if row.is_stale else row.data
        tail = frames.event_tail(row.name, row.at, row.kind, row.key, row.command)
        frame = frames.event(row.offset, frames.event_rest(tail, data or kinds.NOTHING))
        events[row.user_id].append(StoredEvent(row.offset, frame))
    return events


@dataclass(frozen=True, slots=True)
class _Row:
    user_id: UUID
    offset: int
    name: str
    kind: str
    key: str
    at: datetime
    command: UUID | None
    is_stale: bool
    data: str


def _entries(ranges: Sequence[Range]) -> list[_Row]:
    columns: Columns = {
        "user_id": ("uuid", [wanted.user_id for wanted in ranges]),
        "after": ("bigint", [wanted.after for wanted in ranges]),
        "upto": ("bigint", [wanted.upto for wanted in ranges]),
    }
    wanted, parameters = relation("wanted", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT entry.user_id, entry."offset", entry.own, entry.is_gone,
                       event.name, event.kind, event.key, event.shape, event.data, event.command, event.at
                FROM {wanted}
                JOIN realtime_entry entry ON entry.user_id = wanted.user_id
                     AND entry."offset" > wanted.after AND entry."offset" <= wanted.upto
                JOIN realtime_event event ON event.id = entry.event_id
                ORDER BY entry.user_id, entry."offset" """,
            parameters,
        )
        return [_row(*columns) for columns in cursor.fetchall()]


def _row(
    user_id: Any, offset: int, own: str | None, is_gone: bool, name: str, kind: str, key: str, shape: int,
    data: str | None, command: Any, at: Any,
) -> _Row:  # fmt: skip
    return _Row(
        user_id=as_uuid(user_id),
        offset=offset,
        name=name,
        kind=kind,
        key=key,
        at=_instant(at),
        command=as_uuid(command) if command else None,
        is_stale=data is not None and shape != kinds.shape(kind),
        data=kinds.spliced(data, None if is_gone else own or kinds.NO_OVERLAY),
    )


def _rendered_anew(rows: Sequence[_Row]) -> dict[tuple[str, str, UUID], str]:
    """Events whose kind has changed its shape since show the object as it is now."""
    audiences: defaultdict[str, defaultdict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row.is_stale and kinds.is_known(row.kind):
            audiences[row.kind][row.key].add(row.user_id)
    anew: dict[tuple[str, str, UUID], str] = {}
    for kind, of_kind in audiences.items():
        rendered = kinds.render(kind, of_kind)
        for key, readers in of_kind.items():
            anew |= {(kind, key, reader): rendered.seen_by(key, reader) for reader in readers}
    return anew


def _instant(value: datetime | str) -> datetime:
    """What a raw cursor returned for an instant: SQLite's are texts or datetimes in UTC that do not say so."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
