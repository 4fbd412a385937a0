"""The operators' page of one report: a part of it follows the board of that report."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from core.dashboards import Bar, bars
from dispatch import boards
from dispatch.admin.rows import price
from dispatch.models import DamageReport
from dispatch.operators import charts, rings
from dispatch.operators.insight import Counts, insight

MAY_LOOK = "dispatch.view_damagereport"
MAY_OPERATE = "dispatch.change_damagereport"


def distribution(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return _page(request, "admin/dispatch/distribution.html", "Distribution", of_report(request, report_id))


def distribution_figures(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return TemplateResponse(request, "admin/dispatch/distribution_figures.html", of_report(request, report_id))


def of_report(request: HttpRequest, report_id: UUID) -> dict[str, Any]:
    _refuse_strangers(request)
    if not DamageReport.objects.filter(pk=report_id).exists():
        raise Http404
    now, shown = timezone.now(), insight(report_id)
    return {
        "now": now,
        "insight": shown,
        "report": shown.report,
        "estimates": [(estimate, price(estimate)) for estimate in shown.newest_estimates],
        "requests": _bars(shown.requests),
        "reasons": _bars(shown.reasons),
        "radar": rings.radar(shown.report),
        "waves": shown.waves,
        "timeline": charts.timeline(shown.report, shown.waves, now),
        "board": f"{boards.DISTRIBUTION}:{report_id}",
        "may_operate": request.user.has_perm(MAY_OPERATE),
    }


def _page(request: HttpRequest, template: str, title: str, shown: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **shown})


def _refuse_strangers(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied


def _bars(counts: Counts) -> list[Bar]:
    return bars({(name.replace("_", " "),): count for name, count in counts.items()})
