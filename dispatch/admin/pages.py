"""The operators' pages of dispatch. Each has a part that follows a board: the board says when, the part says what."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from dispatch import analytics, boards, operators
from dispatch.admin.rows import price
from dispatch.models import DamageReport
from notifications.operators import charts

MAY_LOOK = "dispatch.view_damagereport"
MAY_OPERATE = "dispatch.change_damagereport"


def distribution(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return _page(request, "admin/dispatch/distribution.html", "Distribution", of_report(request, report_id))


def distribution_figures(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return TemplateResponse(request, "admin/dispatch/distribution_figures.html", of_report(request, report_id))


def overview(request: HttpRequest) -> HttpResponse:
    return _page(request, "admin/dispatch/overview.html", "Damage reports: how are we doing?", _of_all(request))


def overview_figures(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "admin/dispatch/overview_figures.html", _of_all(request))


def of_report(request: HttpRequest, report_id: UUID) -> dict[str, Any]:
    _refuse_strangers(request)
    if not DamageReport.objects.filter(pk=report_id).exists():
        raise Http404
    insight = operators.insight(report_id)
    return {
        "now": timezone.now(),
        "insight": insight,
        "report": insight.report,
        "estimates": [(estimate, price(estimate)) for estimate in insight.newest_estimates],
        "requests": _rows(insight.requests),
        "reasons": _rows({operators.in_words([reason]): count for reason, count in insight.reasons.items()}),
        "board": f"{boards.DISTRIBUTION}:{report_id}",
        "may_operate": request.user.has_perm(MAY_OPERATE),
    }


def _of_all(request: HttpRequest) -> dict[str, Any]:
    _refuse_strangers(request)
    now = timezone.now()
    shown = analytics.overview(now - boards.SPAN, now)
    return {
        "now": now,
        "overview": shown,
        "days": boards.SPAN.days,
        "statuses": _rows(shown.by_status),
        "waiting": operators.longest_waiting(),
        "board": boards.OVERVIEW,
    }


def _page(request: HttpRequest, template: str, title: str, shown: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **shown})


def _refuse_strangers(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied


def _rows(counts: dict[str, int]) -> list[charts.Row]:
    found = {(name.replace("_", " "),): count for name, count in counts.items() if count}
    return charts.rows(dict(sorted(found.items(), key=lambda item: -item[1])))
