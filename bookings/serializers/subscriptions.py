from rest_framework import serializers

from bookings.models import Plan, Reservation, Subscription
from bookings.serializers.fields import ReasonIn
from payments.models import Payment

MOST_SUBSCRIBERS = 20

ROLES = ["primary", "member"]


class SubscriberField(serializers.Serializer):
    """Who else it is for. The provider never sees it."""

    name = serializers.CharField(max_length=120)
    role = serializers.ChoiceField(choices=ROLES, default="member")


class SubscribeIn(serializers.Serializer):
    plan_id = serializers.UUIDField()
    gateway = serializers.ChoiceField(choices=Payment.Gateway.choices, default=Payment.Gateway.STRIPE)
    subscribers = SubscriberField(many=True, required=False, max_length=MOST_SUBSCRIBERS)


class SubscriptionIdIn(serializers.Serializer):
    subscription_id = serializers.UUIDField()


class CancelSubscriptionIn(SubscriptionIdIn, ReasonIn):
    pass


class SubscriptionOut(serializers.Serializer):
    """The object of kind `bookings.subscription`: the subscriber's, and nobody else's."""

    subscription_id = serializers.UUIDField(source="pk")
    provider_id = serializers.UUIDField()
    provider_name = serializers.CharField(source="provider.business_name")
    plan_id = serializers.UUIDField()
    plan_name = serializers.CharField()
    price = serializers.IntegerField()
    currency = serializers.CharField()
    gateway = serializers.ChoiceField(choices=Payment.Gateway.choices)
    interval = serializers.ChoiceField(choices=Plan.Interval.choices)
    interval_count = serializers.IntegerField()
    zone = serializers.CharField()
    subscribers = SubscriberField(many=True)
    status = serializers.ChoiceField(choices=Subscription.Status.choices)
    renews = serializers.BooleanField()
    period = serializers.IntegerField()
    anchor_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancelled_by = serializers.ChoiceField(choices=Reservation.By.choices, allow_blank=True)
    cancelled_because = serializers.CharField()


class SubscriptionReferenceOut(serializers.Serializer):
    """All that a provider's lists say of a subscription, in the seed's spelling."""

    subscriptionId = serializers.UUIDField(source="pk")  # noqa: N815
    userId = serializers.UUIDField(source="user_id")  # noqa: N815
    status = serializers.ChoiceField(choices=Subscription.Status.choices)
    timestamp = serializers.DateTimeField(source="created_at")
    cancelledAt = serializers.DateTimeField(source="cancelled_at", allow_null=True)  # noqa: N815
    cancelledBy = serializers.ChoiceField(  # noqa: N815
        choices=Reservation.By.choices, source="cancelled_by", allow_blank=True
    )
