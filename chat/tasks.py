from celery import shared_task
from django.utils import timezone

from chat import leaving, media, pushing, reach, retention
from chat.conf import limits


@shared_task
def tell() -> None:
    while pushing.tell(timezone.now()) == limits.lot:
        pass


@shared_task
def part() -> None:
    leaving.part(timezone.now())


@shared_task
def remove_loose_media() -> None:
    media.remove_loose(timezone.now())


@shared_task
def measure() -> None:
    reach.measure(timezone.now())


@shared_task
def forget() -> None:
    retention.forget(timezone.now())
