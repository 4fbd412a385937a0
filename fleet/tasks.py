from celery import shared_task
from django.utils import timezone

from fleet import adoption, kept, retention, standing, turning


@shared_task
def adopt() -> None:
    adoption.adopt()


@shared_task
def end_what_is_over() -> None:
    standing.end_what_is_over(timezone.now())


@shared_task
def turn_over() -> None:
    turning.turn_over(timezone.now())


@shared_task
def sweep_kept() -> None:
    kept.sweep()


@shared_task
def forget() -> None:
    retention.forget(timezone.now())
