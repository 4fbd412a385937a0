"""What becomes of reservations and invoices as their payments do. A payment that comes too late tries for the seats
again, and else goes back: nobody pays for nothing.
"""

from datetime import datetime
from uuid import UUID

from bookings import holds, messages, renewing, stats
from bookings.boards import touch_provider
from bookings.errors import SlotClosed, SlotFull
from bookings.models import Invoice, Provider, Reservation
from bookings.placing import move, pay_status
from notifications.messages import notify
from payments import services as payments
from payments.models import LedgerEntry, Payment
from payments.payables import Payable
from payments.selectors import paid_payments

Status = Reservation.Status
PaymentStatus = Reservation.PaymentStatus


def _lock_reservation(key: str) -> None:
    holds.locked(UUID(key))


def _reservation_paid(payment: Payment) -> None:
    reservation, now = holds.locked(UUID(payment.subject_key)), _seen_at(payment)
    if reservation.payment_status == PaymentStatus.COMPLETED:
        _return(payment, reservation, now)  # it was paid for twice
    elif reservation.status == Status.PENDING and now < reservation.start_at:
        holds.confirm(reservation, now, payment_status=PaymentStatus.COMPLETED)
    elif reservation.status == Status.EXPIRED and _seat_again(reservation, now):
        pass
    elif reservation.status in Reservation.SEATED:
        pay_status(reservation, PaymentStatus.COMPLETED, now)
    else:
        _return(payment, reservation, now)


def _seat_again(reservation: Reservation, now: datetime) -> bool:
    """The hold has lapsed and was given up; perhaps nobody else has come."""
    slot = holds.slot_of(reservation)
    is_hers_twice = slot.reservations.active().filter(user=reservation.user_id).exists()
    if is_hers_twice or reservation.start_at <= now:
        return False
    try:
        holds.take(slot, reservation.seats, "confirmed", now)
    except (SlotFull, SlotClosed):
        return False
    changes = {"payment_status": PaymentStatus.COMPLETED, "confirmed_at": now, "ended_at": None}
    move(reservation, Status.CONFIRMED, now, **changes)
    return True


def _reservation_lapsed(payment: Payment) -> None:
    reservation, now = holds.locked(UUID(payment.subject_key)), _seen_at(payment)
    if reservation.is_held(now):
        pay_status(reservation, PaymentStatus.FAILED, now)
        notify(messages.payment_failed(reservation, payment.pk))


def _reservation_refunded(payment: Payment) -> None:
    """All of it, and nothing else was paid that stays."""
    reservation = holds.locked(UUID(payment.subject_key))
    others = [one for one in paid_payments(payment.subject) if one.pk != payment.pk]
    if all(one.refunded == one.captured for one in [payment, *others]):
        pay_status(reservation, PaymentStatus.REFUNDED, _seen_at(payment))


def _reservation_entered(entry: LedgerEntry) -> None:
    _enter(Reservation.objects.select_related("provider").get(pk=entry.payment.subject_key).provider, entry)


def _return(payment: Payment, reservation: Reservation, now: datetime) -> None:
    if payments.give_back(payment, reason="not booked", now=now):
        notify(messages.payment_returned(reservation, payment.pk))


def _lock_invoice(key: str) -> None:
    renewing.locked(Invoice.objects.get(pk=key).subscription_id)


def _invoice_paid(payment: Payment) -> None:
    invoice, now = _invoice(payment), _seen_at(payment)
    others = paid_payments(payment.subject).exclude(pk=payment.pk)
    if invoice.status == Invoice.Status.OPEN:
        renewing.paid(invoice, now)
    elif invoice.status == Invoice.Status.VOID or others.exists():  # else it is the desk that took the money late
        payments.give_back(payment, reason="not renewed", now=now)
        notify(messages.renewal_returned(invoice.subscription, payment.pk))


def _invoice_lapsed(payment: Payment) -> None:
    """A card that was declined may be followed by another, as long as the payment stands."""
    invoice = _invoice(payment)
    if invoice.status == Invoice.Status.OPEN and payment.status == Payment.Status.CANCELLED:
        renewing.failed(invoice, _seen_at(payment))


def _invoice_refunded(payment: Payment) -> None:
    """What was paid for stays as it is: who gives money back by hand also says what becomes of the subscription."""


def _invoice_entered(entry: LedgerEntry) -> None:
    invoice = Invoice.objects.select_related("subscription__provider").get(pk=entry.payment.subject_key)
    _enter(invoice.subscription.provider, entry)


def _enter(provider: Provider, entry: LedgerEntry) -> None:
    stats.entered(provider, entry)
    touch_provider(provider.pk)


def _invoice(payment: Payment) -> Invoice:
    return Invoice.objects.select_related("subscription__provider").get(pk=payment.subject_key)


def _seen_at(payment: Payment) -> datetime:
    """The clock of whoever asked the gateway."""
    return payment.seen_at or payment.created_at


RESERVATION = Payable(
    lock=_lock_reservation,
    paid=_reservation_paid,
    lapsed=_reservation_lapsed,
    refunded=_reservation_refunded,
    entered=_reservation_entered,
)
INVOICE = Payable(
    lock=_lock_invoice,
    paid=_invoice_paid,
    lapsed=_invoice_lapsed,
    refunded=_invoice_refunded,
    entered=_invoice_entered,
)
