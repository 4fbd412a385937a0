"""Shapes in the native spelling; `wire` has the seed's. Amounts are in minor units of their currency."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.zones import validate_zone
from core.money import CurrencyField, MinorUnitsField
from dispatch.conf import limits
from dispatch.geo import coarse
from dispatch.hours import validate_hours
from dispatch.models import DamageReport, Estimate, EstimateRequest, Photo, Professional, Review, Skill

LONGEST_WAIT = timedelta(days=30)
OLDEST_CAR = 1900


class PhotoOut(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    content_type = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()

    def get_url(self, photo: Photo) -> str:
        return f"/api/dispatch/photos/{photo.pk}"


class PlaceOut(serializers.Serializer):
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()


class ReportFactsOut(serializers.Serializer):
    """What the owner and all who were asked see of a report."""

    report_id = serializers.UUIDField(source="pk")
    vehicle = serializers.CharField()
    vehicle_make = serializers.CharField()
    vehicle_model = serializers.CharField()
    vehicle_year = serializers.IntegerField()
    description = serializers.CharField()
    skills = serializers.SerializerMethodField()
    priority = serializers.ChoiceField(choices=DamageReport.Priority.choices)
    estimated_cost = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    photos = PhotoOut(many=True)
    report_status = serializers.ChoiceField(choices=DamageReport.Status.choices, source="status")
    generation = serializers.IntegerField()
    answer_by = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    def get_skills(self, report: DamageReport) -> list[str]:
        return sorted(skill.pk for skill in report.skills.all())


class ReportOut(ReportFactsOut):
    """The object of kind `dispatch.report`: the owner's."""

    notes = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    address = serializers.CharField()
    professionals_notified = serializers.IntegerField()
    estimates_submitted = serializers.IntegerField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class AskedReportOut(ReportFactsOut):
    """The shared part of kind `dispatch.request`: only roughly where the vehicle is."""

    near = serializers.SerializerMethodField(help_text="Within two kilometres of it.")

    @extend_schema_field(PlaceOut)
    def get_near(self, report: DamageReport) -> dict[str, float]:
        return dict(PlaceOut(coarse(report.point)).data)


class JobOut(PlaceOut):
    """Where to go, for the one whose estimate was accepted."""

    address = serializers.CharField()
    notes = serializers.CharField()


class OwnRequestOut(serializers.Serializer):
    """What is one professional's own of a request."""

    status = serializers.ChoiceField(choices=EstimateRequest.Status.choices)
    distance_km = serializers.IntegerField(source="rough_km", help_text="Roughly.")
    asked_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    job = serializers.SerializerMethodField(help_text="Null unless her estimate was accepted.")

    @extend_schema_field(JobOut(allow_null=True))
    def get_job(self, request: EstimateRequest) -> dict[str, Any] | None:
        return dict(JobOut(request.report).data) if request.has_job else None


class RequestOut(OwnRequestOut, AskedReportOut):
    """The object of kind `dispatch.request`, as its reader sees it."""

    def to_representation(self, instance: EstimateRequest) -> dict[str, Any]:
        return {**AskedReportOut(instance.report).data, **OwnRequestOut(instance).data}


