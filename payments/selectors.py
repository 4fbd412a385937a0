from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from payments.errors import NoSuchPayment
from payments.models import Payment


def payment_of(payer: User, payment_id: UUID) -> Payment:
    found = payments_of(payer).filter(pk=payment_id).first()
    if found is None:
        raise NoSuchPayment
    return found


def payments_of(payer: User) -> QuerySet[Payment]:
    return Payment.objects.filter(payer=payer).prefetch_related("refunds")


def live_payment(subject: tuple[str, object]) -> Payment | None:
    kind, key = subject
    return Payment.objects.live().filter(subject_kind=kind, subject_key=str(key)).first()
