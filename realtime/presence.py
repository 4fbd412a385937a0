"""Who is connected, and how far each device has come, written in batches by the hub and read by everyone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection as database
from django.db.models import Max, QuerySet
from django.utils.timezone import now

from core.sql import Columns, relation
from core.unit import unit
from core.wiring import hooks
from realtime import nodes
from realtime.models import Connection, Cursor, Epoch, Node
from realtime.selectors import Range


@dataclass(frozen=True, slots=True)
class Ack:
    """How far a device has come in its user's stream, in all and while it was in the foreground."""

    user_id: UUID
    device: str
    epoch: str
    acked: int
    acked_foreground: int


@unit
def record(
    opened: Sequence[Connection], in_foreground: dict[UUID, bool], closed: Mapping[UUID, UUID], acks: Sequence[Ack]
) -> None:
    """`closed` names the user of each. The apps' ACKED and CAME_OR_WENT (see their wiring) hear of it in this unit."""
    Connection.objects.bulk_create(opened, ignore_conflicts=True)
    for value in (True, False):
        ids = [id for id, is_foreground in in_foreground.items() if is_foreground is value]
        if ids:
            Connection.objects.filter(pk__in=ids).update(is_foreground=value)
    if closed:
        Connection.objects.filter(pk__in=closed).delete()
    if acks:
        acks = sorted(acks, key=lambda ack: (ack.user_id, ack.device))  # in one order: two nodes must not deadlock
        ranges = _newly_acked(acks)
        _record_acks(acks, now())
        for hear in hooks("ACKED") if ranges else ():
            hear(ranges)
    if users := {connection.user_id for connection in opened} | set(closed.values()):
        for hear in hooks("CAME_OR_WENT"):
            hear(users)


def _newly_acked(acks: Sequence[Ack]) -> list[Range]:
    """What nobody had said before that he has."""
    known: dict[UUID, int] = {}
    for cursor in cursors().filter(user_id__in={ack.user_id for ack in acks}):
        known[cursor.user_id] = max(cursor.acked, known.get(cursor.user_id, 0))
    furthest: dict[UUID, int] = {}
    for ack in acks:
        furthest[ack.user_id] = max(ack.acked, furthest.get(ack.user_id, 0))
    return [Range(user, known.get(user, 0), upto) for user, upto in furthest.items() if upto > known.get(user, 0)]


def _record_acks(acks: Sequence[Ack], at: datetime) -> None:
    types = {"user_id": "uuid", "device": "text", "epoch": "text", "acked": "bigint", "acked_foreground": "bigint"}
    columns: Columns = {name: (kind, [getattr(ack, name) for ack in acks]) for name, kind in types.items()}
    given, parameters = relation("given", columns)
    # Two sockets of one device may overlap; within an epoch the further one is right.
    further = "CASE WHEN {0}.epoch = excluded.epoch AND {0}.{1} > excluded.{1} THEN {0}.{1} ELSE excluded.{1} END"
    table = "realtime_cursor"
    with database.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {table} (user_id, device, epoch, acked, acked_foreground, seen_at)
                SELECT user_id, device, epoch, acked, acked_foreground, %s FROM {given} WHERE TRUE
                ON CONFLICT (user_id, device) DO UPDATE SET
                    acked = {further.format(table, "acked")},
                    acked_foreground = {further.format(table, "acked_foreground")},
                    epoch = excluded.epoch, seen_at = excluded.seen_at""",
            [database.ops.adapt_datetimefield_value(at), *parameters],
        )


def online(users: Collection[UUID]) -> set[UUID]:
    """Which of these users have a socket open to a living process."""
    return set(_open_now(users).values_list("user_id", flat=True))


def in_foreground(users: Collection[UUID]) -> set[UUID]:
    """Which of them are looking at an app of theirs."""
    return set(_open_now(users).filter(is_foreground=True).values_list("user_id", flat=True))


def last_seen(users: Collection[UUID]) -> dict[UUID, datetime]:
    """When a device of each acknowledged something for the last time; nothing of those who never did."""
    devices = Cursor.objects.filter(user_id__in=users).values("user_id")
    return dict(devices.annotate(at=Max("seen_at")).values_list("user_id", "at"))


def cursors() -> QuerySet[Cursor]:
    """How far devices have come in the history there is now; positions of another are void."""
    return Cursor.objects.filter(epoch=Epoch.objects.filter(pk=1).values("value")[:1])


def _open_now(users: Collection[UUID]) -> QuerySet[Connection]:
    return Connection.objects.filter(user_id__in=users, node__in=nodes.alive(Node.Role.WEB))
