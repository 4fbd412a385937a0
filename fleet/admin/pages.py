"""The operators' page of the fleet, its part that is fetched anew, and what a violation is decided by."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from fleet import operators
from fleet.models import Sanction, Violation

MAY_LOOK = "fleet.view_violation"
MAY_DECIDE = "fleet.change_violation"
MAY_LIFT = "fleet.change_sanction"


def overview(request: HttpRequest) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "Fleet: how are we doing?", **_figures(request)}
    return TemplateResponse(request, "admin/fleet/overview.html", context)


def figures(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "admin/fleet/overview_figures.html", _figures(request))


def of_violation(request: HttpRequest, violation: Violation) -> dict[str, Any]:
    review = operators.review(violation)
    status, is_known = violation.status, violation.vehicle_id is not None
    may_decide = request.user.has_perm(MAY_DECIDE)
    is_lifted = review.sanction is not None and review.sanction.status == Sanction.Status.LIFTED
    return {
        "now": timezone.now(),
        "review": review,
        "may_decide": may_decide,
        "may_confirm": may_decide and is_known and status == Violation.Status.PENDING,
        "may_dismiss": may_decide and status == Violation.Status.PENDING,
        "may_sanction": may_decide and status == Violation.Status.CONFIRMED,
        "may_lift": request.user.has_perm(MAY_LIFT) and review.sanction is not None and not is_lifted,
    }


def _figures(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied
    now = timezone.now()
    shown = operators.overview(now)
    newest = shown.newest_scan_at
    return {
        "now": now,
        "overview": shown,
        "silent": sum(device.is_silent for device in shown.devices),
        "newest_scan_seconds": (now - newest).total_seconds() if newest else None,
        "pending_seconds": shown.reviews.age(now) if shown.reviews.pending else None,
        "has_many_strangers": shown.strangers >= operators.MANY,
    }
