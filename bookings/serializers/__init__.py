"""Shapes in the native spelling; where the seed's clients read them, in theirs. Amounts are in minor units."""

from bookings.serializers.reservations import (
    CancelIn,
    ConfirmPaymentIn,
    EntryIdIn,
    ReferenceOut,
    RescheduleIn,
    ReservationIdIn,
    ReservationIn,
    ReservationOut,
    ReviewIn,
    ReviewOut,
    WaitIn,
    WaitlistEntryOut,
)
from bookings.serializers.subscriptions import (
    CancelSubscriptionIn,
    SubscribeIn,
    SubscriptionIdIn,
    SubscriptionOut,
    SubscriptionReferenceOut,
)

__all__ = [
    "CancelIn",
    "CancelSubscriptionIn",
    "ConfirmPaymentIn",
    "EntryIdIn",
    "ReferenceOut",
    "RescheduleIn",
    "ReservationIdIn",
    "ReservationIn",
    "ReservationOut",
    "ReviewIn",
    "ReviewOut",
    "SubscribeIn",
    "SubscriptionIdIn",
    "SubscriptionOut",
    "SubscriptionReferenceOut",
    "WaitIn",
    "WaitlistEntryOut",
]
