"""What speaks against asking a professional for an estimate.

Whom to look at is decided by an index (`matching.candidates`); who of those is asked is decided here. Why somebody was
never looked at can be asked afterwards, of the same rules.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Count

from core import hours
from dispatch import matching
from dispatch.conf import RINGS_KM, limits
from dispatch.geo import distance_km
from dispatch.models import DamageReport, EstimateRequest, Professional


class Reason(StrEnum):
    OWN_REPORT = "own_report"
    INACTIVE = "inactive"
    NOT_APPROVED = "not_approved"
    UNAVAILABLE = "unavailable"
    UNSKILLED = "unskilled"
    TOO_FAR = "too_far"
    OUT_OF_HER_AREA = "out_of_her_area"
    OUT_OF_HOURS = "out_of_hours"
    BLOCKED = "blocked"
    TOO_MANY_OPEN = "too_many_open"


@dataclass(frozen=True, slots=True)
class Verdict:
    """No reasons: she is eligible."""

    professional: Professional
    distance_km: float
    reasons: list[Reason]
    look_again_at: datetime


def judge(report: DamageReport, professionals: Collection[Professional], now: datetime) -> list[Verdict]:
    """In the order given."""
    circumstances = Circumstances(report, professionals, now)
    return [circumstances.verdict(professional) for professional in professionals]


class Circumstances:
    """What is known of a report and of some professionals, read at once for all of them."""

    def __init__(self, report: DamageReport, professionals: Collection[Professional], now: datetime) -> None:
        ids = [professional.pk for professional in professionals]
        self.report, self.now = report, now
        self.reach = RINGS_KM[report.ring]
        self.active = matching.active(ids)
        self.blocked = matching.blocked_by_or_blocking(report.owner_id)
        self.skilled = matching.skilled(report, ids)
        self.open_requests = _open_requests(ids)

    def verdict(self, professional: Professional) -> Verdict:
        distance = distance_km(self.report.point, professional.point)
        reasons = [reason for reason, holds in self._reasons(professional, distance) if holds]
        return Verdict(professional, distance, reasons, self._look_again_at(professional, reasons))

    def _reasons(self, her: Professional, distance: float) -> Iterator[tuple[Reason, bool]]:
        yield Reason.OWN_REPORT, her.pk == self.report.owner_id
        yield Reason.INACTIVE, her.pk not in self.active
        yield Reason.NOT_APPROVED, not her.is_approved
        yield Reason.UNAVAILABLE, not her.is_available
        yield Reason.UNSKILLED, her.pk not in self.skilled
        yield Reason.TOO_FAR, distance > self.reach
        yield Reason.OUT_OF_HER_AREA, distance > her.radius_km
        yield Reason.OUT_OF_HOURS, not hours.is_open(her.hours, her.zone, self.now)
        yield Reason.BLOCKED, her.pk in self.blocked
        yield Reason.TOO_MANY_OPEN, self.open_requests.get(her.pk, 0) >= her.most_open

    def _look_again_at(self, her: Professional, reasons: list[Reason]) -> datetime:
        """When what stands in the way may have gone by itself. Whoever changes something says so: see `newcomers`."""
        if reasons == [Reason.OUT_OF_HOURS]:
            return hours.next_opening(her.hours, her.zone, self.now) or self._after(limits.reconsider_seconds)
        busy = reasons == [Reason.TOO_MANY_OPEN]
        return self._after(limits.busy_seconds if busy else limits.reconsider_seconds)

    def _after(self, seconds: float) -> datetime:
        return self.now + timedelta(seconds=seconds)


def _open_requests(professionals: Collection[UUID]) -> dict[UUID, int]:
    """A soft limit: two reports that are handed out in the same moment do not wait for each other."""
    unanswered = EstimateRequest.objects.unanswered().filter(professional__in=professionals).order_by()
    return dict(unanswered.values_list("professional").annotate(count=Count("pk")))
