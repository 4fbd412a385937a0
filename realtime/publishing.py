"""Writes what a unit published into the streams of its readers: heads, then rendering, then events and entries.

The order is the guarantee. Taking a reader's head queues all units that reach her, so what is rendered afterwards is
what she would read after this commit: folding her events gives the fresh view. Offsets are dense, and in commit order.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import now

from core.sql import Columns, hexadecimal, relation
from core.unit import remember
from realtime import hints, kinds
from realtime.commands import current_command
from realtime.conf import limits
from realtime.hints import Telling
from realtime.kinds import Data, Rendered, Told
from realtime.models import Entry, Event


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """`name` happened to the object `about` (kind, key), by `command`; the users `to` are to hear of it.

    `data` is for an object that this unit has made, so that nobody else can change how it looks: it is not read again.
    """

    name: str
    about: tuple[str, object]
    to: Collection[UUID]
    command: UUID | None = field(default_factory=current_command)
    data: Data | None = None
    kind: str = field(init=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        kind, key = self.about
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "key", str(key))


class FrameTooBig(ValueError):
    pass


def publish(*facts: Fact) -> None:
    """Remember facts; the outermost unit writes them. Of several about one object, each reader hears the last."""
    for fact in facts:
        remember(fact)


def settle(facts: Sequence[Fact]) -> None:
    audiences = _audiences(facts)
    if not audiences:
        return
    offsets = _take_offsets(audiences)
    tellings = _tellings(audiences, offsets, _render(audiences))
    _insert_entries(tellings, _insert_events(tellings))
    _say_where(tellings)
    transaction.on_commit(lambda: hints.announce(tellings), robust=True)


def blank(kind: str, key: object) -> None:
    """Take what was deleted out of all stored events of the object, in the unit that deletes it."""
    Event.objects.filter(kind=kind, key=str(key)).update(data=None)


def hide(kind: str, key: object, users: Collection[UUID]) -> None:
    """Take the object out of the stored events of readers who may no longer see it; their offsets stay."""
    events = Event.objects.filter(kind=kind, key=str(key))
    Entry.objects.filter(user_id__in=users, event__in=events).update(is_gone=True, own=None)


@dataclass(slots=True)
class Audience:
    """Who hears a fact. `users` are the readers' ids in hexadecimal: what is cheap to hash, to send and to get back."""

    fact: Fact
    readers: list[UUID]
    users: list[str]


def _audiences(facts: Sequence[Fact]) -> list[Audience]:
    """Of several facts about one object, each reader hears the last."""
    about: defaultdict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        about[fact.kind, fact.key].append(fact)
    heard: defaultdict[Fact, list[UUID]] = defaultdict(list)
    for of_object in about.values():
        last = {reader: fact for fact in of_object for reader in fact.to}
        for reader, fact in last.items():
            heard[fact].append(reader)
    return [Audience(fact, heard[fact], [reader.hex for reader in heard[fact]]) for fact in facts if fact in heard]


