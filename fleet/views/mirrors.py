"""What the app of seed 003 refreshes its streams from: the `data` of its frames. Devices post to one of these paths."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import BrowserAuthentication, DialectAuthentication
from core import conditional
from core.api import read
from fleet import mirrors, selectors
from fleet.mirrors import Asked, By, Mirror
from fleet.models import Vehicle
from fleet.permissions import IsOfTheFleet
from fleet.serializers import FreshIn, RangeIn
from fleet.serializers.mirrors import AppChartOut, AppSummaryOut, AppVehicleOut, AppViolationOut, DistributionIn
from fleet.views import ingest
from fleet.views.pages import ByPlate, Reported

APP: list[type[BaseAuthentication]] = [DialectAuthentication, BrowserAuthentication]
TOTAL = "X-Total-Count"
CURSOR = OpenApiParameter(
    "cursor", str, allow_blank=True, description="Given, if empty, the answer is a page: `next`, `previous`, `results`."
)
PAGE_SIZE = OpenApiParameter("page_size", int, description="Of a page.")
NOT_MODIFIED = {304: None}


def answer(request: Request, mirror: Mirror) -> HttpResponseBase:
    fresh = read(FreshIn, request.query_params)
    mirrored = mirror.read(_asked(request), ttl=fresh.get("ttl"), anew=fresh["refresh"])
    response = conditional.answer(request._request, mirrored.text.encode(), conditional.JSON)
    if mirrored.total is not None:
        response[TOTAL] = str(mirrored.total)
    return response


def _asked(request: Request) -> Asked:
    wanted = read(RangeIn, request.query_params)
    by = read(DistributionIn, request.query_params)["by"]
    return Asked(wanted["days"], wanted["group"], By(by), is_full=_is_full(request))


def _is_full(request: Request) -> bool:
    return bool(selectors.deciders([request.user.pk]))


class View(APIView):
    authentication_classes = APP
    permission_classes = [IsOfTheFleet]


class Summary(View):
    """FleetSummary, by default of the last seven days."""

    @extend_schema(parameters=[RangeIn, FreshIn], responses={200: AppSummaryOut, **NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponseBase:
        return answer(request, mirrors.SUMMARY)


class Distribution(View):
    """The five most frequent types of violations, or departments with the most."""

    @extend_schema(
        parameters=[RangeIn, DistributionIn, FreshIn], responses={200: AppChartOut(many=True), **NOT_MODIFIED}
    )
    def get(self, request: Request) -> HttpResponseBase:
        return answer(request, mirrors.DISTRIBUTION)


class Logs(View):
    """How many vehicles came and went, by day, week, month or year."""

    @extend_schema(parameters=[RangeIn, FreshIn], responses={200: AppChartOut(many=True), **NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponseBase:
        return answer(request, mirrors.LOGS)


class Vehicles(View):
    """Those that moved last, at most as many as the app takes; `X-Total-Count` says how many there are if that is more.
    With `cursor` all of them, in pages.
    """

    @extend_schema(parameters=[FreshIn, CURSOR, PAGE_SIZE], responses={200: AppVehicleOut(many=True), **NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponseBase:
        if "cursor" not in request.query_params:
            return answer(request, mirrors.VEHICLES)
        paginator = ByPlate()
        page = paginator.paginate_queryset(Vehicle.objects.all(), request, view=self) or []
        return paginator.get_paginated_response(mirrors.shown_vehicles(page, is_full=_is_full(request)))


class Violations(ingest.Violations):
    """The newest 200, for the app; with `cursor` all of them, in pages."""

    is_ingest = False

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.is_ingest = request.method == "POST"
        return super().initialize_request(request, *args, **kwargs)

    def get_authenticators(self) -> Sequence[Any]:
        return super().get_authenticators() if self.is_ingest else [kind() for kind in APP]

    def get_permissions(self) -> Sequence[BasePermission]:
        return super().get_permissions() if self.is_ingest else [IsOfTheFleet()]

    @extend_schema(parameters=[FreshIn, CURSOR, PAGE_SIZE], responses={200: AppViolationOut(many=True), **NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponseBase:
        if "cursor" not in request.query_params:
            return answer(request, mirrors.VIOLATIONS)
        paginator = Reported()
        page = paginator.paginate_queryset(selectors.violations(), request, view=self) or []
        return paginator.get_paginated_response(mirrors.shown_violations(page))
