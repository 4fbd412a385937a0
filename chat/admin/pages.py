"""The operators' page of chat, its part that is fetched anew every some seconds, and what a report is decided by."""

import logging
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from chat import operators
from chat.models import MessageReport

logger = logging.getLogger(__name__)

MAY_LOOK = "chat.view_messagereport"
MAY_OPERATE = "chat.change_messagereport"
MAY_SUSPEND = "accounts.change_user"
ENOUGH = 0.999  # what seed 004 asks for


def overview(request: HttpRequest) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "Chat: how are we doing?", **_figures(request)}
    return TemplateResponse(request, "admin/chat/overview.html", context)


def figures(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "admin/chat/overview_figures.html", _figures(request))


def of_report(request: HttpRequest, report: MessageReport) -> dict[str, Any]:
    """Who reads what others wrote to each other leaves a trace in the log."""
    logger.info("reported_message_read", extra={"report": report.pk, "by": str(request.user.pk)})
    may_operate = request.user.has_perm(MAY_OPERATE)
    return {
        "now": timezone.now(),
        "review": operators.review(report),
        "is_open": report.status == MessageReport.Status.OPEN,
        "may_operate": may_operate,
        "may_suspend": may_operate and request.user.has_perm(MAY_SUSPEND),
    }


def _figures(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied
    now = timezone.now()
    shown = operators.overview(now)
    ratio = shown.last_hour.ratio
    return {
        "now": now,
        "overview": shown,
        "untold_seconds": shown.backlog.age(now) if shown.backlog.untold else None,
        "is_missing": ratio is not None and ratio < ENOUGH,
    }
