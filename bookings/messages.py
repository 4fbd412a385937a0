"""What people read, in the seed's words. To those who work for a provider: references, and nobody's name."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from bookings.events import RESERVATION, SUBSCRIPTION
from bookings.models import Reservation, ScheduledReminder, Subscription
from notifications.messages import Importance, Message, Words

RESERVATIONS = "reservations"
SUBSCRIPTIONS = "subscriptions"
REMINDERS = "reminders"

# Both seeds' statuses as a sentence ends with them.
RESERVATION_STATUSES = {
    Reservation.Status.PENDING: gettext_noop("pending"),
    Reservation.Status.CONFIRMED: gettext_noop("confirmed"),
    Reservation.Status.COMPLETED: gettext_noop("completed"),
    Reservation.Status.NO_SHOW: gettext_noop("marked as missed"),
    Reservation.Status.CANCELLED: gettext_noop("cancelled"),
    Reservation.Status.EXPIRED: gettext_noop("expired"),
}
SUBSCRIPTION_STATUSES = {
    Subscription.Status.PENDING: gettext_noop("pending"),
    Subscription.Status.ACTIVE: gettext_noop("active"),
    Subscription.Status.PAYMENT_FAILED: gettext_noop("waiting for a payment"),
    Subscription.Status.CANCELLED: gettext_noop("cancelled"),
    Subscription.Status.EXPIRED: gettext_noop("expired"),
}
IMPORTANT = {"confirmed", "cancelled", "payment_failed"}


def reservation_created(reservation: Reservation) -> Message:
    return Message(
        RESERVATIONS,
        (RESERVATION, reservation.pk),
        gettext_noop("New Reservation"),
        gettext_noop("{service}, {start}, seats: {seats}"),
        to=reservation.provider.team,
        params={
            "service": reservation.service_name,
            "start": _local(reservation.start_at, reservation.zone),
            "seats": reservation.seats,
        },
        data=_provider_data(reservation),
        expires_at=reservation.end_at,
    )


def reservation_changed(reservation: Reservation) -> list[Message]:
    """To both sides, when its status did."""
    status = Words(RESERVATION_STATUSES[Reservation.Status(reservation.status)])
    return [
        _to_customer(
            reservation,
            gettext_noop("Reservation Updated"),
            gettext_noop("Your reservation is now {status}"),
            {"status": status},
            occasion=f"{reservation.status} {reservation.updated_at.isoformat()}",
            importance=Importance.IMPORTANT if reservation.status in IMPORTANT else Importance.NORMAL,
        ),
        _to_team(reservation, status, occasion=f"{reservation.status} {reservation.updated_at.isoformat()}"),
    ]


def reservation_rescheduled(reservation: Reservation) -> list[Message]:
    occasion = f"{reservation.start_at.isoformat()} {reservation.updated_at.isoformat()}"
    return [
        _to_customer(
            reservation,
            gettext_noop("Reservation Rescheduled"),
            gettext_noop("{service} is now on {start}"),
            {"service": reservation.service_name, "start": _local(reservation.start_at, reservation.zone)},
            occasion=occasion,
            importance=Importance.IMPORTANT,
        ),
        _to_team(reservation, Words(gettext_noop("rescheduled")), occasion=occasion),
    ]


def seat_offered(reservation: Reservation) -> Message:
    return _to_customer(
        reservation,
        gettext_noop("A Seat Is Free"),
        gettext_noop("{service}, {start}: confirm by {until}"),
        {
            "service": reservation.service_name,
            "start": _local(reservation.start_at, reservation.zone),
            "until": _local(reservation.hold_expires_at or reservation.start_at, reservation.zone),
        },
        importance=Importance.URGENT,
        expires_at=reservation.hold_expires_at,
    )


def payment_failed(reservation: Reservation, occasion: object) -> Message:
    return _to_customer(
        reservation,
        gettext_noop("Payment Failed"),
        gettext_noop("The payment for {service} has failed. Your seat is held a little longer"),
        {"service": reservation.service_name},
        occasion=str(occasion),
        importance=Importance.IMPORTANT,
    )


def payment_returned(reservation: Reservation, occasion: object) -> Message:
    """It came when there was no seat any more."""
    return _to_customer(
        reservation,
        gettext_noop("Payment Returned"),
        gettext_noop("We are sorry: {service} could not be booked any more, and your payment is on its way back"),
        {"service": reservation.service_name},
        occasion=str(occasion),
        importance=Importance.IMPORTANT,
    )


def reservation_near(reservation: Reservation) -> Message:
    return Message(
        REMINDERS,
        (RESERVATION, reservation.pk),
        gettext_noop("Upcoming Reservation"),
        gettext_noop("{service}, {start}"),
        to=[reservation.user_id],
        params={"service": reservation.service_name, "start": _local(reservation.start_at, reservation.zone)},
        data=_data(reservation),
        occasion=reservation.start_at.isoformat(),
        expires_at=reservation.start_at,
    )


def subscription_changed(subscription: Subscription) -> list[Message]:
    status = Words(SUBSCRIPTION_STATUSES[Subscription.Status(subscription.status)])
    occasion = f"{subscription.status} {subscription.updated_at.isoformat()}"
    return [
        _to_subscriber(
            subscription,
            gettext_noop("Subscription Updated"),
            gettext_noop("Your subscription to {plan} is now {status}"),
            {"status": status},
            occasion,
            Importance.IMPORTANT if subscription.status in IMPORTANT else Importance.NORMAL,
        ),
        Message(
            SUBSCRIPTIONS,
            (SUBSCRIPTION, subscription.pk),
            gettext_noop("Customer Update"),
            gettext_noop("Subscription {id} is {status}"),
            to=subscription.provider.team,
            params={"id": str(subscription.pk), "status": status},
            data={"type": "provider_subscription", "id": str(subscription.pk), "userId": str(subscription.user_id)},
            occasion=occasion,
        ),
    ]


def subscription_renewed(subscription: Subscription) -> Message:
    return _to_subscriber(
        subscription,
        gettext_noop("Subscription Renewed"),
        gettext_noop("{plan} is yours until {until}"),
        {"until": _local(subscription.expires_at, subscription.zone)},
        occasion=str(subscription.period),
        importance=Importance.IMPORTANT,
    )


def renewal_returned(subscription: Subscription, occasion: object) -> Message:
    """It came when nothing was to be paid any more."""
    return _to_subscriber(
        subscription,
        gettext_noop("Payment Returned"),
        gettext_noop("Your payment for {plan} came when nothing was to be paid, and is on its way back"),
        {},
        occasion=str(occasion),
        importance=Importance.IMPORTANT,
    )


def renewal_near(subscription: Subscription, reminder: ScheduledReminder) -> Message:
    title, body = (
        (gettext_noop("Subscription Renewal"), gettext_noop("{plan} is renewed on {until}"))
        if subscription.renews
        else (gettext_noop("Subscription Expiring Soon"), gettext_noop("{plan} ends on {until}"))
    )
    return Message(
        REMINDERS,
        (SUBSCRIPTION, subscription.pk),
        title,
        body,
        to=[subscription.user_id],
        params={"plan": subscription.plan_name, "until": _local(subscription.expires_at, subscription.zone)},
        data={**_subscription_data(subscription), "daysUntilExpiry": str(reminder.days_before)},
        occasion=f"{reminder.period} {reminder.days_before}",
        importance=Importance.IMPORTANT if subscription.renews else Importance.NORMAL,
        expires_at=subscription.expires_at,
    )


def _to_customer(
    reservation: Reservation,
    title: str,
    body: str,
    params: dict[str, Any],
    occasion: str = "",
    importance: Importance = Importance.NORMAL,
    expires_at: datetime | None = None,
) -> Message:
    return Message(
        RESERVATIONS,
        (RESERVATION, reservation.pk),
        title,
        body,
        to=[reservation.user_id],
        params=params,
        data=_data(reservation),
        occasion=occasion,
        importance=importance,
        expires_at=expires_at,
    )


def _to_team(reservation: Reservation, status: Words, occasion: str) -> Message:
    return Message(
        RESERVATIONS,
        (RESERVATION, reservation.pk),
        gettext_noop("Customer Update"),
        gettext_noop("Reservation {id} is {status}"),
        to=reservation.provider.team,
        params={"id": str(reservation.pk), "status": status},
        data=_provider_data(reservation),
        occasion=occasion,
    )


def _to_subscriber(
    subscription: Subscription,
    title: str,
    body: str,
    params: dict[str, Any],
    occasion: str,
    importance: Importance,
) -> Message:
    return Message(
        SUBSCRIPTIONS,
        (SUBSCRIPTION, subscription.pk),
        title,
        body,
        to=[subscription.user_id],
        params={"plan": subscription.plan_name, **params},
        data=_subscription_data(subscription),
        occasion=occasion,
        importance=importance,
    )


def _data(reservation: Reservation) -> dict[str, str]:
    return {"type": "reservation", "id": str(reservation.pk), "status": reservation.status}


def _provider_data(reservation: Reservation) -> dict[str, str]:
    return {"type": "provider_reservation", "id": str(reservation.pk), "userId": str(reservation.user_id)}


def _subscription_data(subscription: Subscription) -> dict[str, str]:
    return {
        "type": "subscription",
        "id": str(subscription.pk),
        "status": subscription.status,
        "planId": str(subscription.plan_id),
        "planName": subscription.plan_name,
    }


def _local(at: datetime, zone: str) -> datetime:
    """Shown by the clock of the place."""
    return at.astimezone(ZoneInfo(zone))
