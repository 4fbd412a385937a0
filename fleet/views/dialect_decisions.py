"""How the app of seed 003 decides. Who decides is whoever is signed in, and not whom the body names."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.dialects import DialectView
from core.api import read
from core.errors import refuse
from fleet import selectors
from fleet.errors import NoSuchViolation
from fleet.models import Sanction, Vehicle
from fleet.permissions import Decides
from fleet.services import sanctions, violations


class ConfirmViolationIn(serializers.Serializer):
    violationId = serializers.UUIDField()  # noqa: N815


class SanctionViolationIn(ConfirmViolationIn):
    vehicleId = serializers.UUIDField()  # noqa: N815
    confirmedBy = serializers.CharField(required=False, allow_blank=True, help_text="Ignored.")  # noqa: N815


class ViolationConfirmedOut(serializers.Serializer):
    success = serializers.BooleanField()


class ViolationSanctionedOut(ViolationConfirmedOut):
    sanctionType = serializers.ChoiceField(choices=Sanction.Type.choices)  # noqa: N815
    offenseNumber = serializers.IntegerField()  # noqa: N815
    sanctionId = serializers.UUIDField()  # noqa: N815
    vehicleStatus = serializers.ChoiceField(choices=Vehicle.Registration.choices)  # noqa: N815
    endAt = serializers.DateTimeField(allow_null=True)  # noqa: N815


class View(DialectView):
    permission_classes = [Decides]
    bad_body = "Missing data"


class ConfirmViolation(View):
    @extend_schema(request=ConfirmViolationIn, responses=ViolationConfirmedOut)
    def post(self, request: Request) -> Response:
        violation_id = read(ConfirmViolationIn, request.data)["violationId"]
        violations.confirm_violation(violation_id, by=request.user, now=timezone.now())
        return Response({"success": True})


class SanctionViolation(View):
    """Confirms it first, where nobody has. A repeat is answered the same."""

    @extend_schema(request=SanctionViolationIn, responses={201: ViolationSanctionedOut})
    def post(self, request: Request) -> Response:
        named = read(SanctionViolationIn, request.data)
        violation_id = named["violationId"]
        refuse(NoSuchViolation, unless=selectors.violation(violation_id).vehicle_id == named["vehicleId"])
        sanction = sanctions.confirm_and_sanction(violation_id, by=request.user, now=timezone.now())
        return Response(_shown(selectors.sanction(sanction.pk)), status=status.HTTP_201_CREATED)


def _shown(sanction: Sanction) -> dict[str, Any]:
    return {
        "success": True,
        "sanctionType": sanction.type,
        "offenseNumber": sanction.offense_number,
        "sanctionId": sanction.pk,
        "vehicleStatus": sanction.vehicle.registration_status,
        "endAt": sanction.end_at,
    }
