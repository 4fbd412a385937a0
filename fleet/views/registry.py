"""Registered vehicles, and what is known of each."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import read
from fleet import selectors, shapes, sources
from fleet.models import Sanction, Scan, Vehicle, VehicleLog, Violation
from fleet.permissions import IsOfTheFleet, IsOfTheFleetOrDecides
from fleet.serializers import (
    RegisteredVehicleOut,
    SanctionOut,
    ScanOut,
    SearchVehiclesIn,
    VehicleFilterIn,
    VehicleIn,
    VehicleLogOut,
    ViolationOut,
)
from fleet.services import registry
from fleet.views.pages import ByPlate, Latest, Listed, NewestSanctions, Reported
from realtime.api import caller, idempotent


class Registry(Listed):
    """By plate."""

    permission_classes = [IsOfTheFleetOrDecides]
    serializer_class = RegisteredVehicleOut
    pagination_class = ByPlate
    queryset = Vehicle.objects.none()

    def get_queryset(self) -> QuerySet[Vehicle]:
        return Vehicle.objects.filter(**read(VehicleFilterIn, self.request.query_params))

    def shown(self, page: list[Vehicle]) -> list[dict[str, Any]]:
        return [*map(_shape_for(self.request), page)]

    @extend_schema(parameters=[VehicleFilterIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=VehicleIn, responses={201: RegisteredVehicleOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """By officers and staff. What its plate did before is told of it from then on."""
        vehicle = registry.register_vehicle(**read(VehicleIn, request.data), now=timezone.now())
        return Response(_shape_for(request)(vehicle), status=status.HTTP_201_CREATED)


class Search(APIView):
    """The first ten, for whoever types."""

    permission_classes = [IsOfTheFleet]

    @extend_schema(parameters=[SearchVehiclesIn], responses=RegisteredVehicleOut(many=True))
    def get(self, request: Request) -> Response:
        found = selectors.search_vehicles(read(SearchVehiclesIn, request.query_params)["q"])
        return Response([*map(_shape_for(request), found)])


class OneVehicle(APIView):
    permission_classes = [IsOfTheFleetOrDecides]

    @extend_schema(responses=RegisteredVehicleOut)
    def get(self, request: Request, vehicle_id: UUID) -> Response:
        return Response(_shape_for(request)(selectors.vehicle(vehicle_id)))

    @extend_schema(request=VehicleIn, responses=RegisteredVehicleOut)
    def patch(self, request: Request, vehicle_id: UUID) -> Response:
        """By officers and staff. Of the plate only the spelling: another plate is another vehicle."""
        facts = read(VehicleIn, request.data, partial=True)
        vehicle = registry.revise_vehicle(selectors.vehicle(vehicle_id), **facts, now=timezone.now())
        return Response(_shape_for(request)(vehicle))


class OfVehicle(Listed):
    """What is known of one."""

    permission_classes = [IsOfTheFleet]

    @property
    def vehicle(self) -> Vehicle:
        return selectors.vehicle(self.kwargs["vehicle_id"])


class Logs(OfVehicle):
    serializer_class = VehicleLogOut
    pagination_class = Latest
    queryset = VehicleLog.objects.none()

    def get_queryset(self) -> QuerySet[VehicleLog]:
        return VehicleLog.objects.filter(vehicle=self.vehicle)

    def shown(self, page: list[VehicleLog]) -> list[dict[str, Any]]:
        names = _names(*(log.in_by for log in page), *(log.out_by for log in page))
        return [shapes.log(log, names) for log in page]


class Scans(OfVehicle):
    """As they came, for as long as they are kept."""

    serializer_class = ScanOut
    pagination_class = Latest
    queryset = Scan.objects.none()

    def get_queryset(self) -> QuerySet[Scan]:
        return Scan.objects.filter(vehicle=self.vehicle)

    def shown(self, page: list[Scan]) -> list[dict[str, Any]]:
        names = _names(*(scan.source for scan in page))
        return [shapes.scan(scan, names) for scan in page]


class Violations(OfVehicle):
    serializer_class = ViolationOut
    pagination_class = Reported
    queryset = Violation.objects.none()

    def get_queryset(self) -> QuerySet[Violation]:
        return selectors.violations().filter(vehicle=self.vehicle)

    def shown(self, page: list[Violation]) -> list[dict[str, Any]]:
        return [*map(shapes.violation, page)]


class Sanctions(OfVehicle):
    serializer_class = SanctionOut
    pagination_class = NewestSanctions
    queryset = Sanction.objects.none()

    def get_queryset(self) -> QuerySet[Sanction]:
        return selectors.sanctions().filter(vehicle=self.vehicle)

    def shown(self, page: list[Sanction]) -> list[dict[str, Any]]:
        return [*map(shapes.sanction, page)]


def _shape_for(request: Request) -> Callable[[Vehicle], dict[str, Any]]:
    """Guards see less than those who decide."""
    is_confidential = bool(selectors.deciders([caller(request)]))
    return lambda vehicle: shapes.registered(vehicle, is_confidential=is_confidential)


def _names(*of: str) -> Mapping[str, str]:
    return sources.names_of(filter(None, of))
