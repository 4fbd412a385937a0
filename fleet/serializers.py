from typing import Any

from rest_framework import serializers

from fleet.conf import limits
from fleet.models import Scan, Violation
from fleet.plates import LONGEST, is_plate, spelled


class PlateField(serializers.CharField):
    default_error_messages = {"plate": "At least three letters or digits; nothing else but spaces and dashes."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        plate = spelled(super().to_internal_value(data))
        if not is_plate(plate):
            self.fail("plate")
        return plate


class EventIn(serializers.Serializer):
    """`event_id` is the device's own number of the event: a repeat of it changes nothing."""

    event_id = serializers.CharField(max_length=64)
    plate = PlateField()
    at = serializers.DateTimeField(help_text="When it happened, by the device's clock.")


class ScanIn(EventIn):
    direction = serializers.ChoiceField(choices=Scan.Direction.choices)
    gate = serializers.CharField(max_length=60, required=False, allow_blank=True)


class ViolationIn(EventIn):
    type = serializers.ChoiceField(choices=Violation.Type.choices)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ScansIn(serializers.Serializer):
    scans = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=limits.batch)


class ViolationsIn(serializers.Serializer):
    violations = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=limits.batch)


class OutcomeOut(serializers.Serializer):
    event_id = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(choices=["recorded", "repeated", "refused"])
    refusal = serializers.JSONField(required=False, help_text="An error envelope.")


class OutcomesOut(serializers.Serializer):
    outcomes = OutcomeOut(many=True, help_text="In the order of what was sent.")
