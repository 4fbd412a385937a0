from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.zones import validate_zone
from core import clocks
from shifts.models import Consideration, Employee, Qualification, Shift, ShiftOffer

LONGEST = timedelta(hours=25)  # a day of the year that has one hour more
LARGEST_ID = 2**53  # what clients written in JavaScript can count


class ShiftFactsOut(serializers.Serializer):
    """What everybody who was asked sees of a shift: in the words of seed 002, and in instants."""

    shift_id = serializers.IntegerField(source="pk")
    date = serializers.DateField()
    start_time = serializers.TimeField(format="%H:%M")
    end_time = serializers.TimeField(format="%H:%M", help_text="At or before start_time: on the next day.")
    location_name = serializers.CharField()
    client_name = serializers.CharField()
    service_type = serializers.CharField()
    description = serializers.CharField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    zone = serializers.CharField()
    priority = serializers.ChoiceField(choices=Shift.Priority.choices)
    shift_status = serializers.ChoiceField(choices=Shift.Status.choices, source="status")


class OwnOfferOut(serializers.Serializer):
    """What is one employee's own of an offer."""

    status = serializers.ChoiceField(choices=ShiftOffer.Status.choices)
    rank = serializers.IntegerField()
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    responded_at = serializers.DateTimeField(allow_null=True)


class OfferOut(OwnOfferOut, ShiftFactsOut):
    """The object of kind `shifts.offer`, as its reader sees it."""

    def to_representation(self, instance: ShiftOffer) -> dict[str, Any]:
        return {**ShiftFactsOut(instance.shift).data, **OwnOfferOut(instance).data}


class EmployeeOut(serializers.ModelSerializer):
    name = serializers.CharField(source="user.full_name")

    class Meta:
        model = Employee
        fields = ["id", "name", "type", "seniority"]
        read_only_fields = fields


class ShiftOut(ShiftFactsOut):
    """A shift as its coordinators see it."""

    qualifications = serializers.SerializerMethodField()
    mode = serializers.ChoiceField(choices=Shift.Mode.choices)
    window_minutes = serializers.IntegerField()
    assignee = EmployeeOut(allow_null=True)
    created_at = serializers.DateTimeField()
    offered_at = serializers.DateTimeField(allow_null=True)
    assigned_at = serializers.DateTimeField(allow_null=True)

    def get_qualifications(self, shift: Shift) -> list[str]:
        return sorted(qualification.pk for qualification in shift.qualifications.all())


class ConsideredOut(serializers.ModelSerializer):
    """One employee who was thought of; `offer` is null where the reasons stood against asking her."""

    employee = EmployeeOut()
    reasons = serializers.ListField(child=serializers.CharField())
    offer = serializers.SerializerMethodField()

    class Meta:
        model = Consideration
        fields = ["employee", "reasons", "at", "offer"]
        read_only_fields = fields

    @extend_schema_field(OwnOfferOut(allow_null=True))
    def get_offer(self, considered: Consideration) -> dict[str, Any] | None:
        offers: list[ShiftOffer] = considered.employee.of_this_shift  # type: ignore[attr-defined]
        return OwnOfferOut(offers[0]).data if offers else None


class ShiftIn(serializers.Serializer):
    """When it is said either in instants, or as the clocks of `zone` show it."""

    start_at = serializers.DateTimeField(required=False)
    end_at = serializers.DateTimeField(required=False)
    date = serializers.DateField(required=False)
    start_time = serializers.TimeField(required=False)
    end_time = serializers.TimeField(required=False, help_text="At or before start_time: on the next day.")
    zone = serializers.CharField(max_length=64, default="UTC", validators=[validate_zone])
    location_name = serializers.CharField(max_length=120, default="", allow_blank=True)
    client_name = serializers.CharField(max_length=120, default="", allow_blank=True)
    service_type = serializers.CharField(max_length=120, default="", allow_blank=True)
    description = serializers.CharField(max_length=2000, default="", allow_blank=True)
    qualifications = serializers.PrimaryKeyRelatedField(
        many=True, required=False, queryset=Qualification.objects.all(), default=list
    )
    priority = serializers.ChoiceField(choices=Shift.Priority.choices, default=Shift.Priority.NORMAL)
    mode = serializers.ChoiceField(choices=Shift.Mode.choices, default=Shift.Mode.BROADCAST)
    window_minutes = serializers.IntegerField(min_value=1, max_value=7 * 24 * 60, default=60)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wall = {name: attrs.pop(name) for name in ("date", "start_time", "end_time") if name in attrs}
        has_instants = "start_at" in attrs and "end_at" in attrs
        if has_instants == (len(wall) == 3):
            raise serializers.ValidationError(_("Give start_at and end_at, or date, start_time and end_time."))
        if not has_instants:
            attrs["start_at"], attrs["end_at"] = self._instants(**wall, zone=attrs["zone"])
        if not timedelta() < attrs["end_at"] - attrs["start_at"] <= LONGEST:
            raise serializers.ValidationError({"end_at": [_("A shift ends after it starts, and within a day.")]})
        return attrs

    def validate_start_at(self, start_at: datetime) -> datetime:
        return self._in_our_times(start_at)

    def validate_date(self, date: Any) -> Any:
        return self._in_our_times(date)

    def _in_our_times(self, day: Any) -> Any:
        if not 2000 <= day.year < 2100:
            raise serializers.ValidationError(_("Not in these hundred years."))
        return day

    def _instants(self, date: Any, start_time: Any, end_time: Any, zone: str) -> tuple[datetime, datetime]:
        start_at = clocks.instant(date, start_time, zone)
        end_at = clocks.instant(date if end_time > start_time else date + clocks.DAY, end_time, zone)
        if start_at is None or end_at is None:
            raise serializers.ValidationError(_("The clocks of this zone skip that time on that day."))
        return start_at, end_at


class SpanIn(serializers.Serializer):
    """Shifts that begin in a span of time."""

    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class ShiftFilterIn(SpanIn):
    status = serializers.ChoiceField(choices=Shift.Status.choices, required=False)


class EmployeeIdField(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**31 - 1, **kwargs)


class ShiftIdField(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class OfferIn(serializers.Serializer):
    """Nobody named: all who are eligible are asked."""

    employee_ids = serializers.ListField(child=EmployeeIdField(), max_length=200, required=False, default=list)


class AssignIn(serializers.Serializer):
    employee_id = EmployeeIdField()
    force = serializers.BooleanField(default=False, help_text="Whatever speaks against it, but for another shift.")


class ShiftIdIn(serializers.Serializer):
    shift_id = ShiftIdField()


class CoverageOut(serializers.Serializer):
    """Ratios are null where nothing can be divided."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    by_status = serializers.DictField(child=serializers.IntegerField())
    offers_pending = serializers.IntegerField()
    fill_rate = serializers.FloatField(allow_null=True)
    acceptance_rate = serializers.FloatField(allow_null=True)
    time_to_fill_s = serializers.FloatField(allow_null=True)
