"""Fields that several shapes have."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from core.fields import InstantField


class SeedInstantField(InstantField):
    """The seed's app writes milliseconds since 1970, its documents ISO 8601."""

    def to_internal_value(self, value: Any) -> datetime:
        if isinstance(value, int) and not isinstance(value, bool):
            value = self._since_1970(value)
        return super().to_internal_value(value)

    def _since_1970(self, milliseconds: int) -> datetime:
        try:
            return datetime.fromtimestamp(milliseconds / 1000, UTC)
        except (OverflowError, ValueError, OSError):
            self.fail("far")


class ReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class GatewayIn(serializers.Serializer):
    gateway = serializers.CharField(max_length=10, default="stripe")
