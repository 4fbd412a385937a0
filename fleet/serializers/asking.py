"""What is asked of a chart."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.fields import DayField
from fleet.conf import limits
from fleet.ranges import DEFAULT, LONGEST, NAMED, Days, Grouping, local_date, named, usual_grouping


class RangeIn(serializers.Serializer):
    """Days of the campus: a range by its name, or all from the day `since` to the day `until`. Read as `days` and
    `group`.
    """

    range = serializers.ChoiceField(choices=list(NAMED), required=False, help_text=f"`{DEFAULT}` by default.")
    since = DayField(required=False)
    until = DayField(required=False, help_text="That day included; today by default.")
    group = serializers.ChoiceField(
        choices=list(Grouping),
        required=False,
        help_text="What a bar stands for; by default as many as are good to see.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days = self._days(**{name: value for name, value in attrs.items() if name != "group"})
        return {"days": days, "group": Grouping(attrs.get("group") or usual_grouping(days))}

    def _days(self, range: str | None = None, since: date | None = None, until: date | None = None) -> Days:
        now = timezone.now()
        if since is None and until is None:
            return named(range or DEFAULT, now)
        if range is not None:
            raise serializers.ValidationError({"range": _("Either a range by its name, or since and until.")})
        if since is None:
            raise serializers.ValidationError({"since": _("Say when it begins.")})
        days = Days(since, until or max(since, local_date(now)))
        if days.last < days.first:
            raise serializers.ValidationError({"until": _("Give two days, the earlier one first.")})
        if days.count > LONGEST:
            raise serializers.ValidationError({"until": _("At most five years.")})
        return days


class FreshIn(serializers.Serializer):
    """How old an answer may be. What has changed since is never answered."""

    ttl = serializers.FloatField(
        min_value=0, required=False, help_text=f"Seconds; {limits.cache_seconds:g} at most, and by default."
    )
    refresh = serializers.BooleanField(default=False, help_text="Made anew in any case.")
