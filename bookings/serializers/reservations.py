from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bookings.conf import limits
from bookings.models import Reservation, Review, WaitlistEntry
from bookings.serializers.fields import GatewayIn, ReasonIn
from core.fields import InstantField

ATTENDEE_TYPES = ["self", "family", "friend", "guest"]


class AttendeeField(serializers.Serializer):
    """Who comes along. The provider never sees it."""

    name = serializers.CharField(max_length=120)
    type = serializers.ChoiceField(choices=ATTENDEE_TYPES, default="guest")


class ReservationIn(serializers.Serializer):
    service_id = serializers.UUIDField()
    start_at = InstantField(help_text="Of one of the service's slots.")
    seats = serializers.IntegerField(min_value=1, max_value=limits.seats, default=1)
    attendees = AttendeeField(many=True, required=False, max_length=limits.seats)
    notes = serializers.CharField(max_length=1000, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.get("attendees", [])) > attrs["seats"]:
            raise serializers.ValidationError({"attendees": [_("There are more attendees than seats.")]})
        return attrs


class ReservationIdIn(serializers.Serializer):
    reservation_id = serializers.UUIDField()


class PaymentNameIn(GatewayIn):
    """`payment_id` is ours or the gateway's."""

    payment_id = serializers.CharField(max_length=100)


class ConfirmPaymentIn(ReservationIdIn, PaymentNameIn):
    pass


class NewStartIn(serializers.Serializer):
    start_at = InstantField()


class RescheduleIn(ReservationIdIn, NewStartIn):
    pass


class CancelIn(ReservationIdIn, ReasonIn):
    pass


class ReservationFilterIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=Reservation.Status.choices, required=False)
    when = serializers.ChoiceField(
        choices=["upcoming", "past"], required=False, help_text="Past: over, or cancelled. Both by default."
    )


class BookingReviewIn(serializers.Serializer):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=1000, allow_blank=True, default="")


class BookingReviewOut(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = ["rating", "comment", "created_at"]
        read_only_fields = fields


class ReservationOut(serializers.Serializer):
    """The object of kind `bookings.reservation`: the customer's, and nobody else's."""

    reservation_id = serializers.UUIDField(source="pk")
    provider_id = serializers.UUIDField()
    provider_name = serializers.CharField()
    service_id = serializers.UUIDField()
    service_name = serializers.CharField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    zone = serializers.CharField()
    seats = serializers.IntegerField()
    attendees = AttendeeField(many=True)
    notes = serializers.CharField()
    status = serializers.ChoiceField(choices=Reservation.Status.choices)
    payment_status = serializers.ChoiceField(choices=Reservation.PaymentStatus.choices)
    price = serializers.IntegerField()
    currency = serializers.CharField()
    policy = serializers.JSONField()
    hold_expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancelled_by = serializers.ChoiceField(choices=Reservation.By.choices, allow_blank=True)
    cancelled_because = serializers.CharField()


class ReferenceOut(serializers.Serializer):
    """All that a provider's lists say of a reservation, in the seed's spelling."""

    reservationId = serializers.UUIDField(source="pk")  # noqa: N815
    userId = serializers.UUIDField(source="user_id")  # noqa: N815
    status = serializers.ChoiceField(choices=Reservation.Status.choices)
    timestamp = serializers.DateTimeField(source="created_at")
    confirmedAt = serializers.DateTimeField(source="confirmed_at", allow_null=True)  # noqa: N815
    cancelledAt = serializers.DateTimeField(source="cancelled_at", allow_null=True)  # noqa: N815
    cancelledBy = serializers.ChoiceField(  # noqa: N815
        choices=Reservation.By.choices, source="cancelled_by", allow_blank=True
    )


class WaitIn(serializers.Serializer):
    service_id = serializers.UUIDField()
    start_at = InstantField()
    seats = serializers.IntegerField(min_value=1, max_value=limits.seats, default=1)


class EntryIdIn(serializers.Serializer):
    entry_id = serializers.UUIDField()


class WaitlistEntryOut(serializers.Serializer):
    """The object of kind `bookings.waitlist_entry`."""

    entry_id = serializers.UUIDField(source="pk")
    provider_id = serializers.UUIDField(source="slot.provider_id")
    provider_name = serializers.CharField(source="slot.provider.business_name")
    service_id = serializers.UUIDField(source="slot.service_id")
    service_name = serializers.CharField(source="slot.service.name")
    start_at = serializers.DateTimeField(source="slot.start_at")
    end_at = serializers.DateTimeField(source="slot.end_at")
    zone = serializers.CharField(source="slot.provider.zone")
    seats = serializers.IntegerField()
    status = serializers.ChoiceField(choices=WaitlistEntry.Status.choices)
    reservation_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
