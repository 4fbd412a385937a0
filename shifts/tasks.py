from celery import shared_task
from django.utils import timezone

from shifts import expiry, leaving, offering, overlaps


@shared_task
def go_on_offering(shift_id: int) -> None:
    offering.go_on(shift_id, timezone.now())


@shared_task
def withdraw_overlapping(employee_id: int) -> None:
    overlaps.withdraw_overlapping(employee_id)


@shared_task
def release_shifts() -> None:
    """Rung when somebody leaves; beat, for those an operator has marked."""
    leaving.release_shifts(timezone.now())


@shared_task
def tidy() -> None:
    """Beat: what the clock has closed."""
    expiry.tidy(timezone.now())


@shared_task
def go_on_offering_everywhere() -> None:
    """Beat: shifts whose ring was lost, or whose turn is the next employee's."""
    offering.go_on_everywhere(timezone.now())


@shared_task
def withdraw_overlapping_everywhere() -> None:
    """Beat: overlaps whose ring was lost."""
    overlaps.withdraw_overlapping()
