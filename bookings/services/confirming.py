"""A customer has come back from the gateway, and is quicker than its call."""

from datetime import datetime

from bookings.errors import PaymentUnderWay, ReservationOver
from bookings.holds import subject_of
from bookings.models import Reservation
from core.doorbell import ring
from core.errors import refuse
from core.unit import unit
from payments import reconciling, tasks
from payments.errors import PaymentOver
from payments.models import Payment
from payments.selectors import payment_for


def confirm_payment(reservation: Reservation, *, payment_id: str, gateway: str, now: datetime) -> Reservation:
    """What the gateway says, not what the app says. Outside of any unit, since it is asked over the network; what it
    answers is applied like its own calls are.
    """
    payment = payment_for(subject_of(reservation), payment_id, gateway)
    if reservation.status not in Reservation.SEATED:
        payment = reconciling.look(payment, now)
        reservation.refresh_from_db()
    _refuse_unless_booked(reservation, payment)
    return reservation


@unit
def look_for_payment(reservation: Reservation, *, payment_id: str, gateway: str) -> Reservation:
    """The same for who is in a unit: the gateway is asked after it, and what it says is heard soon."""
    payment = payment_for(subject_of(reservation), payment_id, gateway)
    if reservation.status not in Reservation.SEATED:
        ring(tasks.look, payment.pk)
    return reservation


def _refuse_unless_booked(reservation: Reservation, payment: Payment) -> None:
    if reservation.status in Reservation.SEATED:
        return
    refuse(ReservationOver, unless=reservation.status in Reservation.ACTIVE, status=reservation.status)
    refuse(PaymentOver, unless=payment.status not in Payment.OVER)
    raise PaymentUnderWay
