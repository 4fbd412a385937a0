"""How a provider's business goes. The seed's keys are spelled as the seed spells them."""

from rest_framework import serializers


class TrendOut(serializers.Serializer):
    delta = serializers.IntegerField()
    pct = serializers.FloatField(allow_null=True, help_text="Null where nothing was before.")
    direction = serializers.IntegerField(help_text="-1, 0 or 1.")
    state = serializers.CharField(help_text="new, flat, up, same or down.")


class PeakHourOut(serializers.Serializer):
    weekday = serializers.IntegerField(help_text="0 on Monday.")
    hour = serializers.IntegerField()
    load = serializers.FloatField(help_text="Seats that were taken in such an hour, on average.")


class ChartDayOut(serializers.Serializer):
    """Null where the day was not counted yet."""

    date = serializers.DateField()
    created = serializers.IntegerField(allow_null=True)
    revenue = serializers.IntegerField(allow_null=True)
    utilization = serializers.FloatField(allow_null=True)


class SpanOut(serializers.Serializer):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class WindowsOut(serializers.Serializer):
    """What is compared with what; the last day of the peaks is not one of theirs."""

    today = SpanOut()
    week_before = SpanOut()
    peaks = serializers.ListField(child=serializers.DateField(), min_length=2, max_length=2)


class ProviderFiguresOut(serializers.Serializer):
    """Money is in minor units; trends are percentages, that of the capacity percentage points. What cannot be divided
    is null.
    """

    as_of = serializers.DateTimeField()
    zone = serializers.CharField()
    currency = serializers.CharField()
    windows = WindowsOut()
    totalReservations = serializers.IntegerField()  # noqa: N815
    confirmedReservations = serializers.IntegerField()  # noqa: N815
    totalRevenue = serializers.IntegerField()  # noqa: N815
    averageRating = serializers.FloatField(allow_null=True)  # noqa: N815
    peakHours = PeakHourOut(many=True)  # noqa: N815
    todayReservations = serializers.IntegerField()  # noqa: N815
    reservationTrend = serializers.FloatField(allow_null=True)  # noqa: N815
    todayRevenue = serializers.IntegerField()  # noqa: N815
    revenueTrend = serializers.FloatField(allow_null=True)  # noqa: N815
    capacityUtilization = serializers.FloatField(allow_null=True)  # noqa: N815
    capacityTrend = serializers.FloatField(allow_null=True)  # noqa: N815
    activeSubscriptions = serializers.IntegerField()  # noqa: N815
    subscriptionTrend = serializers.FloatField(allow_null=True)  # noqa: N815
    trends = serializers.DictField(child=TrendOut())
    series = ChartDayOut(many=True, help_text="The last days, today included.")
