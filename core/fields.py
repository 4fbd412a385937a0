"""Fields that shapes of several apps have."""

from datetime import date, datetime
from typing import Any

from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

YEARS = range(2000, 2101)
TOO_FAR = _("A day of this century.")


class InstantField(serializers.DateTimeField):
    """A moment: with its offset from UTC, so that nobody has to guess whose clock it is."""

    default_error_messages = {"naive": _("Add the offset from UTC, as in 2026-05-01T10:00:00Z."), "far": TOO_FAR}

    def enforce_timezone(self, value: datetime) -> datetime:
        if is_naive(value):
            self.fail("naive")
        if value.year not in YEARS:
            self.fail("far")
        return super().enforce_timezone(value)


class DayField(serializers.DateField):
    default_error_messages = {"far": TOO_FAR}

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if day.year not in YEARS:
            self.fail("far")
        return day
