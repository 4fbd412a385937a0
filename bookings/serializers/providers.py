"""What anybody may see of providers, and what those who work there set."""

from typing import Any

from rest_framework import serializers

from accounts.zones import validate_zone
from bookings.conf import limits
from bookings.models import Plan, Provider, Service
from bookings.policies import validate_policy
from core.fields import DayField
from core.hours import validate_hours, validate_spans
from core.money import CurrencyField, MinorUnitsField

RATED_FROM = 3  # reviews: fewer say more about who wrote them
MOST_SEATS = 100_000
MOST_FEATURES = 30
LONGEST_NOTICE = 366 * 24 * 60  # minutes
MOST_PERIODS = 36  # in one


class BookableServiceOut(serializers.ModelSerializer):
    """Prices are of a seat, in minor units."""

    service_id = serializers.UUIDField(source="pk")

    class Meta:
        model = Service
        fields = [
            "service_id",
            "name",
            "description",
            "duration_minutes",
            "buffer_minutes",
            "capacity",
            "price",
            "requires_payment",
            "hold_minutes",
            "notice_minutes",
            "horizon_days",
            "hours",
            "is_active",
        ]
        read_only_fields = fields


class PlanOut(serializers.ModelSerializer):
    """Prices are of a period, in minor units."""

    plan_id = serializers.UUIDField(source="pk")

    class Meta:
        model = Plan
        fields = [
            "plan_id",
            "name",
            "description",
            "features",
            "price",
            "interval",
            "interval_count",
            "renews",
            "is_active",
        ]
        read_only_fields = fields


class OpenPlanOut(PlanOut):
    provider_id = serializers.UUIDField()
    provider_name = serializers.CharField(source="provider.business_name")
    currency = serializers.CharField(source="provider.currency")

    class Meta(PlanOut.Meta):
        fields = ["provider_id", "provider_name", "currency", *PlanOut.Meta.fields]
        read_only_fields = fields


class ProviderOut(serializers.Serializer):
    provider_id = serializers.UUIDField(source="pk")
    business_name = serializers.CharField()
    category = serializers.CharField()
    description = serializers.CharField()
    zone = serializers.CharField()
    currency = serializers.CharField()
    rating = serializers.SerializerMethodField(help_text="Of 5; null as long as few have said anything.")
    rating_count = serializers.SerializerMethodField()

    def get_rating(self, provider: Provider) -> float | None:
        count = self.get_rating_count(provider)
        return round(provider.stats.rating_sum / count, 2) if count >= RATED_FROM else None

    def get_rating_count(self, provider: Provider) -> int:
        return provider.stats.rating_count if hasattr(provider, "stats") else 0


class ProviderPageOut(ProviderOut):
    hours = serializers.JSONField()
    policy = serializers.JSONField()
    accepts_cash = serializers.BooleanField()
    services = BookableServiceOut(many=True)
    plans = PlanOut(many=True)


class SpecialDayOut(serializers.Serializer):
    date = serializers.DateField()
    spans = serializers.JSONField()


class ProviderSettingsOut(ProviderPageOut):
    """For those who work there: also what is not offered at present."""

    capacity = serializers.IntegerField(allow_null=True)
    is_approved = serializers.BooleanField()
    is_active = serializers.BooleanField()
    special_days = SpecialDayOut(many=True)


class ProviderFilterIn(serializers.Serializer):
    search = serializers.CharField(max_length=100, required=False, help_text="In the name or the description.")
    category = serializers.CharField(max_length=60, required=False)


class ProviderChangeIn(serializers.Serializer):
    business_name = serializers.CharField(max_length=120)
    category = serializers.CharField(max_length=60, allow_blank=True, required=False)
    description = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    zone = serializers.CharField(max_length=64, validators=[validate_zone], required=False)
    hours = serializers.JSONField(validators=[validate_hours], required=False)
    policy = serializers.JSONField(validators=[validate_policy], required=False)
    capacity = serializers.IntegerField(min_value=1, max_value=MOST_SEATS, allow_null=True, required=False)
    accepts_cash = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class ProviderIn(ProviderChangeIn):
    """The currency stays: what is booked is in it."""

    currency = CurrencyField(required=False)


class ServiceIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    duration_minutes = serializers.IntegerField(min_value=1, max_value=1440)
    buffer_minutes = serializers.IntegerField(min_value=0, max_value=1440, required=False)
    capacity = serializers.IntegerField(min_value=1, max_value=MOST_SEATS, required=False)
    price = MinorUnitsField(min_value=0, required=False)
    requires_payment = serializers.BooleanField(required=False)
    hold_minutes = serializers.IntegerField(min_value=1, max_value=60, required=False)
    notice_minutes = serializers.IntegerField(min_value=0, max_value=LONGEST_NOTICE, required=False)
    horizon_days = serializers.IntegerField(min_value=0, max_value=730, required=False)
    hours = serializers.JSONField(validators=[validate_hours], required=False)
    is_active = serializers.BooleanField(required=False)


class PlanIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    features = serializers.ListField(
        child=serializers.CharField(max_length=120), max_length=MOST_FEATURES, required=False
    )
    price = MinorUnitsField(min_value=0)
    interval = serializers.ChoiceField(choices=Plan.Interval.choices, required=False)
    interval_count = serializers.IntegerField(min_value=1, max_value=MOST_PERIODS, required=False)
    renews = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class SpecialDayIn(serializers.Serializer):
    date = DayField()


class SpansIn(serializers.Serializer):
    spans = serializers.JSONField(validators=[validate_spans], help_text="None: closed.")


class StaffIn(serializers.Serializer):
    email = serializers.EmailField(max_length=254)


class SlotsIn(serializers.Serializer):
    """One `date`, or `days` of them `from` a date on; today where neither is given. Days of the provider."""

    date = DayField(required=False)
    days = serializers.IntegerField(min_value=1, max_value=limits.slots_days, default=1)
    refresh = serializers.BooleanField(default=False, help_text="Counts anew, whatever was kept.")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": DayField(required=False)}


class SlotOut(serializers.Serializer):
    """In the seed's spelling."""

    time = serializers.CharField(help_text="By the provider's clocks.")
    date = serializers.DateField()
    startAt = serializers.DateTimeField(help_text="What is reserved.")  # noqa: N815
    endAt = serializers.DateTimeField()  # noqa: N815
    totalCapacity = serializers.IntegerField()  # noqa: N815
    bookedCapacity = serializers.IntegerField()  # noqa: N815
    availableCapacity = serializers.IntegerField()  # noqa: N815
    capacityPercentage = serializers.FloatField(help_text="0 to 1.")  # noqa: N815
    status = serializers.ChoiceField(choices=["available", "halfFull", "almostFull", "full"])
    label = serializers.CharField()


class SlotsOut(serializers.Serializer):
    serviceId = serializers.UUIDField()  # noqa: N815
    zone = serializers.CharField()
    slots = SlotOut(many=True)
