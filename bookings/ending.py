"""A reservation is cancelled, and its seats and its money go back."""

from datetime import datetime

from bookings import seats, waitlist
from bookings.holds import slot_of, subject_of
from bookings.models import Reservation
from bookings.placing import move
from bookings.policies import percent_back, share
from payments import services as payments
from payments.selectors import open_payment, paid_payments, refundable

Status = Reservation.Status
By = Reservation.By


def cancel(reservation: Reservation, by: By, because: str, now: datetime) -> None:
    """The reservation is locked, and pending or confirmed."""
    slot = slot_of(reservation)
    column: seats.Column = "held" if reservation.status == Status.PENDING else "confirmed"
    percent = percent_back(reservation.policy, reservation.start_at, now) if by == By.USER else 100
    move(reservation, Status.CANCELLED, now, cancelled_at=now, cancelled_by=by, cancelled_because=because)
    waitlist.let_go(reservation)
    seats.release(slot, reservation.seats, column)
    waitlist.offer(slot, now)
    give_back(reservation, percent, now)


def give_back(reservation: Reservation, percent: int, now: datetime) -> None:
    """So much of what was paid, what was given back before included; who has not paid yet, need not."""
    subject = subject_of(reservation)
    if payment := open_payment(subject):
        payments.cancel_payment(payment, now=now)
    for payment in paid_payments(subject):
        amount = share(payment.captured, percent) - (payment.captured - refundable(payment))
        if amount > 0:
            payments.refund_payment(payment, amount=amount, reason="cancelled", now=now)