def _take_offsets(audiences: Sequence[Audience]) -> dict[str, int]:
    """Raise every reader's head by what she will hear, in user order so that no two units deadlock.

    Answers the first offset of each reader.
    """
    counts = Counter(chain.from_iterable(audience.users for audience in audiences))
    columns: Columns = {"user_id": ("uuid", list(counts)), "events": ("bigint", list(counts.values()))}
    readers, parameters = relation("reader", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO realtime_stream (user_id, head, floor)
                SELECT user_id, events, 0 FROM {readers} WHERE TRUE ORDER BY user_id
                ON CONFLICT (user_id) DO UPDATE SET head = realtime_stream.head + excluded.head
                RETURNING {hexadecimal("user_id")}, head""",
            parameters,
        )
        return {user: head - counts[user] + 1 for user, head in cursor.fetchall()}


def _render(audiences: Sequence[Audience]) -> dict[str, Rendered]:
    by_kind: defaultdict[str, defaultdict[str, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    given: defaultdict[str, dict[str, Data | None]] = defaultdict(dict)
    for audience in audiences:
        fact = audience.fact
        # What was made and then changed in one unit looks as it was changed.
        given[fact.kind][fact.key] = fact.data if fact.key not in by_kind[fact.kind] else None
        by_kind[fact.kind][fact.key] += audience.readers
    return {kind: kinds.render(kind, of_kind, given[kind]) for kind, of_kind in by_kind.items()}


def _tellings(
    audiences: Sequence[Audience], next_offset: dict[str, int], rendered: Mapping[str, Rendered]
) -> list[Telling]:
    at = now()
    tellings = []
    for audience in audiences:
        fact, users = audience.fact, audience.users
        data = rendered[fact.kind].shared.get(fact.key)
        overlays = rendered[fact.kind].own(fact.key, audience.readers)
        _refuse_too_big(fact, data, overlays)
        offsets = [next_offset[user] for user in users]
        next_offset |= {user: offset + 1 for user, offset in zip(users, offsets, strict=True)}
        shape = kinds.kind(fact.kind).shape
        tellings.append(
            Telling(fact.name, fact.kind, fact.key, shape, data, fact.command, at, users, offsets, overlays)
        )
    return tellings


def _say_where(tellings: Sequence[Telling]) -> None:
    by_kind: defaultdict[str, list[Told]] = defaultdict(list)
    for telling in tellings:
        if kinds.kind(telling.kind).told:
            places = zip(telling.users, telling.offsets, strict=True)
            by_kind[telling.kind] += [Told(telling.key, user, offset) for user, offset in places]
    for kind, told in by_kind.items():
        if hear := kinds.kind(kind).told:
            hear(told)


def _refuse_too_big(fact: Fact, data: str | None, overlays: Iterable[str | None]) -> None:
    size = _bytes(data) + max(map(_bytes, set(overlays)))
    if size > limits.frame_out_bytes:
        raise FrameTooBig(f"{fact.kind} {fact.key} is {size} bytes long, {limits.frame_out_bytes} are allowed.")


def _bytes(text: str | None) -> int:
    return len(text.encode()) if text else 0


def _insert_events(tellings: Sequence[Telling]) -> list[int]:
    """Answers their ids, in their order."""
    columns: Columns = {
        "name": ("text", [telling.name for telling in tellings]),
        "kind": ("text", [telling.kind for telling in tellings]),
        "key": ("text", [telling.key for telling in tellings]),
        "shape": ("bigint", [telling.shape for telling in tellings]),
        "data": ("text", [telling.data for telling in tellings]),
        "command": ("text", [telling.command and telling.command.hex for telling in tellings]),
    }
    events, parameters = relation("event", columns)
    command = "command::uuid" if connection.vendor == "postgresql" else "command"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO realtime_event (name, kind, "key", shape, data, command, at)
                SELECT name, kind, "key", shape, data, {command}, %s FROM {events} RETURNING id""",
            [connection.ops.adapt_datetimefield_value(tellings[0].at), *parameters],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _insert_entries(tellings: Sequence[Telling], event_ids: Sequence[int]) -> None:
    overlays = [overlay for telling in tellings for overlay in telling.overlays]
    columns: Columns = {
        "user_id": ("uuid", [user for telling in tellings for user in telling.users]),
        "position": ("bigint", [offset for telling in tellings for offset in telling.offsets]),
        "event_id": ("bigint", [pk for pk, telling in zip(event_ids, tellings, strict=True) for _ in telling.users]),
        "own": ("text", [None if overlay == kinds.NO_OVERLAY else overlay for overlay in overlays]),
        "is_gone": ("boolean", [overlay is None for overlay in overlays]),
    }
    entries, parameters = relation("entry", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO realtime_entry (user_id, "offset", event_id, own, is_gone)
                SELECT user_id, position, event_id, own, is_gone FROM {entries}""",
            parameters,
        )
