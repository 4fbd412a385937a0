"""What is open now, by the rows that living processes keep."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from core.measuring import Parts
from realtime import nodes
from realtime.conf import limits
from realtime.models import Connection, Node


@dataclass(frozen=True, slots=True)
class Group:
    """Sockets that have something in common."""

    protocol: str
    client: str
    node: str
    is_foreground: bool
    count: int


@dataclass(frozen=True, slots=True)
class Process:
    node: Node
    age: float  # seconds since it was heard of
    is_alive: bool
    sockets: int


def live() -> QuerySet[Connection]:
    return Connection.objects.filter(node__in=nodes.alive(Node.Role.WEB))


def groups() -> list[Group]:
    counted = live().order_by().values_list("protocol", "client", "node", "is_foreground").annotate(count=Count("pk"))
    return [Group(*group) for group in counted]


def counts(of: Iterable[Group], by: str) -> dict[tuple[str, ...], int]:
    """Such as `counts(groups, "protocol")`."""
    found: Counter[tuple[str, ...]] = Counter()
    for group in of:
        found[(getattr(group, by) or "not said",)] += group.count
    return dict(found)


def people() -> int:
    return live().values("user").distinct().count()


def opened(parts: Parts) -> list[int]:
    """Of those that are still open."""
    since = live().filter(since__gte=parts.since, since__lt=parts.until).order_by()
    found = dict(since.values_list(parts.number_of("since")).annotate(count=Count("pk")))
    return [found.get(part, 0) for part in range(parts.count)]


def processes(of: Sequence[Group], now: datetime) -> list[Process]:
    """Those not heard of for the longest time first."""
    sockets = counts(of, "node")
    lost = now - timedelta(seconds=limits.node_lost_seconds)
    return [
        Process(node, (now - node.seen_at).total_seconds(), node.seen_at > lost, sockets.get((node.name,), 0))
        for node in Node.objects.order_by("seen_at")
    ]
