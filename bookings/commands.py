from typing import Any

from django.utils import timezone

from accounts.models import User
from bookings import selectors
from bookings.models import Reservation
from bookings.serializers import (
    CancelIn,
    CancelSubscriptionIn,
    ConfirmPaymentIn,
    EntryIdIn,
    ReferenceOut,
    RescheduleIn,
    ReservationIdIn,
    ReservationIn,
    ReservationOut,
    SubscribeIn,
    SubscriptionOut,
    WaitIn,
    WaitlistEntryOut,
)
from bookings.services import confirming, reservations, subscriptions, waiting
from core.api import read

Data = dict[str, Any]
By = Reservation.By


def reserve(user: User, data: Data) -> Data:
    wanted = read(ReservationIn, data)
    service = selectors.open_service(wanted.pop("service_id"))
    return ReservationOut(reservations.reserve(user, service, **wanted, now=timezone.now())).data


def confirm_reservation(user: User, data: Data) -> Data:
    reservation = selectors.reservation_of(user, **read(ReservationIdIn, data))
    return ReservationOut(reservations.confirm_reservation(reservation, now=timezone.now())).data


def confirm_payment(user: User, data: Data) -> Data:
    """Has the gateway asked once more. Nobody is confirmed on the word of an app."""
    named = read(ConfirmPaymentIn, data)
    reservation = selectors.reservation_of(user, named.pop("reservation_id"))
    return ReservationOut(confirming.look_for_payment(reservation, **named)).data


def reschedule_reservation(user: User, data: Data) -> Data:
    wanted = read(RescheduleIn, data)
    reservation = selectors.reservation_of(user, wanted.pop("reservation_id"))
    return ReservationOut(reservations.reschedule_reservation(reservation, **wanted, now=timezone.now())).data


def cancel_reservation(user: User, data: Data) -> Data:
    named = read(CancelIn, data)
    reservation = selectors.reservation_of(user, named["reservation_id"])
    cancelled = reservations.cancel_reservation(reservation, by=By.USER, because=named["reason"], now=timezone.now())
    return ReservationOut(cancelled).data


def complete_reservation(user: User, data: Data) -> Data:
    reservation = selectors.reservation_worked_on_by(user, **read(ReservationIdIn, data))
    return ReferenceOut(reservations.complete_reservation(reservation, now=timezone.now())).data


def mark_no_show(user: User, data: Data) -> Data:
    reservation = selectors.reservation_worked_on_by(user, **read(ReservationIdIn, data))
    return ReferenceOut(reservations.mark_no_show(reservation, now=timezone.now())).data


def join_waitlist(user: User, data: Data) -> Data:
    wanted = read(WaitIn, data)
    service = selectors.open_service(wanted["service_id"])
    entry = waiting.join_waitlist(
        user, service, start_at=wanted["start_at"], seats_wanted=wanted["seats"], now=timezone.now()
    )
    return WaitlistEntryOut(entry).data


def leave_waitlist(user: User, data: Data) -> Data:
    entry = selectors.entry_of(user, **read(EntryIdIn, data))
    return WaitlistEntryOut(waiting.leave_waitlist(entry, now=timezone.now())).data


def subscribe(user: User, data: Data) -> Data:
    wanted = read(SubscribeIn, data)
    plan, by = selectors.open_plan(wanted.pop("plan_id")), wanted.pop("gateway")
    return SubscriptionOut(subscriptions.subscribe(user, plan, by=by, **wanted, now=timezone.now())).data


def cancel_subscription(user: User, data: Data) -> Data:
    named = read(CancelSubscriptionIn, data)
    subscription = selectors.subscription_of(user, named["subscription_id"])
    cancelled = subscriptions.cancel_subscription(subscription, because=named["reason"], now=timezone.now())
    return SubscriptionOut(cancelled).data


COMMANDS = {
    "bookings.reserve": reserve,
    "bookings.confirm_reservation": confirm_reservation,
    "bookings.confirm_payment": confirm_payment,
    "bookings.reschedule_reservation": reschedule_reservation,
    "bookings.cancel_reservation": cancel_reservation,
    "bookings.complete_reservation": complete_reservation,
    "bookings.mark_no_show": mark_no_show,
    "bookings.join_waitlist": join_waitlist,
    "bookings.leave_waitlist": leave_waitlist,
    "bookings.subscribe": subscribe,
    "bookings.cancel_subscription": cancel_subscription,
}
