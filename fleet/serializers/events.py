"""What gates and patrols say."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.fields import InstantField
from fleet.conf import limits
from fleet.models import Scan, Violation
from fleet.serializers.fields import PlateField


class EventIn(serializers.Serializer):
    """`event_id` is the device's own number of the event: a repeat of it changes nothing."""

    event_id = serializers.CharField(max_length=64)
    plate = PlateField()
    at = InstantField(help_text="When it happened, by the device's clock.")


class ScanIn(EventIn):
    direction = serializers.ChoiceField(choices=Scan.Direction.choices)
    gate = serializers.CharField(max_length=60, required=False, allow_blank=True)


class ViolationIn(EventIn):
    type = serializers.ChoiceField(choices=Violation.Type.choices)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ScanCommandIn(ScanIn):
    event_id = serializers.CharField(max_length=64, required=False)  # the id of the command


class ViolationCommandIn(ViolationIn):
    event_id = serializers.CharField(max_length=64, required=False)  # the id of the command


class Unread(serializers.Field):
    """One of a batch: read by itself, so that it is refused by itself."""

    def to_internal_value(self, data: Any) -> Any:
        return data


@extend_schema_field(ScanIn)
class UnreadScan(Unread):
    pass


@extend_schema_field(ViolationIn)
class UnreadViolation(Unread):
    pass


class ScansIn(serializers.Serializer):
    scans = serializers.ListField(child=UnreadScan(allow_null=True), min_length=1, max_length=limits.batch)


class ViolationsIn(serializers.Serializer):
    violations = serializers.ListField(child=UnreadViolation(allow_null=True), min_length=1, max_length=limits.batch)


class OutcomeOut(serializers.Serializer):
    event_id = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(choices=["recorded", "repeated", "refused"])
    refusal = serializers.JSONField(required=False, help_text="An error envelope.")


class OutcomesOut(serializers.Serializer):
    outcomes = OutcomeOut(many=True, help_text="In the order of what was sent.")
