"""Boards show the last days up to today, and a day ends without anybody telling: at midnight of the campus."""

from datetime import datetime

from core.clocks import local_day
from core.unit import unit
from fleet import freshness
from fleet.ranges import local_date, zone
from realtime.models import Board


@unit
def turn_over(now: datetime) -> None:
    """Beat: render anew what was rendered yesterday."""
    midnight = local_day(local_date(now), zone().key).start
    if Board.objects.filter(pk__in=freshness.BOARDS, rendered_at__lt=midnight).exists():
        freshness.all_changed()
