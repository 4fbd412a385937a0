from typing import Any

from accounts.models import User
from fleet.models import Officer, Sanction, Scan, Violation
from fleet.sources import of_person

REPORTED = ["id", "event_id", "plate", "type", "note", "reported_at", "created_at", "status"]
DECIDED = ["id", "plate", "type", "status", "reviewed_at"]
SANCTION = ["id", "violation_id", "type", "offense_number", "created_at"]


def fleet(user: User) -> dict[str, Any]:
    """What she did as a guard or an officer. Vehicles and their owners are not hers to take home."""
    violations, source = Violation.objects.order_by("created_at", "pk"), of_person(user).name
    return {
        "officer": Officer.objects.filter(pk=user.pk).values("role", "is_active").first(),
        "scans": Scan.objects.filter(source=source).count(),
        "reported": list(violations.filter(source=source).values(*REPORTED)),
        "decided": list(violations.filter(reviewed_by=user).values(*DECIDED)),
        "sanctions": list(Sanction.objects.filter(created_by=user).order_by("created_at", "pk").values(*SANCTION)),
    }
