"""Who becomes eligible while reports are open is asked then, and does not wait for a wave."""

from datetime import datetime
from uuid import UUID

from core.unit import unit
from dispatch import distribution, matching
from dispatch.eligibility import Reason, judge
from dispatch.models import EstimateRequest, Professional


def consider(professional_id: UUID, now: datetime) -> None:
    """For every open report near her, each in a unit of its own."""
    professional = Professional.objects.at_work().filter(pk=professional_id).first()
    if professional is None:
        return
    for report_id in list(matching.reports_near(professional, now).most_urgent_first().values_list("pk", flat=True)):
        _consider(report_id, professional_id, now)
        distribution.go_on(report_id, now)


@unit
def _consider(report_id: UUID, professional_id: UUID, now: datetime) -> None:
    report = distribution.locked(report_id)
    is_asked = report.requests.filter(professional=professional_id).exists()
    if is_asked or not report.takes_answers(now) or distribution.has_enough(report):
        return
    professional = Professional.objects.get(pk=professional_id)
    [verdict] = judge(report, [professional], now)
    if Reason.TOO_FAR in verdict.reasons:
        return  # in a corner of the box: when the ring is widened she is found in it
    if verdict.reasons:
        distribution.pass_over(report, [verdict], now)
    else:
        distribution.ask(report, [verdict], EstimateRequest.Reason.NEWCOMER, now)
