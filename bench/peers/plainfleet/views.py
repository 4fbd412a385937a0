from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.peers.plainfleet.models import Scan, Vehicle, VehicleLog


class ScanSerializer(serializers.Serializer):
    event_id = serializers.CharField(max_length=64)
    plate = serializers.CharField(max_length=20)
    direction = serializers.ChoiceField(["in", "out"])
    at = serializers.DateTimeField()
    gate = serializers.CharField(max_length=60, allow_blank=True)


class Scans(APIView):
    def post(self, request: Request) -> Response:
        serializer = ScanSerializer(data=request.data["scans"], many=True)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():  # noqa: TID251 - what a unit costs is ours
            return Response({"outcomes": [{"result": take(scan)} for scan in serializer.validated_data]})


def take(seen: dict[str, Any]) -> str:
    vehicle = Vehicle.objects.get(plate_number=seen["plate"])
    facts = {"vehicle": vehicle, "direction": seen["direction"], "at": seen["at"], "gate": seen["gate"]}
    _, is_new = Scan.objects.get_or_create(event_id=seen["event_id"], defaults=facts)
    if not is_new:
        return "repeated"
    if seen["direction"] == "in":
        VehicleLog.objects.create(vehicle=vehicle, time_in=seen["at"])
    elif log := VehicleLog.objects.filter(vehicle=vehicle, time_out=None).first():
        log.time_out = seen["at"]
        log.save()
    vehicle.status = "onsite" if seen["direction"] == "in" else "offsite"
    vehicle.save()
    return "recorded"
