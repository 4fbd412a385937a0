"""Two of whom one has blocked the other, or is gone: what is open between them ends, each report in its own unit."""

from datetime import datetime
from functools import partial
from uuid import UUID

from core.sweeping import each
from core.unit import unit
from dispatch import ceasing, distribution, events, matching
from dispatch.boards import touch_professionals, touch_report
from dispatch.models import Estimate, EstimateRequest
from realtime.publishing import publish


def part_everywhere(now: datetime) -> None:
    """Rung by a block or a farewell; beat, for rings that were lost."""
    each(matching.open_to_be_parted().values_list("report_id", "professional_id"), partial(_part, now=now))


@unit
def _part(pair: tuple[UUID, UUID], now: datetime) -> None:
    """To either it looks as if the other had changed his mind."""
    report_id, professional_id = pair
    report = distribution.locked(report_id)
    open_to_her = matching.open_to_be_parted().filter(report=report_id, professional=professional_id)
    if not report.is_pending or not open_to_her.exists():
        return
    mine = report.requests.filter(professional=professional_id, status__in=EstimateRequest.OPEN)
    mine.update(status=EstimateRequest.Status.CEASED)
    withdrawn = list(report.estimates.pending().filter(professional=professional_id).select_related("report"))
    report.estimates.pending().filter(professional=professional_id).update(
        status=Estimate.Status.WITHDRAWN, decided_at=now
    )
    publish(events.request_ceased(report, professional_id), *(events.estimate_withdrawn(one) for one in withdrawn))
    publish(events.report_answered(report))
    ceasing.take_back(report, [professional_id])
    if withdrawn:
        ceasing.estimates_went(report)
    touch_report(report)
    touch_professionals([professional_id])
