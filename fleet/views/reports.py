"""All that is told of one vehicle, for seed 003's individual view and to print."""

# ruff: noqa: N815 - the names of the seed

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone, translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import BrowserAuthentication, DialectAuthentication
from core import conditional
from core.api import OneAnswer, read
from fleet import documents, freshness, kept, report_shapes, reports, selectors
from fleet.models import Vehicle, Violation
from fleet.permissions import IsOfTheFleet
from fleet.reports import Validity
from fleet.serializers import FreshIn, RangeIn
from fleet.serializers.mirrors import AppChartOut
from fleet.views.charts import answer_kept

PDF = "application/pdf"


class RecentLogOut(serializers.Serializer):
    logId = serializers.CharField()
    timeIn = serializers.DateTimeField(help_text="Where nobody saw it come, the first that is known.")
    timeOut = serializers.DateTimeField(allow_null=True)
    durationMinutes = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(choices=Vehicle.Status.choices)
    updatedBy = serializers.CharField()


class ViolationHistoryOut(serializers.Serializer):
    violationId = serializers.UUIDField()
    dateTime = serializers.DateTimeField()
    violationType = serializers.CharField()
    reportedBy = serializers.CharField()
    status = serializers.ChoiceField(choices=Violation.Status.choices)
    createdAt = serializers.DateTimeField()
    lastUpdated = serializers.DateTimeField()


class VehicleReportOut(serializers.Serializer):
    vehicleId = serializers.UUIDField()
    plateNumber = serializers.CharField()
    vehicleType = serializers.ChoiceField(choices=Vehicle.Type.choices, allow_blank=True)
    vehicleModel = serializers.CharField()
    ownerName = serializers.CharField()
    department = serializers.CharField()
    status = serializers.ChoiceField(choices=Vehicle.Status.choices, allow_blank=True)
    registrationStatus = serializers.ChoiceField(choices=Vehicle.Registration.choices)
    registeredDate = serializers.DateField()
    expiryDate = serializers.DateField(allow_null=True)
    daysUntilExpiration = serializers.IntegerField(allow_null=True)
    mvpProgress = serializers.FloatField(help_text="Of its validity, how much is over: 0 to 1.")
    mvpStatusText = serializers.ChoiceField(choices=list(Validity))
    totalViolations = serializers.IntegerField()
    activeViolations = serializers.IntegerField(help_text="Those nobody has decided on.")
    totalEntriesExits = serializers.IntegerField()
    violationsByType = AppChartOut(many=True)
    vehicleLogs = AppChartOut(many=True, help_text="Entries and exits of the range; everything else is of all times.")
    recentLogs = RecentLogOut(many=True)
    violationHistory = ViolationHistoryOut(many=True)


class Asked(APIView):
    """Guards may read it: it has no address, telephone or licence."""

    authentication_classes = [DialectAuthentication, BrowserAuthentication]
    permission_classes = [IsOfTheFleet]

    def asked(self, vehicle_id: UUID) -> tuple[str, Callable[[], reports.Report]]:
        """What tells this report from others, and how it is made."""
        wanted, now = read(RangeIn, self.request.query_params), timezone.now()
        days, grouping = wanted["days"], wanted["group"]
        selectors.vehicle(vehicle_id)  # or there is none
        query = f"report {vehicle_id} {days.first}/{days.last}/{grouping} {reports.local_date(now)}"
        return query, lambda: reports.report(vehicle_id, days, grouping, now=now)


class Report(Asked):
    @extend_schema(parameters=[RangeIn, FreshIn], responses={200: VehicleReportOut, 304: None})
    def get(self, request: Request, vehicle_id: UUID) -> HttpResponseBase:
        """The individual view. One that has not changed is not sent again (`ETag`)."""
        query, make = self.asked(vehicle_id)
        return answer_kept(request, freshness.SUMMARY, query, lambda: report_shapes.report(make()))


class Document(Asked):
    content_negotiation_class = OneAnswer

    @extend_schema(parameters=[RangeIn, FreshIn], responses={(200, PDF): OpenApiTypes.BINARY, 304: None})
    def get(self, request: Request, vehicle_id: UUID) -> HttpResponseBase:
        """The same on one or two pages of A4, in the reader's language."""
        query, make = self.asked(vehicle_id)
        fresh = read(FreshIn, request.query_params)
        language = request.user.locale

        def made() -> tuple[str, bytes]:
            report = make()
            with translation.override(language):
                return report.vehicle.plate, documents.document(report)

        found: tuple[str, bytes] = kept.read(
            freshness.SUMMARY, f"{query} {language}", made, ttl=fresh.get("ttl"), anew=fresh["refresh"]
        )
        plate, content = found
        response = conditional.answer(request, content, PDF)
        response["Content-Disposition"] = f'inline; filename="vehicle-{plate}.pdf"'
        return response
