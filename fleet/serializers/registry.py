"""Vehicles, and where they were. What is answered is made by fleet.shapes."""

from rest_framework import serializers

from core.fields import DayField
from fleet.models import Scan, Vehicle
from fleet.serializers.fields import DocumentField, PlateField, TelephoneField

OPTIONAL = {"required": False, "allow_blank": True}
NOT_FOR_GUARDS = {"required": False, "help_text": "Only for officers and staff."}


class VehicleIn(serializers.Serializer):
    """What is not given stays as it is, or blank; a registration that does not say when it ends is for a year."""

    plate_number = PlateField()
    vehicle_type = serializers.ChoiceField(choices=Vehicle.Type.choices, **OPTIONAL)
    vehicle_model = serializers.CharField(max_length=80, **OPTIONAL)
    vehicle_color = serializers.CharField(max_length=40, **OPTIONAL)
    owner_name = serializers.CharField(max_length=120)
    school_id = serializers.CharField(max_length=40, **OPTIONAL)
    department = serializers.CharField(max_length=40, **OPTIONAL)
    academic_year = serializers.CharField(max_length=20, **OPTIONAL)
    semester = serializers.CharField(max_length=20, **OPTIONAL)
    year_level = serializers.CharField(max_length=20, **OPTIONAL)
    block = serializers.CharField(max_length=20, **OPTIONAL)
    gender = serializers.CharField(max_length=20, **OPTIONAL)
    contact = TelephoneField(**OPTIONAL)
    purok = serializers.CharField(max_length=80, **OPTIONAL)
    barangay = serializers.CharField(max_length=80, **OPTIONAL)
    city = serializers.CharField(max_length=80, **OPTIONAL)
    province = serializers.CharField(max_length=80, **OPTIONAL)
    license_number = DocumentField(**OPTIONAL)
    or_number = DocumentField(**OPTIONAL)
    cr_number = DocumentField(**OPTIONAL)
    registration_valid_from = DayField(required=False, allow_null=True)
    registration_valid_until = DayField(required=False, allow_null=True)


class RegisteredVehicleOut(serializers.Serializer):
    id = serializers.UUIDField()
    plate_number = serializers.CharField()
    vehicle_type = serializers.ChoiceField(choices=Vehicle.Type.choices, allow_blank=True)
    vehicle_model = serializers.CharField()
    vehicle_color = serializers.CharField()
    owner_name = serializers.CharField()
    school_id = serializers.CharField()
    department = serializers.CharField()
    academic_year = serializers.CharField()
    semester = serializers.CharField()
    year_level = serializers.CharField()
    block = serializers.CharField()
    gender = serializers.CharField()
    registration_status = serializers.ChoiceField(choices=Vehicle.Registration.choices)
    registration_valid_from = serializers.DateField(allow_null=True)
    registration_valid_until = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Vehicle.Status.choices, allow_blank=True)
    status_at = serializers.DateTimeField(allow_null=True)
    contact = serializers.CharField(**NOT_FOR_GUARDS)
    purok = serializers.CharField(**NOT_FOR_GUARDS)
    barangay = serializers.CharField(**NOT_FOR_GUARDS)
    city = serializers.CharField(**NOT_FOR_GUARDS)
    province = serializers.CharField(**NOT_FOR_GUARDS)
    license_number = serializers.CharField(**NOT_FOR_GUARDS)
    or_number = serializers.CharField(**NOT_FOR_GUARDS)
    cr_number = serializers.CharField(**NOT_FOR_GUARDS)


class VehicleFilterIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=Vehicle.Status.choices, required=False)
    registration_status = serializers.ChoiceField(choices=Vehicle.Registration.choices, required=False)
    vehicle_type = serializers.ChoiceField(choices=Vehicle.Type.choices, required=False)
    department = serializers.CharField(max_length=40, required=False)


class SearchVehiclesIn(serializers.Serializer):
    q = serializers.CharField(max_length=80, help_text="Of a plate, a school id, an owner or a model.")


class VehicleLogOut(serializers.Serializer):
    """Without `in_at` nobody saw it come; without `out_at` it is still there (`is_open`) or nobody saw it go."""

    id = serializers.IntegerField()
    vehicle_id = serializers.UUIDField()
    department = serializers.CharField()
    at = serializers.DateTimeField()
    in_at = serializers.DateTimeField(allow_null=True)
    out_at = serializers.DateTimeField(allow_null=True)
    is_open = serializers.BooleanField()
    duration_minutes = serializers.IntegerField(allow_null=True)
    in_by = serializers.CharField()
    out_by = serializers.CharField()


class ScanOut(serializers.Serializer):
    id = serializers.UUIDField()
    vehicle_id = serializers.UUIDField(allow_null=True)
    direction = serializers.ChoiceField(choices=Scan.Direction.choices)
    at = serializers.DateTimeField()
    gate = serializers.CharField()
    received_at = serializers.DateTimeField()
    by = serializers.CharField()
