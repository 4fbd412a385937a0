"""How far reports come: from each step to the next some are lost."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from core.counting import ratio
from dispatch.models import DamageReport, Estimate, EstimateRequest, ReportQuerySet
from dispatch.operators import scope
from dispatch.operators.scope import Chosen

ASKED = Exists(EstimateRequest.objects.filter(report=OuterRef("pk")))
ANSWERED = Exists(Estimate.objects.standing().filter(report=OuterRef("pk")))


@dataclass(frozen=True, slots=True)
class Step:
    """`of_all`: of the reports that were opened; `of_those`: of those that came to the step before."""

    name: str
    words: str
    count: int
    of_all: float | None
    of_those: float | None
    link: str

    @property
    def percent(self) -> float:
        return 100 * (self.of_all or 0)


def funnel(reports: ReportQuerySet, chosen: Chosen, now: datetime) -> list[Step]:
    counts = reports.aggregate(
        reported=Count("pk"),
        asked=Count("pk", filter=ASKED),
        answered=Count("pk", filter=ANSWERED),
        accepted=Count("pk", filter=Q(accepted_at__isnull=False)),
        completed=Count("pk", filter=Q(status=DamageReport.Status.COMPLETED)),
    )
    return _steps(counts, chosen, now)


def _steps(counts: dict[str, int], chosen: Chosen, now: datetime) -> list[Step]:
    all_of_them = before = counts["reported"]
    steps = []
    for name, (words, narrowed) in STEPS.items():
        count = counts[name]
        link = scope.link(chosen, now, **narrowed)
        steps.append(Step(name, words, count, ratio(count, all_of_them), ratio(count, before), link))
        before = count
    return steps


STEPS: dict[str, tuple[str, dict[str, object]]] = {
    "reported": ("opened by their owners", {}),
    "asked": ("somebody was asked", {"professionals_notified__gt": 0}),
    "answered": ("somebody sent an estimate", {"estimates_submitted__gt": 0}),
    "accepted": ("an owner said yes", {"accepted_at__isnull": 0}),
    "completed": ("repaired", {"status__exact": "completed"}),
}
