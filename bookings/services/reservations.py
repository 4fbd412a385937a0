from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from accounts.models import User
from bookings import ending, events, holds, messages, slots, stats, waitlist
from bookings import seats as seats_of
from bookings.boards import touch_provider
from bookings.conf import limits
from bookings.errors import (
    BegunAlready,
    CardPaymentOpen,
    HoldLapsed,
    NoCash,
    NotCompleted,
    NotConfirmed,
    NothingToPay,
    NotYet,
    PaymentNeeded,
    ReservationOver,
    ReservedAlready,
    ReviewedAlready,
    TooManyHolds,
)
from bookings.models import Reservation, Review, Service, Slot
from bookings.placing import move, place
from core.errors import refuse
from core.unit import unit
from notifications.messages import notify, withdraw
from payments import services as payments
from payments.models import Payment
from payments.selectors import open_payment
from realtime.publishing import publish

Status = Reservation.Status
PaymentStatus = Reservation.PaymentStatus
By = Reservation.By


def reserve(
    user: User, service: Service, *, start_at: datetime, seats: int = 1, now: datetime, **said: Any
) -> Reservation:
    """What is paid ahead is held for a while; anything else is confirmed at once. `said`: attendees, notes."""
    try:
        return _reserve(user, service, start_at, seats, now, **said)
    except IntegrityError:
        # Her other device was quicker by so little that nothing but the constraint saw it.
        there = Reservation.objects.active().filter(user=user, slot__service=service, start_at=start_at).first()
        if there is None:
            raise
        raise ReservedAlready(reservation_id=str(there.pk)) from None


@unit
def _reserve(user: User, service: Service, start_at: datetime, seats: int, now: datetime, **said: Any) -> Reservation:
    slot = slots.bookable(service, start_at, now)
    _refuse_if_mine(user, slot, now)
    hold_until = min(now + timedelta(minutes=service.hold_minutes), start_at) if service.is_paid_ahead else None
    # Before the row, as the waitlist and whoever moves do: a row of hers that is not committed yet would make those
    # wait who have the slot, and she for them.
    holds.take(slot, seats, "held" if hold_until else "confirmed", now)
    return place(user, service, slot, seats, hold_until=hold_until, now=now, **said)


@unit
def confirm_reservation(reservation: Reservation, *, now: datetime) -> Reservation:
    """What the waitlist offered, where nothing is to be paid ahead."""
    reservation = locked(reservation)
    if reservation.status == Status.CONFIRMED:
        return reservation
    _refuse_unless_held(reservation, now)
    refuse(PaymentNeeded, unless=not reservation.needs_payment)
    holds.confirm(reservation, now)
    return reservation


@unit
def pay_reservation(reservation: Reservation, *, by: str, now: datetime) -> Payment:
    """Begins a payment. Cash confirms at once, and is settled at the desk."""
    reservation = locked(reservation)
    is_cash = by == Payment.Gateway.CASH
    refuse(NoCash, unless=not is_cash or reservation.provider.accepts_cash)
    refuse(NothingToPay, unless=reservation.price and reservation.payment_status != PaymentStatus.COMPLETED)
    if reservation.status == Status.PENDING:
        _refuse_unless_held(reservation, now)
    else:
        refuse(ReservationOver, unless=reservation.status in Reservation.SEATED, status=reservation.status)
    payment = payments.begin_payment(
        holds.subject_of(reservation),
        payer=reservation.user,
        payee=reservation.provider.payee,
        amount=reservation.price,
        currency=reservation.currency,
        by=by,
        now=now,
    )
    if is_cash and reservation.status == Status.PENDING:
        holds.confirm(reservation, now)
    return payment


@unit
def take_cash(reservation: Reservation, *, now: datetime) -> Reservation:
    """The provider's desk has the money."""
    reservation = locked(reservation)
    payment = open_payment(holds.subject_of(reservation))
    if payment is None:
        payment = pay_reservation(reservation, by=Payment.Gateway.CASH, now=now)
    refuse(CardPaymentOpen, unless=payment.gateway == Payment.Gateway.CASH)
    payments.settle_at_desk(payment, now=now)
    return locked(reservation)


@unit
def call_payment_off(reservation: Reservation, *, now: datetime) -> Reservation:
    """The customer has begun to pay by card, and pays at the desk instead. The gateway hears of it soon after."""
    reservation = locked(reservation)
    payment = open_payment(holds.subject_of(reservation))
    if payment is None:
        raise NothingToPay
    payments.cancel_payment(payment, now=now)
    return reservation


