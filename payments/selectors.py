from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from core.ids import uuid_or_none
from payments.errors import NoSuchPayment
from payments.models import Payment, PaymentQuerySet, SavedMethod


def payment_of(payer: User, payment_id: UUID) -> Payment:
    found = payments_of(payer).filter(pk=payment_id).first()
    if found is None:
        raise NoSuchPayment
    return found


def payments_of(payer: User) -> QuerySet[Payment]:
    return Payment.objects.filter(payer=payer).prefetch_related("refunds")


def saved_method(payer: User, gateway: str = Payment.Gateway.STRIPE) -> SavedMethod | None:
    """What he can be charged by while he is away."""
    return SavedMethod.objects.filter(payer=payer, gateway=gateway).first()


def live_payment(subject: tuple[str, object]) -> Payment | None:
    return _of(subject).live().first()


def open_payment(subject: tuple[str, object]) -> Payment | None:
    """One that may yet be paid; there is one at most."""
    return _of(subject).unsettled().first()


def paid_payments(subject: tuple[str, object]) -> QuerySet[Payment]:
    """Also those of which something was given back."""
    return _of(subject).filter(status__in=Payment.PAID).order_by("created_at", "pk")


def payments_about(kind: str, keys: Iterable[object]) -> QuerySet[Payment]:
    """Of many things of a kind, in the order in which they were begun."""
    about = Payment.objects.filter(subject_kind=kind, subject_key__in=[str(key) for key in keys])
    return about.order_by("created_at", "pk")


def refundable(payment: Payment) -> int:
    """What is on its way back counts as gone."""
    return payment.captured - sum(payment.refunds.standing().values_list("amount", flat=True))


def _of(subject: tuple[str, object]) -> PaymentQuerySet:
    kind, key = subject
    return Payment.objects.filter(subject_kind=kind, subject_key=str(key))


def payment_for(subject: tuple[str, object], payment_id: str, gateway: str) -> Payment:
    """By its id of ours or of the gateway's."""
    named = Q(intent_id=payment_id) | Q(pk=uuid_or_none(payment_id))
    found = _of(subject).filter(named, gateway=gateway).first()
    if found is None:
        raise NoSuchPayment
    return found
