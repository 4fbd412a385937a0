"""Which processes are alive, by what they write themselves."""

import os
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.timezone import now
from prometheus_client.core import GaugeMetricFamily

from core.figures import FiguresCollector
from core.unit import unit
from core.wiring import hooks
from realtime.conf import limits
from realtime.models import Connection, Node


def node_name(role: str) -> str:
    return f"{settings.NODE_NAME}:{os.getpid()}:{role}"


def beat(role: Node.Role) -> None:
    seen = {"role": role, "seen_at": now()}
    Node.objects.update_or_create(pk=node_name(role), defaults=seen)


def alive(role: Node.Role | None = None) -> list[str]:
    nodes = Node.objects.filter(seen_at__gt=now() - timedelta(seconds=limits.node_lost_seconds))
    return list((nodes.filter(role=role) if role else nodes).values_list("name", flat=True))


def figures(_: datetime) -> list[GaugeMetricFamily]:
    counted = GaugeMetricFamily("realtime_processes", "Those that are alive.", labels=["role"])
    for role in Node.Role:
        counted.add_metric([role], len(alive(role)))
    return [counted]


collector = FiguresCollector(figures, seconds=5)


def bury_lost() -> None:
    """Forget dead processes, and the sockets they had."""
    lost = Node.objects.filter(seen_at__lt=now() - timedelta(seconds=10 * limits.node_lost_seconds))
    orphans = Connection.objects.exclude(node__in=Node.objects.values("name"))
    if lost.exists():
        lost.delete()
    if gone := set(orphans.values_list("user_id", flat=True)):
        orphans.delete()
        _tell(gone)


@unit
def _tell(gone: set[UUID]) -> None:
    for hear in hooks("CAME_OR_WENT"):
        hear(gone)