class EstimateOut(serializers.Serializer):
    """The object of kind `dispatch.estimate`: alike to the owner and to who sent it."""

    estimate_id = serializers.UUIDField(source="pk")
    report_id = serializers.UUIDField()
    vehicle = serializers.CharField(source="report.vehicle")
    professional_id = serializers.UUIDField()
    professional_name = serializers.CharField()
    cost = serializers.IntegerField()
    currency = serializers.CharField()
    lead_time_days = serializers.IntegerField()
    description = serializers.CharField()
    photos = PhotoOut(many=True)
    status = serializers.ChoiceField(choices=Estimate.Status.choices)
    declined_because = serializers.CharField(help_text="owner, rival or report; empty unless declined.")
    generation = serializers.IntegerField(help_text="Of the report when this was sent.")
    submitted_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class ReportFields(serializers.Serializer):
    vehicle_make = serializers.CharField(max_length=60)
    vehicle_model = serializers.CharField(max_length=60)
    vehicle_year = serializers.IntegerField(min_value=OLDEST_CAR)
    description = serializers.CharField(min_length=20, max_length=2000)
    notes = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    skills = serializers.PrimaryKeyRelatedField(many=True, queryset=Skill.objects.all(), required=False)
    priority = serializers.ChoiceField(choices=DamageReport.Priority.choices, required=False)
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    address = serializers.CharField(max_length=200, allow_blank=True, required=False)
    estimated_cost = MinorUnitsField(allow_null=True, required=False)
    answer_by = serializers.DateTimeField(required=False, help_text="Within a month; by priority where not given.")

    def validate_vehicle_year(self, year: int) -> int:
        newest = timezone.now().year + 1
        if year > newest:
            raise serializers.ValidationError(_("Vehicles of {newest} are the newest.").format(newest=newest))
        return year

    def validate_answer_by(self, answer_by: datetime) -> datetime:
        if not timedelta() < answer_by - timezone.now() <= LONGEST_WAIT:
            raise serializers.ValidationError(_("An instant within the next month."))
        return answer_by


class ReportIn(ReportFields):
    currency = CurrencyField(default=settings.DEFAULT_CURRENCY)
    photos = serializers.ListField(child=serializers.UUIDField(), max_length=limits.photos, default=list)


class ReportChangeIn(ReportFields):
    """Only what is given changes."""

    report_id = serializers.UUIDField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, partial=True, **kwargs)


class ReportIdIn(serializers.Serializer):
    report_id = serializers.UUIDField()


class EstimateIdIn(serializers.Serializer):
    estimate_id = serializers.UUIDField()


class EstimateIn(serializers.Serializer):
    """`generation`: of the report that the estimate is for; refused if it was revised since."""

    report_id = serializers.UUIDField()
    cost = MinorUnitsField()
    currency = CurrencyField(required=False, help_text="The report's.")
    lead_time_days = serializers.IntegerField(min_value=1, max_value=365)
    description = serializers.CharField(min_length=10, max_length=2000)
    photos = serializers.ListField(child=serializers.UUIDField(), max_length=limits.photos, default=list)
    generation = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class ReviewIn(serializers.Serializer):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=1000, allow_blank=True, default="")


class ReviewOut(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = ["rating", "comment", "created_at"]
        read_only_fields = fields


class ProfessionalOut(serializers.Serializer):
    """What an owner may know of who offers to repair his vehicle."""

    professional_id = serializers.UUIDField(source="pk")
    business_name = serializers.CharField()
    bio = serializers.CharField()
    skills = serializers.SerializerMethodField()
    rating = serializers.FloatField(allow_null=True)
    rating_count = serializers.IntegerField()

    def get_skills(self, professional: Professional) -> list[str]:
        return sorted(skill.pk for skill in professional.skills.all())


class ProfileOut(ProfessionalOut):
    """What she sees of herself."""

    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    address = serializers.CharField()
    radius_km = serializers.IntegerField()
    hours = serializers.JSONField()
    zone = serializers.CharField()
    most_open = serializers.IntegerField()
    is_approved = serializers.BooleanField()
    is_available = serializers.BooleanField()


class ProfileIn(serializers.Serializer):
    business_name = serializers.CharField(max_length=120)
    bio = serializers.CharField(max_length=1000, allow_blank=True, required=False)
    skills = serializers.PrimaryKeyRelatedField(many=True, queryset=Skill.objects.all(), required=False)
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    address = serializers.CharField(max_length=200, allow_blank=True, required=False)
    radius_km = serializers.IntegerField(min_value=1, max_value=500, required=False)
    hours = serializers.JSONField(validators=[validate_hours], required=False)
    zone = serializers.CharField(max_length=64, validators=[validate_zone], required=False)
    most_open = serializers.IntegerField(min_value=1, max_value=100, required=False)


class AvailabilityIn(serializers.Serializer):
    is_available = serializers.BooleanField()
