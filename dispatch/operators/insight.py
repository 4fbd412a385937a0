"""What operators ask about one report: whom it went to and when, whom it did not go to, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from core.counting import count_by_status
from dispatch import analytics, distribution, selectors
from dispatch.analytics import Distribution
from dispatch.conf import RINGS_KM
from dispatch.eligibility import judge
from dispatch.models import DamageReport, Estimate, EstimateRequest, PassedOver, Professional

Counts = Mapping[str, int]

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Wave:
    """`answered`: with an estimate or a no. Wave 0 are newcomers who came before the first."""

    number: int
    asked: int
    answered: int
    begun_at: datetime
    farthest_km: float


@dataclass(frozen=True, slots=True)
class Insight:
    """`reasons`: how often each spoke against somebody; the most frequent first."""

    report: DamageReport
    distribution: Distribution
    reach_km: int
    requests: Counts
    last_asked_at: datetime | None
    told: int
    reminded: int
    waves: Sequence[Wave]
    passed_over: int
    reasons: Counts
    newest_estimates: Sequence[Estimate]


def insight(report_id: UUID) -> Insight:
    report = selectors.reports().select_related("owner").get(pk=report_id)
    requests = report.requests.order_by()
    totals = requests.aggregate(last=Max("asked_at"), told=Count("told_at"), reminded=Count("prompted_at"))
    return Insight(
        report=report,
        distribution=analytics.distribution(report_id),
        reach_km=reach_km(report),
        requests=count_by_status(requests, EstimateRequest.Status.values),
        last_asked_at=totals["last"],
        told=totals["told"],
        reminded=totals["reminded"],
        waves=waves_of(report),
        passed_over=report.passed_over.count(),
        reasons=reasons_of(report.passed_over.order_by()),
        newest_estimates=list(selectors.estimates_of_report(report).reverse()[:SHOWN]),
    )


def waves_of(report: DamageReport) -> list[Wave]:
    groups = report.requests.values_list("wave").annotate(
        asked=Count("pk"),
        answered=Count("pk", filter=analytics.ANSWERED),
        begun_at=Min("asked_at"),
        farthest_km=Max("distance_km"),
    )
    return [Wave(*group) for group in groups.order_by("wave")]


def reach_km(report: DamageReport) -> int:
    return RINGS_KM[report.ring]


def in_words(reasons: Iterable[str]) -> str:
    return ", ".join(reason.replace("_", " ") for reason in reasons)


def reasons_of(passed_over: QuerySet[PassedOver]) -> Counts:
    """How often each spoke against somebody; the most frequent first."""
    counts: Counter[str] = Counter()
    for reasons, count in passed_over.values_list("reasons").annotate(count=Count("pk")):
        counts.update(dict.fromkeys(reasons, count))
    return dict(counts.most_common())


def why(report: DamageReport, professional: Professional, now: datetime) -> str:
    """What became of her in this report, or what speaks against asking her now."""
    request = report.requests.filter(professional=professional).first()
    if request is not None:
        answer = f" at {request.answered_at:%Y-%m-%d %H:%M:%S}" if request.answered_at else ""
        return (
            f"asked at {request.asked_at:%Y-%m-%d %H:%M:%S} in wave {request.wave} ({request.get_reason_display()}), "
            f"{request.distance_km:.1f} km away; {request.status}{answer}"
        )
    if not report.takes_answers(now):
        return "not asked, and nobody is any more"
    [verdict] = judge(report, [professional], now)
    if verdict.reasons:
        where = f"{verdict.distance_km:.1f} km away; the ring is {reach_km(report)} km"
        return f"not asked: {in_words(verdict.reasons)} ({where})"
    if distribution.has_enough(report):
        return "not asked: she fits, but there are estimates enough to choose from"
    return "not asked yet: she fits"
