"""What people let us charge while they are away: remembered once it was paid by, forgotten here and at the gateway."""

from datetime import datetime
from uuid import UUID

from core.unit import unit
from payments.gateways.port import Method
from payments.models import GatewayCommand, Payment, SavedMethod
from payments.ordering import order

Kind = GatewayCommand.Kind


@unit
def remember(payment: Payment, method: Method, at: datetime) -> None:
    """The newest counts, whenever we hear of it; the gateway is to keep no other."""
    payment.method_id = method.id
    payment.save(update_fields=["method_id"])
    terms = {
        "customer_id": payment.customer_id,
        "method_id": method.id,
        "brand": method.brand,
        "last4": method.last4,
        "payment": payment,
        "saved_at": at,
    }
    saved, is_new = SavedMethod.objects.select_for_update(no_key=True).get_or_create(
        payer_id=payment.payer_id, gateway=payment.gateway, defaults=terms
    )
    if is_new:
        return
    is_newer = at >= saved.saved_at
    if saved.method_id != method.id:
        order(saved.payment if is_newer else payment, Kind.DETACH, at)
    if is_newer:
        SavedMethod.objects.filter(pk=saved.pk).update(**terms)


@unit
def forget(payer_id: UUID, now: datetime) -> None:
    saved = SavedMethod.objects.select_for_update(no_key=True, of=("self",)).filter(payer=payer_id)
    for method in saved.select_related("payment"):
        order(method.payment, Kind.DETACH, now)
        method.delete()
