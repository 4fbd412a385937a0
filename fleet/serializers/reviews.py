"""Violations, and what officers make of them. What is answered is made by fleet.shapes."""

from rest_framework import serializers

from fleet.models import Sanction, Vehicle, Violation


class ViolationOut(serializers.Serializer):
    id = serializers.UUIDField()
    vehicle_id = serializers.UUIDField(allow_null=True, help_text="Null as long as the plate is not registered.")
    plate_number = serializers.CharField()
    owner_name = serializers.CharField()
    department = serializers.CharField()
    type = serializers.ChoiceField(choices=Violation.Type.choices)
    note = serializers.CharField()
    status = serializers.ChoiceField(choices=Violation.Status.choices)
    reported_at = serializers.DateTimeField()
    reported_by = serializers.CharField()
    reviewed_at = serializers.DateTimeField(allow_null=True)
    sanction_id = serializers.UUIDField(allow_null=True)
    sanction_type = serializers.ChoiceField(choices=Sanction.Type.choices, allow_null=True)


class SanctionOut(serializers.Serializer):
    id = serializers.UUIDField()
    violation_id = serializers.UUIDField()
    vehicle_id = serializers.UUIDField()
    plate_number = serializers.CharField()
    registration_status = serializers.ChoiceField(choices=Vehicle.Registration.choices)
    offense_number = serializers.IntegerField(help_text="Of those that were not lifted.")
    type = serializers.ChoiceField(choices=Sanction.Type.choices)
    status = serializers.ChoiceField(choices=Sanction.Status.choices)
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField(allow_null=True)
    lifted_at = serializers.DateTimeField(allow_null=True)


class ReviewFilterIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=Violation.Status.choices, required=False)
    type = serializers.ChoiceField(choices=Violation.Type.choices, required=False)
    department = serializers.CharField(max_length=40, required=False)
    order = serializers.ChoiceField(
        choices=["newest", "waiting"], default="newest", help_text="`waiting`: what we heard of first comes first."
    )


class SanctionFilterIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=Sanction.Status.choices, required=False)


class ViolationIdIn(serializers.Serializer):
    violation_id = serializers.UUIDField()


class SanctionIdIn(serializers.Serializer):
    sanction_id = serializers.UUIDField()
