"""What a report is decided by."""

import logging
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from chat.models import MessageReport
from chat.operators.dashboard import MAY_DECIDE, MAY_SUSPEND
from chat.operators.moderation import review

logger = logging.getLogger(__name__)


def of_report(request: HttpRequest, report: MessageReport) -> dict[str, Any]:
    """Who reads what others wrote to each other leaves a trace in the log."""
    logger.info("reported_message_read", extra={"report": report.pk, "by": str(request.user.pk)})
    may_decide = request.user.has_perm(MAY_DECIDE)
    return {
        "now": timezone.now(),
        "review": review(report),
        "is_open": report.status == MessageReport.Status.OPEN,
        "may_operate": may_decide,
        "may_suspend": may_decide and request.user.has_perm(MAY_SUSPEND),
    }
