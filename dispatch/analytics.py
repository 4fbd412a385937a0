"""How well reports are answered, and by whom. Ratios are None where nothing can be divided; times are in seconds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from core.counting import count_by_status, ratio
from core.quantiles import quantiles
from dispatch import selectors
from dispatch.conf import limits
from dispatch.models import DamageReport, Estimate, EstimateRequest, Professional, ReportQuerySet

RECENTLY = timedelta(days=90)

ANSWERED = Q(status__in=[EstimateRequest.Status.ANSWERED, EstimateRequest.Status.DECLINED])
EVERY = Q()
SPREAD = {"p50": 0.5, "p95": 0.95}
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
        response_time_s=_response_time(requests.filter(ANSWERED, answered_at__isnull=False)),
        rating=her.rating,
        rating_count=her.rating_count,
    )


def owner(user_id: UUID) -> OwnerFigures:
    return OwnerFigures(
        reports=count_by_status(DamageReport.objects.filter(owner=user_id), DamageReport.Status.values),
        estimates=count_by_status(Estimate.objects.filter(report__owner=user_id), Estimate.Status.values),
    )


def overview(since: datetime, until: datetime, which: Q = EVERY) -> Overview:
    """`which`: of what reports."""
    reports = DamageReport.objects.filter(which, created_at__gte=since, created_at__lt=until)
    by_status = count_by_status(reports, DamageReport.Status.values)
    distributed = reports.exclude(wave=0)
    winning_wave, winning_km = _winners(reports)
    pending = DamageReport.objects.filter(which).pending()
    return Overview(
        since=since,
        until=until,
        by_status=by_status,
        asked_per_report=ratio(EstimateRequest.objects.filter(report__in=distributed).count(), distributed.count()),
        estimates_per_report=ratio(
            Estimate.objects.standing().filter(report__in=distributed).count(), distributed.count()
        ),
        fill_rate=_fill_rate(by_status),
        first_estimate_s=spreads(first_estimates(reports)).get(None),
        acceptance_s=spreads(acceptances(reports)).get(None),
        winning_wave=winning_wave,
        winning_km=winning_km,
        open=pending.count(),
        unanswered=pending.exclude(Exists(Estimate.objects.standing().filter(report=OuterRef("pk")))).count(),
        overdue=pending.filter(overdue_at__isnull=False).count(),
        available_professionals=Professional.objects.at_work().count(),
    )


def first_estimates(reports: ReportQuerySet) -> ReportQuerySet:
    """Those that were handed out and got one, each with how long after its opening the first came as `wait`."""
    sent = Estimate.objects.filter(report=OuterRef("pk")).order_by("submitted_at").values("submitted_at")[:1]
    answered = reports.exclude(wave=0).annotate(first_at=Subquery(sent)).filter(first_at__isnull=False)
    return answered.annotate(wait=F("first_at") - F("created_at"))


def acceptances(reports: ReportQuerySet) -> ReportQuerySet:
    """Those that somebody accepted an estimate of, each with how long after its opening as `wait`."""
    accepted = reports.filter(accepted_at__isnull=False)
    return accepted.annotate(wait=F("accepted_at") - F("created_at"))


def spreads(reports: ReportQuerySet, by: Any = None) -> dict[Any, dict[str, float]]:
    """Of their `wait`, for each group."""
    found = quantiles(reports, F("wait"), [*SPREAD.values()], by=by)
    return {
        group: {name: round(wait.total_seconds(), 1) for name, wait in zip(SPREAD, waits, strict=True)}
        for group, waits in found.items()
    }


def _response_time(answered: QuerySet[EstimateRequest]) -> float | None:
    waits = [(until - since).total_seconds() for since, until in answered.values_list("asked_at", "answered_at")]
    return round(median(waits), 2) if waits else None


def _fill_rate(by_status: dict[str, int]) -> float | None:
    """Of the reports that were settled one way or the other, those that somebody got to repair."""
    status = DamageReport.Status
    filled = by_status[status.IN_PROGRESS] + by_status[status.COMPLETED]
    return ratio(filled, filled + by_status[status.EXPIRED])


def _winners(reports: ReportQuerySet) -> tuple[float | None, float | None]:
    """In which wave those who got the jobs were asked, and how far away they were: the medians."""
    winners = EstimateRequest.objects.filter(
        report__in=reports,
        report__estimates__status=Estimate.Status.ACCEPTED,
        report__estimates__professional=F("professional"),
    )
    found = list(winners.values_list("wave", "distance_km"))
    if not found:
        return None, None
    waves, kilometres = zip(*found, strict=True)
    return round(float(median(waves)), 2), round(median(kilometres), 2)
