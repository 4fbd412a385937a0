"""What a provider offers, and on what terms: seen by all who work there, changed by the owner."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings import selectors
from bookings.models import Provider
from bookings.schedule import local_date
from bookings.serializers import (
    BookableServiceOut,
    PlanIn,
    PlanOut,
    ProviderChangeIn,
    ProviderSettingsOut,
    ServiceIn,
    SpansIn,
    SpecialDayIn,
    SpecialDayOut,
    StaffIn,
)
from bookings.services import providers, staff
from core.api import read
from realtime.api import idempotent


class Settings(APIView):
    @extend_schema(responses=ProviderSettingsOut)
    def get(self, request: Request, provider_id: UUID) -> Response:
        return Response(_shown(selectors.provider_of(request.user, provider_id)))

    @extend_schema(request=ProviderChangeIn, responses=ProviderSettingsOut)
    def patch(self, request: Request, provider_id: UUID) -> Response:
        """What is booked stays as it was booked."""
        provider = selectors.provider_owned_by(request.user, provider_id)
        changes = read(ProviderChangeIn, request.data, partial=True)
        return Response(_shown(providers.revise_provider(provider, **changes)))


class Services(APIView):
    @extend_schema(request=ServiceIn, responses={201: BookableServiceOut})
    @idempotent
    def post(self, request: Request, provider_id: UUID) -> Response:
        provider = selectors.provider_owned_by(request.user, provider_id)
        service = providers.add_service(provider, **read(ServiceIn, request.data))
        return Response(BookableServiceOut(service).data, status=status.HTTP_201_CREATED)


class OneService(APIView):
    @extend_schema(request=ServiceIn, responses=BookableServiceOut)
    def patch(self, request: Request, provider_id: UUID, service_id: UUID) -> Response:
        service = selectors.service_with(selectors.provider_owned_by(request.user, provider_id), service_id)
        changes = read(ServiceIn, request.data, partial=True)
        return Response(BookableServiceOut(providers.revise_service(service, **changes, now=timezone.now())).data)


class Plans(APIView):
    @extend_schema(request=PlanIn, responses={201: PlanOut})
    @idempotent
    def post(self, request: Request, provider_id: UUID) -> Response:
        provider = selectors.provider_owned_by(request.user, provider_id)
        plan = providers.add_plan(provider, **read(PlanIn, request.data))
        return Response(PlanOut(plan).data, status=status.HTTP_201_CREATED)


class ProvidersPlan(APIView):
    @extend_schema(request=PlanIn, responses=PlanOut)
    def patch(self, request: Request, provider_id: UUID, plan_id: UUID) -> Response:
        """For those who subscribe from now on."""
        plan = selectors.plan_with(selectors.provider_owned_by(request.user, provider_id), plan_id)
        return Response(PlanOut(providers.revise_plan(plan, **read(PlanIn, request.data, partial=True))).data)


class OneSpecialDay(APIView):
    @extend_schema(request=SpansIn, responses=SpecialDayOut)
    def put(self, request: Request, provider_id: UUID, day: str) -> Response:
        provider = selectors.provider_owned_by(request.user, provider_id)
        date = read(SpecialDayIn, {"date": day})["date"]
        special = providers.set_special_day(provider, day=date, **read(SpansIn, request.data))
        return Response(SpecialDayOut(special).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, provider_id: UUID, day: str) -> Response:
        """Its hours are those of the week again."""
        provider = selectors.provider_owned_by(request.user, provider_id)
        providers.unset_special_day(provider, day=read(SpecialDayIn, {"date": day})["date"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class Staff(APIView):
    """By email address. The answer is the same whether or not anybody has it."""

    @extend_schema(request=StaffIn, responses={204: None})
    @idempotent
    def post(self, request: Request, provider_id: UUID) -> Response:
        staff.add_staff(selectors.provider_owned_by(request.user, provider_id), **read(StaffIn, request.data))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RemoveStaff(APIView):
    @extend_schema(request=StaffIn, responses={204: None})
    @idempotent
    def post(self, request: Request, provider_id: UUID) -> Response:
        staff.remove_staff(selectors.provider_owned_by(request.user, provider_id), **read(StaffIn, request.data))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LeaveStaff(APIView):
    """The caller works there no more."""

    @extend_schema(request=None, responses={204: None})
    @idempotent
    def post(self, request: Request, provider_id: UUID) -> Response:
        staff.leave(selectors.provider_of(request.user, provider_id), request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _shown(provider: Provider) -> dict[str, Any]:
    coming = provider.special_days.filter(date__gte=local_date(timezone.now(), provider)).order_by("date")
    offered = {
        "services": BookableServiceOut(provider.services.order_by("pk"), many=True).data,
        "plans": PlanOut(provider.plans.order_by("pk"), many=True).data,
        "special_days": SpecialDayOut(coming, many=True).data,
    }
    return {**ProviderSettingsOut(provider).data, **offered}
