from celery import shared_task

from tests.sample.models import Counter


@shared_task
def hear(text: str) -> None:
    Counter.objects.create(text=text)
