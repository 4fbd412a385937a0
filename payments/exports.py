from typing import Any

from accounts.models import User
from payments import selectors
from payments.serializers import PaymentOut


def payments(user: User) -> list[dict[str, Any]]:
    return list(PaymentOut(selectors.payments_of(user).order_by("created_at"), many=True).data)
