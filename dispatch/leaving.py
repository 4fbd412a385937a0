"""Who is gone, leaves nothing open: jobs go back, reports are cancelled, and nobody knows any more where they were."""

from datetime import datetime
from uuid import UUID

from core.unit import unit
from dispatch import closing, distribution, events, photos, reopening, selectors
from dispatch.geo import coarse
from dispatch.models import DamageReport
from realtime.publishing import publish


def leave_everywhere(now: datetime) -> None:
    """Rung when somebody goes; beat, for rings that were lost. Each report in a unit of its own."""
    for report_id in list(selectors.jobs_of_the_departed().values_list("report_id", flat=True)):
        _give_back(report_id, now)
    for report_id in list(selectors.reports_of_the_departed().values_list("pk", flat=True)):
        _forget(report_id, now)


@unit
def _give_back(report_id: UUID, now: datetime) -> None:
    report = distribution.locked(report_id)
    job = selectors.jobs_of_the_departed().filter(report=report).select_related("report").first()
    if job is not None:
        reopening.give_back(report, job, now)


@unit
def _forget(report_id: UUID, now: datetime) -> None:
    """What was repaired, and for how much, stays in the figures; whose it was and where does not."""
    report = distribution.locked(report_id)
    if report.status in selectors.LIVE:
        closing.cancel(report, now)
    place = coarse(report.point)
    DamageReport.objects.filter(pk=report_id).update(
        description="", notes="", address="", latitude=place.latitude, longitude=place.longitude
    )
    photos.remove_of(report)
    publish(*events.report_forgotten(report, selectors.asked(report)))
