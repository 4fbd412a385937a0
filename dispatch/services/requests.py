"""What a professional does with a request besides answering it."""

from datetime import datetime

from core.errors import refuse
from core.unit import unit
from dispatch import ceasing, distribution, events, selectors
from dispatch.boards import touch_professionals
from dispatch.errors import RequestCeased
from dispatch.models import EstimateRequest
from dispatch.services.reports import refuse_unless_open
from realtime.publishing import publish

Status = EstimateRequest.Status


@unit
def see_request(request: EstimateRequest, *, now: datetime) -> EstimateRequest:
    """The first look counts. It takes no lock of the report: thousands may look at one at once."""
    mine = EstimateRequest.objects.filter(pk=request.pk, status=Status.NOTIFIED)
    if mine.update(status=Status.SEEN, seen_at=now):
        publish(events.request_seen(request))
    return _fresh(request)


@unit
def decline_request(request: EstimateRequest, *, now: datetime) -> EstimateRequest:
    """She does not want this job. She may think better of it while the report is open."""
    report = distribution.locked(request.report_id)
    request = _fresh(request)
    if request.status == Status.DECLINED:
        return request
    refuse_unless_open(report, now)
    unanswered = report.requests.unanswered().filter(pk=request.pk)
    refuse(RequestCeased, unless=unanswered.update(status=Status.DECLINED, answered_at=now))
    publish(events.request_declined(report, request.professional_id))
    ceasing.take_back(report, [request.professional_id])
    touch_professionals([request.professional_id])
    return _fresh(request)


def _fresh(request: EstimateRequest) -> EstimateRequest:
    return selectors.requests().get(pk=request.pk)
