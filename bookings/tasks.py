from celery import shared_task
from django.utils import timezone

from bookings import boards, days, deadlines, leaving, reminders, renewing


@shared_task
def keep_deadlines() -> None:
    deadlines.keep(timezone.now())
    deadlines.clear_closed_slots(timezone.now())


@shared_task
def renew() -> None:
    renewing.go_on_everywhere(timezone.now())


@shared_task
def remind() -> None:
    reminders.remind_everywhere(timezone.now())


@shared_task
def leave() -> None:
    leaving.leave_everywhere(timezone.now())


@shared_task
def count_days() -> None:
    days.count_everywhere(timezone.now())


@shared_task
def touch_boards() -> None:
    boards.touch_watched()
