"""What those who work for a provider see of what is booked."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bookings.conf import limits
from bookings.models import Reservation
from bookings.names import display_name
from core.fields import DayField, InstantField


class AgendaIn(serializers.Serializer):
    """One `date`, or all from the day `from` until the day `until`, that day included; today where nothing is given."""

    date = DayField(required=False)
    until = DayField(required=False)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": DayField(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first: date | None = attrs.get("date") or attrs.get("from")
        last: date | None = attrs.get("date") or attrs.get("until") or first
        if (first is None) != (last is None) or (first and last and last < first):
            raise serializers.ValidationError({"until": [_("Give two days, the earlier one first.")]})
        if first and last and last - first >= timedelta(days=limits.slots_days):
            raise serializers.ValidationError({"until": [_("Give fewer days at once.")]})
        return {"first": first, "last": last}


class AgendaOut(serializers.Serializer):
    """Who comes, for how many and when: and nothing else of the customer."""

    reservation_id = serializers.UUIDField(source="pk")
    service_id = serializers.UUIDField()
    service_name = serializers.CharField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    seats = serializers.IntegerField()
    name = serializers.SerializerMethodField(help_text="A given name and an initial.")
    status = serializers.ChoiceField(choices=Reservation.Status.choices)
    payment_status = serializers.ChoiceField(choices=Reservation.PaymentStatus.choices)

    def get_name(self, reservation: Reservation) -> str:
        return display_name(reservation.user.full_name)


class SlotNameIn(serializers.Serializer):
    service_id = serializers.UUIDField()
    start_at = InstantField()


class SlotStateOut(serializers.Serializer):
    service_id = serializers.UUIDField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    held = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    is_closed = serializers.BooleanField()
