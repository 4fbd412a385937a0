from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from core import audit
from core.dashboards.declared import Dashboard
from core.dashboards.exports import csv_of
from core.dashboards.filters import Filters
from core.errors import DomainError
from core.wiring import declared


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


@require_http_methods(["GET", "HEAD", "POST"])
def dashboard(request: HtmxRequest, name: str) -> HttpResponseBase:
    """The page; its figures alone for htmx; a table of it as CSV; or what a button of it does."""
    shown: Dashboard | None = declared("DASHBOARDS").get(name)
    if shown is None:
        raise Http404
    if not request.user.has_perm(shown.permission):
        raise PermissionDenied
    now = timezone.now()
    if request.method == "POST":
        return _press(request, shown, now)
    filters = shown.filters(request.GET)
    if "export" in request.GET:
        return _export(request, name, shown, filters, now)
    context = _figures(name, shown, filters, now)
    if request.htmx and not request.htmx.history_restore_request:
        return TemplateResponse(request, shown.template, context)
    page = {**admin.site.each_context(request), "title": shown.title, "filters": filters, **context}
    return TemplateResponse(request, "admin/dashboards/page.html", page)


def _figures(name: str, shown: Dashboard, filters: Filters, now: datetime) -> dict[str, Any]:
    chosen = filters.values()
    return {"dashboard": shown, "name": name, "now": now, "query": filters.query, **shown.figures(chosen, now)}


def _export(request: HttpRequest, name: str, shown: Dashboard, filters: Filters, now: datetime) -> HttpResponseBase:
    wanted = request.GET["export"]
    table = shown.tables.get(wanted)
    if table is None:
        raise Http404
    filename = f"{name}-{wanted}-{now:%Y-%m-%d}.csv"
    rows = table.rows(filters.values(), now)
    did = f"Exported with {filters.query}" if filters.query else "Exported"
    audit.record(request.user, filename, did, act=audit.EXPORT)
    return csv_of(table.columns, rows, filename)


def _press(request: HttpRequest, shown: Dashboard, now: datetime) -> HttpResponse:
    button = shown.buttons.get(request.POST.get("press", ""))
    if button is None:
        raise Http404
    if not request.user.has_perm(button.permission):
        raise PermissionDenied
    try:
        thing = button.press(request.POST.get("on", ""), request.user, now)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        audit.record(request.user, thing, button.done)
        messages.success(request, f"{button.done}: {thing}")
    return HttpResponseRedirect(request.get_full_path())
