"""Where a report stands and how well people do. Ratios are null where nothing can be divided; times are in seconds."""

from rest_framework import serializers

from dispatch.models import EstimateRequest, PassedOver
from dispatch.serializers.estimates import EstimateOut, EstimateToDecideOut
from dispatch.serializers.reports import ReportOut
from dispatch.serializers.requests import ListedRequestOut


class AskedOut(serializers.ModelSerializer):
    professional_id = serializers.UUIDField()
    business_name = serializers.CharField(source="professional.business_name")

    class Meta:
        model = EstimateRequest
        fields = [
            "professional_id",
            "business_name",
            "status",
            "reason",
            "wave",
            "distance_km",
            "asked_at",
            "told_at",
            "prompted_at",
            "seen_at",
            "answered_at",
        ]
        read_only_fields = fields


class PassedOverOut(serializers.ModelSerializer):
    professional_id = serializers.UUIDField()
    business_name = serializers.CharField(source="professional.business_name")
    reasons = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = PassedOver
        fields = ["professional_id", "business_name", "reasons", "at", "look_again_at"]
        read_only_fields = fields


class VerdictOut(serializers.Serializer):
    """What would speak against asking her now."""

    professional_id = serializers.UUIDField(source="professional.pk")
    business_name = serializers.CharField(source="professional.business_name")
    distance_km = serializers.FloatField()
    reasons = serializers.ListField(child=serializers.CharField())
    look_again_at = serializers.DateTimeField()


class DistributionOut(serializers.Serializer):
    """Active: more professionals may still be asked. Whom it is about, and why, is for staff."""

    reportId = serializers.CharField()  # noqa: N815
    professionalsNotified = serializers.IntegerField()  # noqa: N815
    estimatesSubmitted = serializers.IntegerField()  # noqa: N815
    isActive = serializers.BooleanField()  # noqa: N815
    asked = AskedOut(many=True, required=False, help_text="The last of them.")
    passed_over = PassedOverOut(many=True, required=False, help_text="The last of them.")
    professional = VerdictOut(required=False, help_text="Of the one asked for.")


class DistributionIn(serializers.Serializer):
    professional = serializers.UUIDField(required=False, help_text="Whom to judge; for staff.")


class ProfessionalFiguresOut(serializers.Serializer):
    live_requests = serializers.IntegerField()
    estimates = serializers.DictField(child=serializers.IntegerField(), help_text="By status.")
    response_rate = serializers.FloatField(allow_null=True)
    win_rate = serializers.FloatField(allow_null=True)
    response_time_s = serializers.FloatField(allow_null=True)
    rating = serializers.FloatField(allow_null=True)
    rating_count = serializers.IntegerField()


class OwnerFiguresOut(serializers.Serializer):
    reports = serializers.DictField(child=serializers.IntegerField(), help_text="By status.")
    estimates = serializers.DictField(child=serializers.IntegerField(), help_text="By status.")


class ProfessionalDashboardOut(serializers.Serializer):
    """What she may answer now, and her estimates: the newest of each."""

    figures = ProfessionalFiguresOut()
    live_requests = ListedRequestOut(many=True)
    estimates = EstimateOut(many=True)


class OwnerDashboardOut(serializers.Serializer):
    """What is open or in work, and the estimates to choose from: the newest of each."""

    figures = OwnerFiguresOut()
    reports = ReportOut(many=True)
    estimates = EstimateToDecideOut(many=True)
