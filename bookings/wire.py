"""Seed 001's words, spelled as its app reads and writes them: docs/seeds.md. Prices are in major units, as numbers."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import User
from bookings.conf import limits
from bookings.events import RESERVATION
from bookings.models import Plan, Reservation, Subscription
from bookings.serializers import ATTENDEE_TYPES, MOST_SUBSCRIBERS
from bookings.serializers.fields import SeedInstantField
from core.money import to_major
from payments.models import Payment
from payments.selectors import payments_about

By = Reservation.By
Interval = Plan.Interval

SHAPE = "seed"
METHODS = {Payment.Gateway.STRIPE: "creditCard", Payment.Gateway.CASH: "cash"}
BILLING_CYCLES = {(Interval.MONTH, 1): "monthly", (Interval.MONTH, 12): "annually", (Interval.YEAR, 1): "annually"}

Data = dict[str, Any]


class ShapeIn(serializers.Serializer):
    shape = serializers.ChoiceField(
        choices=[SHAPE], required=False, help_text="`seed`: the keys of seed 001's app, prices in major units."
    )


# What comes in.


class SeedAttendeeIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    type = serializers.CharField(max_length=20, default="guest")

    def validate_type(self, type: str) -> str:
        """The app also says `primary`."""
        return type if type in ATTENDEE_TYPES else "self" if type == "primary" else "guest"


class SeedReservationIn(serializers.Serializer):
    """The app's own words; what else it says of a reservation, the server knows better."""

    serviceId = serializers.UUIDField()  # noqa: N815
    reservationStartTime = SeedInstantField(required=False)  # noqa: N815
    dateTime = SeedInstantField(required=False)  # noqa: N815
    groupSize = serializers.IntegerField(min_value=1, max_value=limits.seats, required=False)  # noqa: N815
    attendees = SeedAttendeeIn(many=True, required=False, max_length=limits.seats)
    notes = serializers.CharField(max_length=1000, allow_blank=True, allow_null=True, required=False)

    def validate(self, attrs: Data) -> Data:
        if not attrs.keys() & {"reservationStartTime", "dateTime"}:
            raise serializers.ValidationError({"reservationStartTime": [_("Say when it begins.")]})
        return attrs


class SeedConfirmationIn(serializers.Serializer):
    reservationId = serializers.UUIDField()  # noqa: N815
    paymentId = serializers.CharField(max_length=100)  # noqa: N815
    gateway = serializers.CharField(max_length=10, default=Payment.Gateway.STRIPE)


class SeedSubscriberIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    role = serializers.ChoiceField(choices=["primary", "member"], default="member")


class SeedSubscriptionIn(serializers.Serializer):
    planId = serializers.UUIDField()  # noqa: N815
    gateway = serializers.CharField(max_length=10, default=Payment.Gateway.STRIPE)
    subscribers = SeedSubscriberIn(many=True, required=False, max_length=MOST_SUBSCRIBERS)


def reservation_in(said: Data) -> Data:
    """In the words of our own command."""
    attendees = said.get("attendees", [])
    return {
        "service_id": said["serviceId"],
        "seats": said.get("groupSize") or max(len(attendees), 1),
        "attendees": attendees,
        "notes": said.get("notes") or "",
        "start_at": said.get("reservationStartTime") or said["dateTime"],
    }


def subscription_in(said: Data) -> Data:
    return {
        "plan_id": said["planId"],
        "gateway": said["gateway"],
        "subscribers": said.get("subscribers", []),
    }


# What goes out.


