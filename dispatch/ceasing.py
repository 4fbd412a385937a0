"""A report that no longer takes answers: what was asked for is taken back, and what was sent is declined."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatch import events, messages, selectors
from dispatch.boards import touch_professionals, touch_report
from dispatch.models import DamageReport, Estimate, EstimateRequest
from notifications.messages import withdraw
from realtime.publishing import publish

Because = Estimate.Because
Status = EstimateRequest.Status


@dataclass(frozen=True, slots=True)
class LetGo:
    """`asked`: in whose view the report is. `engaged`: those who had looked at it or answered, and so are told."""

    asked: list[UUID]
    engaged: list[UUID]


def cease(report: DamageReport, because: Because, now: datetime) -> LetGo:
    """Under the report's lock, after the winner's estimate, if there is one, was accepted."""
    rivals = list(report.estimates.pending().select_related("report", "professional"))
    looked = report.requests.filter(status=Status.SEEN).values_list("professional_id", flat=True)
    engaged = [*looked, *(rival.professional_id for rival in rivals)]
    report.requests.unanswered().update(status=Status.CEASED)
    report.estimates.pending().update(status=Estimate.Status.DECLINED, declined_because=because, decided_at=now)
    publish(*(events.estimate_declined(rival) for rival in rivals))
    take_back(report)
    _take_back_from_owner(report)
    touch_report(report)
    touch_professionals(rival.professional_id for rival in rivals)
    return LetGo(asked=selectors.asked(report), engaged=engaged)


def estimates_went(report: DamageReport) -> None:
    """One that was waiting is gone. Without any, the owner has nothing to choose: it is to be seen to once more."""
    if report.estimates.pending().exists():
        return
    DamageReport.objects.pending().filter(pk=report.pk).update(overdue_at=None)
    _take_back_from_owner(report)


def take_back(report: DamageReport, to: Collection[UUID] | None = None) -> None:
    """No request that was told stays, or leaves any more."""
    withdraw(messages.subject(report), kinds=messages.ASKING, to=to)


def _take_back_from_owner(report: DamageReport) -> None:
    """What there was to choose from."""
    withdraw(messages.subject(report), kinds=[messages.UPDATES], to=[report.owner_id])
