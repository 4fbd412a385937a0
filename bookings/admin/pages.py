"""The operators' page of bookings, and the part of it that is fetched anew every some seconds."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from bookings import operators
from core.money import formatted

MAY_LOOK = "bookings.view_reservation"


def overview(request: HttpRequest) -> HttpResponse:
    """Slots are compared with their reservations when the page is opened, not every time."""
    shown = {**_figures(request), "drifting": operators.drifting_slots(timezone.now())}
    context = {**admin.site.each_context(request), "title": "Bookings: how are we doing?", **shown}
    return TemplateResponse(request, "admin/bookings/overview.html", context)


def figures(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "admin/bookings/overview_figures.html", _figures(request))


def _figures(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied
    now = timezone.now()
    shown = operators.overview(now)
    return {
        "now": now,
        "overview": shown,
        "lapsed_seconds": (now - shown.oldest_lapsed_at).total_seconds() if shown.oldest_lapsed_at else None,
        "is_unswept": bool(shown.oldest_lapsed_at and now - shown.oldest_lapsed_at > operators.LATE),
        "busiest": [(one, formatted(one.revenue, one.provider.currency)) for one in shown.busiest],
    }
