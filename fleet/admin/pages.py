"""What a violation is decided by."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from fleet.models import Sanction, Violation
from fleet.operators.dashboard import MAY_DECIDE, MAY_LIFT
from fleet.operators.review import review


def of_violation(request: HttpRequest, violation: Violation) -> dict[str, Any]:
    shown = review(violation)
    status, is_known = violation.status, violation.vehicle_id is not None
    may_decide = request.user.has_perm(MAY_DECIDE)
    is_lifted = shown.sanction is not None and shown.sanction.status == Sanction.Status.LIFTED
    return {
        "now": timezone.now(),
        "review": shown,
        "may_decide": may_decide,
        "may_confirm": may_decide and is_known and status == Violation.Status.PENDING,
        "may_dismiss": may_decide and status == Violation.Status.PENDING,
        "may_sanction": may_decide and status == Violation.Status.CONFIRMED,
        "may_lift": request.user.has_perm(MAY_LIFT) and shown.sanction is not None and not is_lifted,
    }
