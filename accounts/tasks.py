from celery import shared_task
from django.utils import timezone

from accounts import codes, retention


@shared_task
def send_code(code_id: int) -> None:
    codes.send(code_id)


@shared_task
def send_codes() -> None:
    """Beat: codes whose doorbell nobody heard, or whose mail failed."""
    for code_id in codes.unsent(timezone.now()).values_list("pk", flat=True):
        codes.send(code_id)


@shared_task
def tidy() -> None:
    retention.forget_expired(timezone.now())