@unit
def reschedule_reservation(reservation: Reservation, *, start_at: datetime, now: datetime) -> Reservation:
    """All or nothing: without the new seats she keeps the old. A hold moves with what is left of its time."""
    reservation = locked(reservation)
    if reservation.start_at == start_at:
        return reservation
    refuse(ReservationOver, unless=reservation.status in Reservation.ACTIVE, status=reservation.status)
    refuse(BegunAlready, unless=now < reservation.start_at)
    if reservation.status == Status.PENDING:
        _refuse_unless_held(reservation, now)
    old = holds.slot_of(reservation)
    new = slots.bookable(reservation.service, start_at, now, besides=reservation)
    column: seats_of.Column = "held" if reservation.status == Status.PENDING else "confirmed"
    seats_of.lock_both(old, new)
    seats_of.release(old, reservation.seats, column)
    holds.take(new, reservation.seats, column, now)
    _refuse_if_mine(reservation.user, new, now, besides=reservation)
    changes = {"slot": new, "start_at": new.start_at, "end_at": new.end_at, "updated_at": now, "reminded_at": None}
    Reservation.objects.filter(pk=reservation.pk).update(**changes)
    reservation = locked(reservation)
    publish(*events.reservation_rescheduled(reservation))
    withdraw((events.RESERVATION, reservation.pk), kinds=[messages.REMINDERS])
    notify(*messages.reservation_rescheduled(reservation))
    waitlist.offer(old, now)
    touch_provider(reservation.provider_id)
    return reservation


@unit
def cancel_reservation(reservation: Reservation, *, by: By, because: str = "", now: datetime) -> Reservation:
    reservation = locked(reservation)
    if reservation.status == Status.CANCELLED:
        return reservation
    refuse(ReservationOver, unless=reservation.status in Reservation.ACTIVE, status=reservation.status)
    refuse(BegunAlready, unless=by != By.USER or now < reservation.start_at)
    ending.cancel(reservation, by, because, now)
    return locked(reservation)


@unit
def complete_reservation(reservation: Reservation, *, now: datetime) -> Reservation:
    return _end(reservation, Status.COMPLETED, now)


@unit
def mark_no_show(reservation: Reservation, *, now: datetime) -> Reservation:
    return _end(reservation, Status.NO_SHOW, now)


@unit
def review_reservation(reservation: Reservation, *, rating: int, comment: str = "") -> Review:
    reservation = locked(reservation)
    refuse(NotCompleted, unless=reservation.status == Status.COMPLETED)
    refuse(ReviewedAlready, unless=not Review.objects.filter(reservation=reservation).exists())
    review = Review.objects.create(
        reservation=reservation, provider_id=reservation.provider_id, rating=rating, comment=comment
    )
    stats.reviewed(review)
    touch_provider(reservation.provider_id)
    return review


def locked(reservation: Reservation) -> Reservation:
    return holds.locked(reservation.pk)


def _end(reservation: Reservation, status: Status, now: datetime) -> Reservation:
    """Once it has begun; the provider may correct which of the two it was."""
    reservation = locked(reservation)
    if reservation.status == status:
        return reservation
    refuse(NotConfirmed, unless=reservation.status in Reservation.SEATED, status=reservation.status)
    refuse(NotYet, unless=reservation.start_at <= now)
    move(reservation, status, now, ended_at=now)
    return reservation


def _refuse_unless_held(reservation: Reservation, now: datetime) -> None:
    refuse(ReservationOver, unless=reservation.status == Status.PENDING, status=reservation.status)
    refuse(HoldLapsed, unless=reservation.is_held(now))


def _refuse_if_mine(user: User, slot: Slot, now: datetime, besides: Reservation | None = None) -> None:
    """One reservation of a slot, and not many holds."""
    mine = Reservation.objects.active().filter(Q(slot=slot) | Q(status=Status.PENDING), user=user)
    if besides is not None:
        mine = mine.exclude(pk=besides.pk)
    found = list(mine.values_list("pk", "slot_id", "hold_expires_at"))
    for reservation_id, slot_id, expires_at in found:
        if slot_id == slot.pk:
            is_gone = expires_at is not None and expires_at <= now and holds.reclaim(slot, now, user=user)
            refuse(ReservedAlready, unless=is_gone, reservation_id=str(reservation_id))
    held = sum(1 for _, _, expires_at in found if expires_at is not None and now < expires_at)
    refuse(TooManyHolds, unless=held < limits.holds)
