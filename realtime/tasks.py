from celery import shared_task

from realtime import rendering, retention
from realtime.models import Node
from realtime.nodes import beat, bury_lost


@shared_task
def render_board(name: str) -> None:
    rendering.render(name)


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
