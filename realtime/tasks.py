from celery import shared_task
from django.core.cache import cache

from core.doorbell import ring
from realtime import rendering, retention
from realtime.models import Node
from realtime.nodes import beat, bury_lost

AWAITED_SECONDS = 10


@shared_task
def render_board(name: str) -> None:
    rendering.render(name)
    # Of all who ring while the board rests, one makes sure that it is rendered when it has.
    rest = rendering.rest_of(name)
    if rest is not None and cache.add(_awaited(name), True, timeout=AWAITED_SECONDS):
        ring(render_rested_board, name, after=rest)


@shared_task
def render_rested_board(name: str) -> None:
    cache.delete(_awaited(name))
    render_board(name)


def _awaited(name: str) -> str:
    return f"realtime:board:{name}"


@shared_task
def render_due_boards() -> None:
    rendering.render_due()


@shared_task
def worker_beat() -> None:
    beat(Node.Role.WORKER)


@shared_task
def bury_lost_nodes() -> None:
    bury_lost()


@shared_task
def purge() -> None:
    retention.purge()
