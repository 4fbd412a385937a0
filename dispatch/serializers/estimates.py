from rest_framework import serializers

from core.money import CurrencyField, MinorUnitsField
from dispatch.models import Estimate
from dispatch.serializers.fields import PhotoOut, PhotosField
from dispatch.serializers.professionals import ProfessionalOut
from payments.models import Payment

DEPOSITS = {
    Payment.Status.CREATED: "due",
    Payment.Status.REQUIRES_ACTION: "due",
    Payment.Status.PROCESSING: "due",
    Payment.Status.FAILED: "due",  # it may be tried again
    Payment.Status.CANCELLED: "lapsed",
    Payment.Status.SUCCEEDED: "paid",
    Payment.Status.PARTIALLY_REFUNDED: "paid",
    Payment.Status.REFUNDED: "refunded",
}


class DepositOut(serializers.Serializer):
    """What of a payment both sides may see: only the owner can pay it."""

    payment_id = serializers.UUIDField(source="pk")
    amount = serializers.IntegerField()
    refunded = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.SerializerMethodField(help_text="due, paid, refunded or lapsed.")

    def get_status(self, payment: Payment) -> str:
        return DEPOSITS[Payment.Status(payment.status)]


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
    deposit = DepositOut(allow_null=True)
    submitted_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class EstimateToDecideOut(EstimateOut):
    """With whom it is from."""

    professional = ProfessionalOut()


class EstimateFilterIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=Estimate.Status.choices, required=False)


class EstimateIdIn(serializers.Serializer):
    estimate_id = serializers.UUIDField()


class EstimateIn(serializers.Serializer):
    """`generation`: of the report that the estimate is for; refused if it was revised since."""

    report_id = serializers.UUIDField()
    cost = MinorUnitsField()
    currency = CurrencyField(required=False, help_text="The report's.")
    lead_time_days = serializers.IntegerField(min_value=1, max_value=365)
    description = serializers.CharField(min_length=10, max_length=2000)
    photos = PhotosField()
    generation = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
