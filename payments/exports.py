from typing import Any

from accounts.models import User
from payments import selectors
from payments.models import SavedMethod
from payments.serializers import MethodOut, PaymentOut


def payments(user: User) -> list[dict[str, Any]]:
    return list(PaymentOut(selectors.payments_of(user).order_by("created_at"), many=True).data)


def saved_methods(user: User) -> list[dict[str, Any]]:
    return list(MethodOut(SavedMethod.objects.filter(payer=user).order_by("saved_at"), many=True).data)
