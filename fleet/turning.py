"""Boards show the last days up to today, and a day ends without anybody telling: at midnight of the campus."""

from datetime import datetime, timedelta

from core.unit import unit
from fleet import freshness
from fleet.ranges import local_date, midnight
from realtime import rendering
from realtime.models import Board

MINUTE = timedelta(minutes=1)


@unit
def turn_over(now: datetime) -> None:
    """Beat: render anew what was rendered yesterday, or so soon after that it may show yesterday's days."""
    soon = midnight(local_date(now)) + MINUTE
    if Board.objects.filter(pk__in=freshness.BOARDS, rendered_at__lt=soon).exists():
        freshness.all_changed()


def begin() -> None:
    """Somebody looks who does not ask for the boards themselves: one that was never rendered would not turn over."""
    rendered = Board.objects.filter(pk__in=freshness.BOARDS, version__gt=0).values_list("name", flat=True)
    for name in set(freshness.BOARDS) - set(rendered):
        rendering.render(name)