class SeedAttendeeOut(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField()
    status = serializers.CharField()


class SeedPaymentOut(serializers.Serializer):
    method = serializers.CharField()
    gateway = serializers.CharField()
    transactionId = serializers.CharField(allow_null=True)  # noqa: N815
    amount = serializers.FloatField()
    currency = serializers.CharField()


class SeedReservationOut(serializers.Serializer):
    """ReservationModel."""

    id = serializers.UUIDField()
    userId = serializers.UUIDField()  # noqa: N815
    userName = serializers.CharField()  # noqa: N815
    providerId = serializers.UUIDField()  # noqa: N815
    type = serializers.CharField()
    groupSize = serializers.IntegerField()  # noqa: N815
    serviceId = serializers.UUIDField()  # noqa: N815
    serviceName = serializers.CharField()  # noqa: N815
    durationMinutes = serializers.IntegerField()  # noqa: N815
    reservationStartTime = serializers.DateTimeField()  # noqa: N815
    endTime = serializers.DateTimeField()  # noqa: N815
    status = serializers.CharField()
    paymentStatus = serializers.CharField()  # noqa: N815
    paymentDetails = SeedPaymentOut(allow_null=True)  # noqa: N815
    paymentId = serializers.UUIDField(allow_null=True)  # noqa: N815
    paymentGateway = serializers.CharField(allow_null=True)  # noqa: N815
    notes = serializers.CharField()
    attendees = SeedAttendeeOut(many=True)
    reservationCode = serializers.CharField()  # noqa: N815
    totalPrice = serializers.FloatField()  # noqa: N815
    reservedCapacity = serializers.IntegerField()  # noqa: N815
    createdAt = serializers.DateTimeField()  # noqa: N815
    updatedAt = serializers.DateTimeField()  # noqa: N815
    confirmedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    cancelledAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    cancelledBy = serializers.CharField(allow_null=True)  # noqa: N815


class SeedSubscriptionOut(serializers.Serializer):
    """SubscriptionModel."""

    id = serializers.UUIDField()
    userId = serializers.UUIDField()  # noqa: N815
    userName = serializers.CharField()  # noqa: N815
    providerId = serializers.UUIDField()  # noqa: N815
    planId = serializers.UUIDField()  # noqa: N815
    planName = serializers.CharField()  # noqa: N815
    status = serializers.CharField()
    startDate = serializers.DateTimeField()  # noqa: N815
    expiryDate = serializers.DateTimeField()  # noqa: N815
    nextBillingDate = serializers.DateTimeField(allow_null=True)  # noqa: N815
    pricePaid = serializers.FloatField()  # noqa: N815
    paymentDetails = serializers.DictField(child=serializers.CharField())  # noqa: N815
    cancellationReason = serializers.CharField(allow_null=True)  # noqa: N815
    cancelledAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    groupSize = serializers.IntegerField()  # noqa: N815
    subscribers = SeedSubscriberIn(many=True)
    billingCycle = serializers.CharField()  # noqa: N815
    createdAt = serializers.DateTimeField()  # noqa: N815
    updatedAt = serializers.DateTimeField()  # noqa: N815


def reservations(user: User, found: Sequence[Reservation]) -> list[Data]:
    """His own."""
    newest = {payment.subject_key: payment for payment in payments_about(RESERVATION, [one.pk for one in found])}
    rows = [_reservation(user, one, newest.get(str(one.pk))) for one in found]
    shown: list[Data] = SeedReservationOut(rows, many=True).data
    return shown


def subscriptions(user: User, found: Iterable[Subscription]) -> list[Data]:
    shown: list[Data] = SeedSubscriptionOut([_subscription(user, one) for one in found], many=True).data
    return shown


def _reservation(user: User, reservation: Reservation, payment: Payment | None) -> Data:
    return {
        "id": reservation.pk,
        "userId": user.pk,
        "userName": user.full_name,
        "providerId": reservation.provider_id,
        "type": "time-based",
        "groupSize": reservation.seats,
        "serviceId": reservation.service_id,
        "serviceName": reservation.service_name,
        "durationMinutes": int((reservation.end_at - reservation.start_at).total_seconds() // 60),
        "reservationStartTime": reservation.start_at,
        "endTime": reservation.end_at,
        "status": _status(reservation),
        "paymentStatus": reservation.payment_status,
        "paymentDetails": _payment(payment) if payment else None,
        "paymentId": payment.pk if payment else None,
        "paymentGateway": payment.gateway if payment else None,
        "notes": reservation.notes,
        "attendees": [{**attendee, "status": "going"} for attendee in reservation.attendees],
        "reservationCode": f"RES-{reservation.pk.hex[-8:].upper()}",
        "totalPrice": _major(reservation.price, reservation.currency),
        "reservedCapacity": reservation.seats,
        "createdAt": reservation.created_at,
        "updatedAt": reservation.updated_at,
        "confirmedAt": reservation.confirmed_at,
        "cancelledAt": reservation.cancelled_at,
        "cancelledBy": reservation.cancelled_by or None,
    }


def _status(reservation: Reservation) -> str:
    """The app knows two ways of being cancelled."""
    if reservation.status == Reservation.Status.CANCELLED:
        return "cancelled_by_user" if reservation.cancelled_by == By.USER else "cancelled_by_provider"
    return reservation.status


def _payment(payment: Payment) -> Data:
    return {
        "method": METHODS[Payment.Gateway(payment.gateway)],
        "gateway": payment.gateway,
        "transactionId": payment.intent_id,
        "amount": _major(payment.amount, payment.currency),
        "currency": payment.currency,
    }


def _subscription(user: User, subscription: Subscription) -> Data:
    is_running = subscription.status in Subscription.RUNNING
    return {
        "id": subscription.pk,
        "userId": user.pk,
        "userName": user.full_name,
        "providerId": subscription.provider_id,
        "planId": subscription.plan_id,
        "planName": subscription.plan_name,
        "status": subscription.status,
        "startDate": subscription.anchor_at,
        "expiryDate": subscription.expires_at,
        "nextBillingDate": subscription.expires_at if is_running and subscription.renews else None,
        "pricePaid": _major(subscription.price, subscription.currency),
        "paymentDetails": {
            "method": METHODS[Payment.Gateway(subscription.gateway)],
            "gateway": subscription.gateway,
            "currency": subscription.currency,
        },
        "cancellationReason": subscription.cancelled_because or None,
        "cancelledAt": subscription.cancelled_at,
        "groupSize": max(len(subscription.subscribers), 1),
        "subscribers": subscription.subscribers,
        "billingCycle": _billing_cycle(subscription),
        "createdAt": subscription.created_at,
        "updatedAt": subscription.updated_at,
    }


def _billing_cycle(subscription: Subscription) -> str:
    """Of one that was cancelled, what it was. Beside the app's own words: `every 2 week`, for which it has none."""
    if not (subscription.renews or subscription.plan.renews):
        return "one-time"
    count, interval = subscription.interval_count, Interval(subscription.interval)
    return BILLING_CYCLES.get((interval, count), f"every {count} {interval}")


def _major(amount: int, currency: str) -> float:
    return float(to_major(amount, currency))
