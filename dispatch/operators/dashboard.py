"""The dashboard of dispatch: how reports are answered, and on what somebody is to act."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef

from core.dashboards import Button, Dashboard, Figure, Summary, Table, bars
from core.money import to_major
from core.templatetags.figures import duration, share, whole
from dispatch import analytics, boards
from dispatch.analytics import Overview
from dispatch.models import DamageReport, Estimate, EstimateRequest, Professional
from dispatch.operators import charts, finding, people, rings, scope
from dispatch.operators.funnel import funnel
from dispatch.operators.insight import in_words, waves_of
from dispatch.operators.scope import Chosen
from dispatch.services import reports

FIRST = 12
MAY_LOOK = "dispatch.view_damagereport"
MAY_OPERATE = "dispatch.change_damagereport"


def figures(chosen: Chosen, now: datetime) -> dict[str, Any]:
    opened = scope.opened(chosen, now)
    queue = list(scope.pressing(chosen)[:FIRST])
    never = people.never_asked(now - chosen["period"], opened, FIRST)
    return {
        "cards": _cards(analytics.overview(now - chosen["period"], now, scope.which(chosen))),
        "funnel": funnel(opened, chosen, now),
        "charts": charts.by_day(opened, now - chosen["period"], now),
        "queue": queue,
        "most_pressing": _most_pressing(queue[0], now) if queue else None,
        "busiest": people.busiest(opened, FIRST),
        "never": never,
        "never_because": bars({(in_words([reason]),): count for reason, count in never.reasons.items()}),
    }


def summary(now: datetime) -> list[Figure]:
    pending = DamageReport.objects.pending()
    overdue = pending.filter(overdue_at__isnull=False).count()
    answered = Exists(Estimate.objects.standing().filter(report=OuterRef("pk")))
    return [
        _open(pending.count(), pending.exclude(answered).count()),
        _overdue(overdue),
        _in_work(DamageReport.objects.filter(status=DamageReport.Status.IN_PROGRESS).count()),
        _at_work(Professional.objects.at_work().count()),
    ]


def report_rows(chosen: Chosen, now: datetime) -> Iterator[Sequence[Any]]:
    shown = scope.opened(chosen, now).annotate(first=Min("estimates__submitted_at")).order_by("created_at", "pk")
    asked = EstimateRequest.objects.filter(report=OuterRef("pk")).order_by().values("report")
    for one in shown.annotate(asked=asked.annotate(n=Count("pk")).values("n")).iterator(chunk_size=1000):
        cost = to_major(one.estimated_cost, one.currency) if one.estimated_cost else None
        yield (
            one.pk, one.created_at, one.vehicle, one.address, one.priority, one.status, one.wave, one.asked or 0,
            one.first, one.accepted_at, one.closed_at, one.overdue_at, cost, one.currency,
        )  # fmt: skip


def people_rows(chosen: Chosen, now: datetime) -> Iterator[Sequence[Any]]:
    for one in people.all_asked(scope.opened(chosen, now)):
        her = one.professional
        yield (
            her.pk, her.business_name, her.is_approved, her.is_available, one.asked, one.open, one.answered, one.missed,
            one.response_rate, one.won, her.rating, her.rating_count,
        )  # fmt: skip


def distribute(key: str, by: Any, now: datetime) -> DamageReport:
    return reports.redistribute(finding.find_report(key), now=now)


def cancel(key: str, by: Any, now: datetime) -> DamageReport:
    return reports.cancel_report(finding.find_report(key), now=now)


def _most_pressing(report: DamageReport, now: datetime) -> dict[str, Any]:
    waves = waves_of(report)
    return {
        "report": report,
        "radar": rings.radar(report),
        "waves": waves,
        "timeline": charts.timeline(report, waves, now),
    }


def _cards(shown: Overview) -> list[Figure]:
    first, accepted = shown.first_estimate_s or {}, shown.acceptance_s or {}
    km, wave = shown.winning_km, shown.winning_wave
    estimates = f"{_decimal(shown.estimates_per_report)} estimates"
    return [
        _open(shown.open, shown.unanswered),
        _overdue(shown.overdue),
        Figure("Found somebody", share(shown.fill_rate), "of the reports that did, or expired"),
        _at_work(shown.available_professionals),
        Figure("To the first estimate", duration(first.get("p50")), f"95 % within {duration(first.get('p95'))}"),
        Figure("To the acceptance", duration(accepted.get("p50")), f"95 % within {duration(accepted.get('p95'))}"),
        Figure(
            "Asked for each report",
            _decimal(shown.asked_per_report),
            estimates,
        ),
        Figure(
            "Who gets the job",
            "–" if km is None else f"{km:.1f} km",
            "away: the median" if wave is None else f"away, asked in wave {wave:.0f}: the median",
        ),
    ]


def _open(count: int, unanswered: int) -> Figure:
    link = scope.listed("damagereport", status__exact="pending")
    return Figure("Open", whole(count), f"{whole(unanswered)} of them without an estimate", link=link)


def _overdue(count: int) -> Figure:
    link = scope.listed("damagereport", status__exact="pending", overdue_at__isempty=0)
    return Figure("Overdue", whole(count), "somebody is to act", is_alarm=count > 0, link=link)


def _in_work(count: int) -> Figure:
    return Figure(
        "In work", whole(count), "are being repaired", link=scope.listed("damagereport", status__exact="in_progress")
    )


def _at_work(count: int) -> Figure:
    link = scope.listed("professional", is_approved__exact=1, is_available__exact=1)
    return Figure("Professionals at work", whole(count), "approved and available", link=link)


def _decimal(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f}"


DASHBOARD = Dashboard(
    title="Dispatch",
    icon="car_crash",
    template="admin/dispatch/dashboard.html",
    permission=MAY_LOOK,
    figures=figures,
    board=boards.OVERVIEW,
    filters=scope.ReportFilters,
    tables={
        "reports": Table(
            [
                "Report", "Opened", "Vehicle", "Address", "Priority", "Status", "Waves", "Asked", "First estimate",
                "Accepted", "Closed", "Overdue since", "Estimated cost", "Currency",
            ],
            report_rows,
        ),
        "professionals": Table(
            [
                "Professional", "Name", "Approved", "Available", "Asked", "Open", "Answered", "Missed", "Response rate",
                "Jobs", "Rating", "Ratings",
            ],
            people_rows,
        ),
    },
    buttons={
        "distribute": Button("Distributed anew", MAY_OPERATE, distribute),
        "cancel": Button("Cancelled", MAY_OPERATE, cancel),
    },
)  # fmt: skip
SUMMARY = Summary("Dispatch", "car_crash", MAY_LOOK, summary)
