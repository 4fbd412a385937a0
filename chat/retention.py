"""What is forgotten, and when: see the table in docs/operations.md."""

from datetime import datetime, timedelta

from chat.conf import limits
from chat.models import MessageReport, Reach
from core.unit import unit


@unit
def forget(now: datetime) -> None:
    """That a report was made, and what became of it, stays; what was said does not."""
    Reach.objects.filter(begun_at__lt=now - timedelta(days=limits.reach_days)).delete()
    handled = MessageReport.objects.filter(handled_at__lt=now - timedelta(days=limits.report_days))
    handled.exclude(body="", note="", media_name="").update(body="", note="", media_name="")
