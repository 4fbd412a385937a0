from typing import Any

from accounts.models import User
from shifts.models import Employee
from shifts.serializers import EmployeeOut, OfferOut


def shifts(user: User) -> dict[str, Any]:
    employee = Employee.objects.filter(user=user).first()
    if employee is None:
        return {}
    return {
        "employee": EmployeeOut(employee).data,
        "qualifications": list(employee.held.values("qualification", "expires_on")),
        "availabilities": list(employee.availabilities.order_by("start_at").values("start_at", "end_at")),
        "leaves": list(employee.leaves.order_by("start_at").values("start_at", "end_at", "reason", "is_approved")),
        "offers": OfferOut(employee.offers.select_related("shift").order_by("sent_at"), many=True).data,
    }
