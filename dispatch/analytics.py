"""How well reports are answered, and by whom. Ratios are None where nothing can be divided; times are in seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from core.counting import count_by_status, ratio
from dispatch import selectors
from dispatch.conf import limits
from dispatch.models import DamageReport, Estimate, EstimateRequest, Professional

RECENTLY = timedelta(days=90)

ANSWERED = Q(status__in=[EstimateRequest.Status.ANSWERED, EstimateRequest.Status.DECLINED])
DECIDED = [Estimate.Status.ACCEPTED, Estimate.Status.DECLINED]


@dataclass(frozen=True, slots=True)
class Distribution:
    """As the seed's debug tool shows it. Active: more professionals may still be asked."""

    reportId: str  # noqa: N815
    professionalsNotified: int  # noqa: N815
    estimatesSubmitted: int  # noqa: N815
    isActive: bool  # noqa: N815


@dataclass(frozen=True, slots=True)
class ProfessionalFigures:
    """`response_rate`: of the requests that she has answered, also with a no, or can answer no more. `win_rate`: of her
    estimates on which was decided.
    """

    live_requests: int
    estimates: dict[str, int]
    response_rate: float | None
    win_rate: float | None
    response_time_s: float | None
    rating: float | None
    rating_count: int


@dataclass(frozen=True, slots=True)
class OwnerFigures:
    reports: dict[str, int]
    estimates: dict[str, int]


@dataclass(frozen=True, slots=True)
class Overview:
    """Of the reports opened in a span of time; `open` and what follows are of now."""

    since: datetime
    until: datetime
    by_status: dict[str, int]
    asked_per_report: float | None
    estimates_per_report: float | None
    fill_rate: float | None
    first_estimate_s: dict[str, float] | None
    acceptance_s: dict[str, float] | None
    winning_wave: float | None
    winning_km: float | None
    open: int
    unanswered: int
    overdue: int
    available_professionals: int


def distribution(report_id: UUID) -> Distribution:
    report = selectors.reports().get(pk=report_id)
    return Distribution(
        reportId=str(report.pk),
        professionalsNotified=report.professionals_notified,
        estimatesSubmitted=report.estimates_submitted,
        isActive=report.is_pending and report.estimates.pending().count() < limits.enough_estimates,
    )


def professional(user_id: UUID, since: datetime) -> ProfessionalFigures:
    requests = EstimateRequest.objects.filter(professional=user_id, asked_at__gte=since)
    estimates = Estimate.objects.filter(professional=user_id, submitted_at__gte=since)
    counts = requests.aggregate(
        live=Count("pk", filter=Q(status__in=EstimateRequest.UNANSWERED)),
        answered=Count("pk", filter=ANSWERED),
        missed=Count("pk", filter=Q(status=EstimateRequest.Status.CEASED)),
    )
    by_status = count_by_status(estimates, Estimate.Status.values)
    her = Professional.objects.get(pk=user_id)
    return ProfessionalFigures(
        live_requests=counts["live"],
        estimates=by_status,
        response_rate=ratio(counts["answered"], counts["answered"] + counts["missed"]),
        win_rate=ratio(by_status[Estimate.Status.ACCEPTED], sum(by_status[status] for status in DECIDED)),
        response_time_s=_median(
            _waits(requests.filter(ANSWERED, answered_at__isnull=False), "asked_at", "answered_at")
        ),
        rating=her.rating,
        rating_count=her.rating_count,
    )


def owner(user_id: UUID) -> OwnerFigures:
    return OwnerFigures(
        reports=count_by_status(DamageReport.objects.filter(owner=user_id), DamageReport.Status.values),
        estimates=count_by_status(Estimate.objects.filter(report__owner=user_id), Estimate.Status.values),
    )


def overview(since: datetime, until: datetime) -> Overview:
    reports = DamageReport.objects.filter(created_at__gte=since, created_at__lt=until)
    by_status = count_by_status(reports, DamageReport.Status.values)
    distributed = reports.exclude(wave=0)
    winners = EstimateRequest.objects.filter(
        report__in=reports,
        report__estimates__status=Estimate.Status.ACCEPTED,
        report__estimates__professional=F("professional"),
    )
    first = distributed.annotate(first=Min("estimates__submitted_at")).filter(first__isnull=False)
    pending = DamageReport.objects.pending()
    return Overview(
        since=since,
        until=until,
        by_status=by_status,
        asked_per_report=ratio(EstimateRequest.objects.filter(report__in=distributed).count(), distributed.count()),
        estimates_per_report=ratio(
            Estimate.objects.standing().filter(report__in=distributed).count(), distributed.count()
        ),
        fill_rate=_fill_rate(by_status),
        first_estimate_s=_spread(_waits(first, "created_at", "first")),
        acceptance_s=_spread(_waits(reports.filter(accepted_at__isnull=False), "created_at", "accepted_at")),
        winning_wave=_median(winners.values_list("wave", flat=True)),
        winning_km=_median(winners.values_list("distance_km", flat=True)),
        open=pending.count(),
        unanswered=pending.exclude(Exists(Estimate.objects.standing().filter(report=OuterRef("pk")))).count(),
        overdue=pending.filter(overdue_at__isnull=False).count(),
        available_professionals=Professional.objects.at_work().count(),
    )


def _fill_rate(by_status: dict[str, int]) -> float | None:
    """Of the reports that were settled one way or the other, those that somebody got to repair."""
    status = DamageReport.Status
    filled = by_status[status.IN_PROGRESS] + by_status[status.COMPLETED]
    return ratio(filled, filled + by_status[status.EXPIRED])


def _waits(rows: QuerySet, begin: str, end: str) -> list[float]:
    return [(until - since).total_seconds() for since, until in rows.values_list(begin, end)]


def _spread(waits: list[float]) -> dict[str, float] | None:
    if not waits:
        return None
    p95 = quantiles(waits, n=20, method="inclusive")[-1] if len(waits) > 1 else waits[0]
    return {"p50": round(median(waits), 1), "p95": round(p95, 1)}


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return round(median(found), 2) if found else None
