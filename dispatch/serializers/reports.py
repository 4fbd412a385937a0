from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.money import CurrencyField, MinorUnitsField
from dispatch.models import DamageReport, Review
from dispatch.serializers.fields import PhotoOut, PhotosField, PlaceIn, SkillsField

LONGEST_WAIT = timedelta(days=30)
OLDEST_CAR = 1900
LATEST_YEAR = 9999


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
    rating = serializers.IntegerField(allow_null=True, help_text="The stars that the owner gave, once he has.")


class ReportFields(PlaceIn):
    vehicle_make = serializers.CharField(max_length=60)
    vehicle_model = serializers.CharField(max_length=60)
    vehicle_year = serializers.IntegerField(min_value=OLDEST_CAR)
    description = serializers.CharField(min_length=20, max_length=2000)
    notes = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    skills = SkillsField(required=False)
    priority = serializers.ChoiceField(choices=DamageReport.Priority.choices, required=False)
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
    photos = PhotosField()


class ReportChangeIn(ReportFields):
    """Only what is given changes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "partial": True})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(_("Say what is to change."))
        return attrs


class ReportIdIn(serializers.Serializer):
    report_id = serializers.UUIDField()


class ReportFilterIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=DamageReport.Status.choices, required=False)
    vehicle_make = serializers.CharField(max_length=60, required=False)
    vehicle_model = serializers.CharField(max_length=60, required=False)
    min_year = serializers.IntegerField(min_value=0, max_value=LATEST_YEAR, required=False)
    max_year = serializers.IntegerField(min_value=0, max_value=LATEST_YEAR, required=False)
    min_cost = MinorUnitsField(min_value=0, required=False)
    max_cost = MinorUnitsField(min_value=0, required=False)
    all = serializers.BooleanField(default=False, help_text="Those of all owners; for staff.")


class ReviewIn(serializers.Serializer):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=1000, allow_blank=True, default="")


class ReviewOut(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = ["rating", "comment", "created_at"]
        read_only_fields = fields
