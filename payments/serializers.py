from rest_framework import serializers

from payments.models import Payment, Refund, SavedMethod


class RefundOut(serializers.ModelSerializer):
    class Meta:
        model = Refund
        fields = ["amount", "status", "reason", "created_at", "settled_at"]
        read_only_fields = fields


class PaymentOut(serializers.ModelSerializer):
    """Amounts are in minor units of the currency."""

    refunds = RefundOut(many=True)

    class Meta:
        model = Payment
        fields = [
            "id",
            "subject_kind",
            "subject_key",
            "gateway",
            "intent_id",
            "amount",
            "currency",
            "status",
            "captured",
            "refunded",
            "created_at",
            "captured_at",
            "refunds",
        ]
        read_only_fields = fields


class MethodOut(serializers.ModelSerializer):
    class Meta:
        model = SavedMethod
        fields = ["gateway", "brand", "last4", "saved_at"]
        read_only_fields = fields


class IntentOut(serializers.Serializer):
    """What the app hands to the gateway's own kit, in order to pay."""

    payment_id = serializers.UUIDField()
    intent_id = serializers.CharField()
    client_secret = serializers.CharField(help_text="Empty where nothing is to be done in the app, as for cash.")
    status = serializers.ChoiceField(choices=Payment.Status.choices)
