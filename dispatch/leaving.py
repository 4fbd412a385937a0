"""Who is gone, leaves nothing open: jobs go back, reports are cancelled, and nobody knows any more where they were."""

from datetime import datetime
from functools import partial
from uuid import UUID

from core.sweeping import each
from core.unit import unit
from dispatch import closing, distribution, events, matching, photos, reopening, selectors
from dispatch.geo import coarse
from dispatch.models import DamageReport
from realtime.publishing import publish


def leave_everywhere(now: datetime) -> None:
    """Rung when somebody goes; beat, for rings that were lost. Each report in a unit of its own."""
    each(matching.jobs_of_the_departed().values_list("report_id", flat=True), partial(_give_back, now=now))
    each(matching.reports_of_the_departed().values_list("pk", flat=True), partial(_forget, now=now))


@unit
def _give_back(report_id: UUID, now: datetime) -> None:
    report = distribution.locked(report_id)
    job = matching.jobs_of_the_departed().filter(report=report).select_related("report").first()
    if job is not None:
        reopening.give_back(report, job, now)


@unit
def _forget(report_id: UUID, now: datetime) -> None:
    """What was repaired, and for how much, stays in the figures; whose it was and where does not."""
    report = distribution.locked(report_id)
    if report.status in DamageReport.LIVE:
        closing.cancel(report, now)
    place = coarse(report.point)
    DamageReport.objects.filter(pk=report_id).update(
        description="", notes="", address="", latitude=place.latitude, longitude=place.longitude
    )
    photos.remove_of(report)
    publish(*events.report_forgotten(report, selectors.asked(report)))
