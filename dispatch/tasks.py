from uuid import UUID

from celery import shared_task
from django.utils import timezone

from dispatch import boards, deadlines, distribution, leaving, newcomers, parting, photos, standings


@shared_task
def go_on(report_id: str) -> None:
    distribution.go_on(UUID(str(report_id)), timezone.now())


@shared_task
def consider(professional_id: str) -> None:
    newcomers.consider(UUID(str(professional_id)), timezone.now())


@shared_task
def part() -> None:
    """Rung when somebody blocks another, or leaves; beat, for rings that were lost."""
    parting.part_everywhere(timezone.now())
    leaving.leave_everywhere(timezone.now())


@shared_task
def go_on_everywhere() -> None:
    """Beat: waves that are due, those who came meanwhile, and rings that were lost."""
    distribution.go_on_everywhere(timezone.now())


@shared_task
def keep_deadlines() -> None:
    deadlines.keep(timezone.now())


@shared_task
def renew_standings() -> None:
    standings.renew(timezone.now())
    boards.touch_watched()


@shared_task
def remove_loose_photos() -> None:
    photos.remove_loose(timezone.now())
