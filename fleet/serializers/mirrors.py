"""The classes of seed 003's app, for the description of the API. What is answered is made by fleet.dialect_shapes."""

from rest_framework import serializers

from fleet.models import Vehicle, Violation

COUNT = "A whole number, written with a decimal point."
OFFICERS = "Blank for guards."


class DistributionIn(serializers.Serializer):
    by = serializers.ChoiceField(choices=["type", "department"], default="type", help_text="What is told apart.")


class AppViolationOut(serializers.Serializer):
    id = serializers.UUIDField()
    vehicleId = serializers.CharField(help_text="Blank until the plate is registered.")  # noqa: N815
    reportedByUserId = serializers.CharField(help_text="Blank of a device.")  # noqa: N815
    violationType = serializers.CharField(help_text="A type, or `Other: <what>`.")  # noqa: N815
    status = serializers.ChoiceField(choices=Violation.Status.choices)
    sanctionType = serializers.ChoiceField(choices=["suspension", "revocation"], allow_null=True)  # noqa: N815
    sanctionApplied = serializers.BooleanField()  # noqa: N815
    sanctionId = serializers.UUIDField(allow_null=True)  # noqa: N815
    reportedAt = serializers.DateTimeField()  # noqa: N815
    createdAt = serializers.DateTimeField()  # noqa: N815
    reviewedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    confirmedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    ownerName = serializers.CharField()  # noqa: N815
    plateNumber = serializers.CharField()  # noqa: N815
    fullname = serializers.CharField(help_text="Of the person or the device that reported it.")


class AppVehicleOut(serializers.Serializer):
    vehicleId = serializers.UUIDField()  # noqa: N815
    ownerName = serializers.CharField()  # noqa: N815
    schoolID = serializers.CharField()  # noqa: N815
    department = serializers.CharField()
    academicYear = serializers.CharField()  # noqa: N815
    semester = serializers.CharField()
    gender = serializers.CharField()
    yearLevel = serializers.CharField()  # noqa: N815
    block = serializers.CharField()
    contact = serializers.CharField(help_text=OFFICERS)
    purok = serializers.CharField(help_text=OFFICERS)
    barangay = serializers.CharField(help_text=OFFICERS)
    city = serializers.CharField(help_text=OFFICERS)
    province = serializers.CharField(help_text=OFFICERS)
    plateNumber = serializers.CharField()  # noqa: N815
    vehicleType = serializers.ChoiceField(choices=Vehicle.Type.choices, allow_blank=True)  # noqa: N815
    vehicleModel = serializers.CharField()  # noqa: N815
    vehicleColor = serializers.CharField()  # noqa: N815
    licenseNumber = serializers.CharField(help_text=OFFICERS)  # noqa: N815
    orNumber = serializers.CharField(help_text=OFFICERS)  # noqa: N815
    crNumber = serializers.CharField(help_text=OFFICERS)  # noqa: N815
    status = serializers.ChoiceField(choices=Vehicle.Status.choices, allow_blank=True)
    registrationStatus = serializers.ChoiceField(choices=Vehicle.Registration.choices)  # noqa: N815
    createdAt = serializers.DateTimeField()  # noqa: N815
    registrationValidFrom = serializers.DateField(allow_null=True)  # noqa: N815
    registrationValidUntil = serializers.DateField(allow_null=True)  # noqa: N815


class AppChartOut(serializers.Serializer):
    category = serializers.CharField()
    value = serializers.FloatField(help_text=COUNT)
    date = serializers.DateField(allow_null=True)


class CountedTypeOut(serializers.Serializer):
    type = serializers.CharField()
    count = serializers.IntegerField()


class AppSummaryOut(serializers.Serializer):
    totalViolations = serializers.IntegerField()  # noqa: N815
    activeViolations = serializers.IntegerField(help_text="Those nobody has decided on.")  # noqa: N815
    totalVehicles = serializers.IntegerField()  # noqa: N815
    totalEntriesExits = serializers.IntegerField()  # noqa: N815
    violationTrendPercent = serializers.FloatField(help_text="0 where nothing was before.")  # noqa: N815
    topViolationTypes = CountedTypeOut(many=True)  # noqa: N815
    departmentLogData = AppChartOut(many=True)  # noqa: N815
    deptViolationData = AppChartOut(many=True)  # noqa: N815
