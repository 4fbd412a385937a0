from celery import shared_task
from django.utils import timezone

from chat import leaving, pushing


@shared_task
def tell() -> None:
    pushing.tell(timezone.now())


@shared_task
def part() -> None:
    leaving.part(timezone.now())
