"""A ticket hears what became of the payments for it."""

from django.db.models import F

from payments.models import LedgerEntry, Payment
from tests.sample.models import Ticket

KIND = "sample.ticket"


def lock(key: str) -> None:
    Ticket.objects.select_for_update(no_key=True).get(pk=key)


def paid(payment: Payment) -> None:
    Ticket.objects.filter(pk=payment.subject_key).update(paid=F("paid") + 1)


def lapsed(payment: Payment) -> None:
    Ticket.objects.filter(pk=payment.subject_key).update(lapsed=F("lapsed") + 1)


def refunded(payment: Payment) -> None:
    Ticket.objects.filter(pk=payment.subject_key).update(refunded=F("refunded") + 1)


def entered(entry: LedgerEntry) -> None:
    Ticket.objects.filter(pk=entry.payment.subject_key).update(takings=F("takings") + entry.amount)
