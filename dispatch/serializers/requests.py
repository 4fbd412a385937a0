from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dispatch.geo import coarse
from dispatch.models import DamageReport, EstimateRequest
from dispatch.serializers.fields import PlaceOut
from dispatch.serializers.reports import ReportFactsOut


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


class ListedRequestOut(RequestOut):
    """With what changes too often to be told of each time."""

    professionals_notified = serializers.IntegerField(help_text="How many were asked for an estimate of it.")

    def to_representation(self, instance: EstimateRequest) -> dict[str, Any]:
        return {**super().to_representation(instance), "professionals_notified": instance.professionals_notified}


class RequestFilterIn(serializers.Serializer):
    LIVE = "live"

    status = serializers.ChoiceField(
        choices=[(LIVE, "to be answered now"), *EstimateRequest.Status.choices], required=False
    )
