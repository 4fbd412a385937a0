"""A command of which many are carried out together. Its data says what is to become of it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F

from core.errors import DomainError
from realtime.batches import Order
from tests.sample.models import Counter
from tests.sample.services import NotAMember, members


class NotNow(DomainError):
    code = "not_now"
    is_temporary = True


def tally(orders: Sequence[Order]) -> list[Any]:
    return [_tally(**order.data, order=order) for order in orders]


def _tally(counter: int, order: Order, amount: int = 1, trouble: str = "") -> Any:
    if trouble == "not now":
        return NotNow()
    if order.user_id not in members(counter):
        return NotAMember()
    Counter.objects.filter(pk=counter).update(total=F("total") + amount)
    if trouble == "defect":
        raise ZeroDivisionError
    return {"total": Counter.objects.get(pk=counter).total}
