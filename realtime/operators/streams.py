"""How events flow: how many there are, who has not taken them yet, what is kept, and what boards show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet, Sum

from core.measuring import Parts
from core.sql import as_uuid
from realtime import nodes
from realtime.conf import limits
from realtime.models import Board, BoardChange, Command, Connection, Epoch, Event, Node, Stream

REMEMBERED = timedelta(days=limits.command_days, hours=1)  # what a command is kept for, at least


@dataclass(frozen=True, slots=True)
class Flow:
    by_part: list[int]
    by_name: dict[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Behind:
    """An open socket whose device has not acknowledged all."""

    socket: Connection
    acked: int
    head: int

    @property
    def count(self) -> int:
        return self.head - self.acked


@dataclass(frozen=True, slots=True)
class Lag:
    """How many are behind, and the first of them."""

    count: int
    devices: Sequence[Behind]

    @property
    def most(self) -> int:
        return max((one.count for one in self.devices), default=0)


@dataclass(frozen=True, slots=True)
class Commands:
    done: int
    refused: int


@dataclass(frozen=True, slots=True)
class Kept:
    epoch: str
    streams: int
    entries: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Boards:
    count: int
    failing: int
    to_render: int


def flow(parts: Parts) -> Flow:
    """Index: event_at."""
    recent = Event.objects.filter(at__gte=parts.since, at__lt=parts.until).order_by()
    counted = recent.values_list(parts.number_of("at"), "name").annotate(count=Count("pk"))
    by_part: Counter[int] = Counter()
    by_name: Counter[tuple[str, ...]] = Counter()
    for part, name, count in counted:
        by_part[part] += count
        by_name[(name,)] += count
    return Flow([by_part[part] for part in range(parts.count)], dict(by_name))


def newest_event_at() -> datetime | None:
    return Event.objects.order_by("-pk").values_list("at", flat=True).first()


def behind(at_most: int | None = None) -> Lag:
    """The furthest behind first. Who acknowledges nothing at all is not there."""
    alive = nodes.alive(Node.Role.WEB)
    if not alive:
        return Lag(0, [])
    # One join: a subquery for each of many sockets would take ten times as long.
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT socket.id, place.acked, stream.head, COUNT(*) OVER ()
                FROM realtime_connection socket
                JOIN realtime_cursor place ON place.user_id = socket.user_id AND place.device = socket.device
                JOIN realtime_stream stream ON stream.user_id = socket.user_id
                WHERE socket.node IN ({", ".join(["%s"] * len(alive))}) AND stream.head > place.acked
                      AND place.epoch = (SELECT value FROM realtime_epoch)
                ORDER BY stream.head - place.acked DESC, socket.id
                {"" if at_most is None else f"LIMIT {at_most:d}"}""",
            alive,
        )
        rows = [(as_uuid(socket_id), acked, head, count) for socket_id, acked, head, count in cursor.fetchall()]
    open_ones = Connection.objects.select_related("user").in_bulk([socket_id for socket_id, *_ in rows])
    devices = [Behind(open_ones[one], acked, head) for one, acked, head, _ in rows if one in open_ones]
    return Lag(rows[0][3] if rows else 0, devices)


def commands(since: datetime) -> Commands:
    """That were answered. One that is being carried out has no row yet. Index: forget_at."""
    recent = Command.objects.filter(forget_at__gte=since + REMEMBERED, at__gte=since)
    is_refused = Q(status__gte=400)
    return Commands(**recent.aggregate(done=Count("pk", filter=~is_refused), refused=Count("pk", filter=is_refused)))


def kept() -> Kept:
    epoch = Epoch.objects.values_list("value", flat=True).first()
    streams = Stream.objects.aggregate(count=Count("pk"), entries=Sum(F("head") - F("floor"), default=0))
    oldest = Event.objects.aggregate(at=Min("at"))["at"]
    return Kept(epoch or "", streams["count"], streams["entries"], oldest)


def boards() -> Boards:
    found = Board.objects.aggregate(count=Count("pk"), failing=Count("pk", filter=Q(error__isnull=False)))
    to_render = BoardChange.objects.values("board").distinct().count()
    return Boards(found["count"], found["failing"], to_render)


def board_rows() -> QuerySet[Board]:
    """Those that cannot be shown first, then what was rendered last; without what they show."""
    shown = Board.objects.only("name", "version", "rendered_at", "error", "leased_until")
    return shown.order_by(F("error").asc(nulls_last=True), F("rendered_at").desc(nulls_last=True))
