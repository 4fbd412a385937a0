from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from core.unit import unit
from shifts.models import ShiftOffer


@unit
def mark_delivered(written: Collection[tuple[int, int]], now: datetime) -> None:
    """`written`: employee and shift of offers that went to a socket. The first time counts."""
    employees_by_shift: defaultdict[int, list[int]] = defaultdict(list)
    for employee_id, shift_id in written:
        employees_by_shift[shift_id].append(employee_id)
    for shift_id, employee_ids in sorted(employees_by_shift.items()):
        offers = ShiftOffer.objects.filter(shift=shift_id, employee__in=employee_ids, delivered_at=None)
        offers.update(delivered_at=now)
