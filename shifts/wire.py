"""Seed 002's words, spelled as its app reads them: docs/seeds.md."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from core.errors import DomainError
from shifts.errors import OfferAccepted
from shifts.models import ShiftOffer
from shifts.serializers import EmployeeIdField, OfferOut, ShiftIdField

PING = {"type": "ping"}
REQUIRED = ["shift_id", "date", "start_time", "end_time"]
OPTIONAL = ["location_name", "client_name", "service_type", "description"]
ANSWER = r"^(accepted|rejected)\Z"


def shift_offer(data: Mapping[str, Any]) -> dict[str, Any]:
    """From an object of kind `shifts.offer`. The app drops a frame whose first four are not what it expects."""
    required = {name: data[name] for name in REQUIRED}
    return {"type": "shift_offer", **required, **{name: data[name] or None for name in OPTIONAL}}


def answered(message: str, *, is_assigned: bool) -> dict[str, Any]:
    return {"success": True, "assigned": is_assigned, "message": message}


def refused(refusal: DomainError) -> dict[str, Any]:
    """The app takes any status but 200 for a broken connection, so a lost race is one too."""
    return answered(refusal.message, is_assigned=isinstance(refusal, OfferAccepted))


def connections(employees: list[int], pending: Mapping[int, int]) -> dict[str, Any]:
    return {"active_connections": employees, "total": len(employees), "pending_offers": pending}


def service(employees: Iterable[int]) -> dict[str, Any]:
    return {
        "service": "Shift offers",
        "status": "running",
        "active_connections": len(list(employees)),
        "endpoints": {
            "websocket": "/ws/{emp_id}",
            "respond": "/api/shift_offer/respond",
            "pending": "/api/shift_offers/pending/{emp_id}",
            "send_test": "/api/test/send_offer/{emp_id}",
        },
    }


class SeedOfferOut(serializers.Serializer):
    type = serializers.CharField()
    shift_id = serializers.IntegerField()
    date = serializers.DateField()
    start_time = serializers.CharField()
    end_time = serializers.CharField()
    location_name = serializers.CharField(allow_null=True)
    client_name = serializers.CharField(allow_null=True)
    service_type = serializers.CharField(allow_null=True)
    description = serializers.CharField(allow_null=True)

    def to_representation(self, instance: ShiftOffer) -> dict[str, Any]:
        return shift_offer(OfferOut(instance).data)


class PastOfferOut(SeedOfferOut):
    """With what became of it, which the app ignores and its web page shows."""

    status = serializers.CharField()
    sent_at = serializers.DateTimeField()
    responded_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: ShiftOffer) -> dict[str, Any]:
        data = OfferOut(instance).data
        return {**shift_offer(data), **{name: data[name] for name in ("status", "sent_at", "responded_at")}}


class RespondIn(serializers.Serializer):
    """The app says `response`, its web page `status`; `timestamp` is the phone's own clock, and decides nothing."""

    emp_id = EmployeeIdField()
    shift_id = ShiftIdField()
    response = serializers.RegexField(ANSWER, required=False)
    status = serializers.RegexField(ANSWER, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = {attrs[name] for name in ("response", "status") if name in attrs}
        if len(said) != 1:
            raise serializers.ValidationError({"response": ["Say either accepted or rejected."]})
        return {**attrs, "is_yes": said == {"accepted"}}


class AnsweredOut(serializers.Serializer):
    success = serializers.BooleanField()
    assigned = serializers.BooleanField()
    message = serializers.CharField()


class HistoryIn(serializers.Serializer):
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)


class TestOfferIn(serializers.Serializer):
    shift_id = ShiftIdField(required=False, allow_null=True, default=None)


class TestOfferOut(serializers.Serializer):
    status = serializers.CharField(help_text="`sent` to a socket that is open, or `pending` until one is.")
    emp_id = serializers.IntegerField()
    shift_id = serializers.IntegerField()


class AvailableOut(serializers.Serializer):
    available = serializers.BooleanField()


class ConnectionsOut(serializers.Serializer):
    active_connections = serializers.ListField(child=serializers.IntegerField())
    total = serializers.IntegerField()
    pending_offers = serializers.DictField(child=serializers.IntegerField())


class ServiceOut(serializers.Serializer):
    service = serializers.CharField()
    status = serializers.CharField()
    active_connections = serializers.IntegerField()
    endpoints = serializers.DictField(child=serializers.CharField())
