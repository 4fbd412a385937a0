from datetime import datetime

from payments.models import GatewayCommand, Payment, Refund


def order(payment: Payment, kind: GatewayCommand.Kind, now: datetime, refund: Refund | None = None) -> None:
    """In the unit that decides it; once, however often it is decided."""
    key = f"{kind}:{refund.pk if refund else payment.pk}"
    GatewayCommand.objects.get_or_create(
        key=key, defaults={"payment": payment, "refund": refund, "kind": kind, "next_at": now, "created_at": now}
    )
