from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from core.unit import unit
from shifts.models import Shift


def mark_delivered(written: Collection[tuple[int, int]], now: datetime) -> None:
    """`written`: employee and shift of offers that went to a socket. The first time counts."""
    employees_by_shift: defaultdict[int, list[int]] = defaultdict(list)
    for employee_id, shift_id in written:
        employees_by_shift[shift_id].append(employee_id)
    for shift_id, employee_ids in employees_by_shift.items():
        _mark(shift_id, employee_ids, now)


@unit
def _mark(shift_id: int, employee_ids: Collection[int], now: datetime) -> None:
    # Under the lock, since who closes the offers of a shift writes the same rows in another order.
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    shift.offers.filter(employee__in=employee_ids, delivered_at=None).update(delivered_at=now)
