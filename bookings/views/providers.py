"""What can be booked."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings import listing, selectors
from bookings.listing import Listed
from bookings.models import Provider, Review, Service
from bookings.schedule import local_date
from bookings.serializers import (
    BookableServiceOut,
    BookingReviewOut,
    OpenPlanOut,
    PlanOut,
    ProviderFilterIn,
    ProviderIn,
    ProviderOut,
    ProviderPageOut,
    ProviderSettingsOut,
    SlotsIn,
    SlotsOut,
)
from bookings.services import providers
from bookings.views.pages import Newest, NewestReviews
from core.api import read
from realtime.api import idempotent


class Providers(generics.ListAPIView[Provider]):
    """Those that can be booked."""

    serializer_class = ProviderOut
    pagination_class = Newest
    queryset = Provider.objects.none()

    def get_queryset(self) -> QuerySet[Provider]:
        return selectors.open_providers(**read(ProviderFilterIn, self.request.query_params))

    @extend_schema(parameters=[ProviderFilterIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=ProviderIn, responses={201: ProviderSettingsOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Applies to be one; nobody can book before staff have approved it."""
        provider = providers.apply(request.user, **read(ProviderIn, request.data))
        return Response(ProviderSettingsOut(provider).data, status=status.HTTP_201_CREATED)


class ProvidersWorkedFor(generics.ListAPIView[Provider]):
    """Those that the caller works for, also where nobody can book them at present."""

    serializer_class = ProviderOut
    pagination_class = Newest
    queryset = Provider.objects.none()

    def get_queryset(self) -> QuerySet[Provider]:
        return selectors.providers_of(self.request.user).select_related("stats")


class OneProvider(APIView):
    @extend_schema(responses=ProviderPageOut)
    def get(self, request: Request, provider_id: UUID) -> Response:
        provider = selectors.open_provider(provider_id)
        offered = {
            "services": BookableServiceOut(provider.services.filter(is_active=True).order_by("pk"), many=True).data,
            "plans": PlanOut(provider.plans.filter(is_active=True).order_by("pk"), many=True).data,
        }
        return Response({**ProviderPageOut(provider).data, **offered})


class Reviews(generics.ListAPIView[Review]):
    serializer_class = BookingReviewOut
    pagination_class = NewestReviews
    queryset = Review.objects.none()

    def get_queryset(self) -> QuerySet[Review]:
        return Review.objects.filter(provider=selectors.open_provider(self.kwargs["provider_id"]))


class OnePlan(APIView):
    @extend_schema(responses=OpenPlanOut)
    def get(self, request: Request, plan_id: UUID) -> Response:
        return Response(OpenPlanOut(selectors.open_plan(plan_id)).data)


class Slots(APIView):
    """Those that can be booked, and those that are full."""

    @extend_schema(
        parameters=[SlotsIn, OpenApiParameter("from", date, description="The first day.")], responses=SlotsOut
    )
    def get(self, request: Request, service_id: UUID) -> Response:
        service, now = selectors.open_service(service_id), timezone.now()
        wanted = read(SlotsIn, request.query_params)
        span = _days(service, wanted, now)
        found = listing.listed(service, *span, now, is_fresh=wanted["refresh"]) if span else []
        zone = service.provider.zone
        slots = [_slot(slot, ZoneInfo(zone)) for slot in found]
        return Response(SlotsOut({"serviceId": service.pk, "zone": zone, "slots": slots}).data)


def _days(service: Service, wanted: dict[str, Any], now: datetime) -> tuple[date, date] | None:
    """The days that were asked for, as far as anything can be booked on them."""
    earliest, latest = (local_date(at, service.provider) for at in listing.bookable_span(service, now))
    first: date = wanted.get("date") or wanted.get("from") or local_date(now, service.provider)
    last = first + timedelta(days=0 if "date" in wanted else wanted["days"] - 1)
    span = max(first, earliest), min(last, latest)
    return span if span[0] <= span[1] else None


def _slot(slot: Listed, clock: ZoneInfo) -> dict[str, Any]:
    local = slot.start.astimezone(clock)
    return {
        "time": f"{local:%H:%M}",
        "date": local.date(),
        "startAt": slot.start,
        "endAt": slot.end,
        "totalCapacity": slot.capacity,
        "bookedCapacity": slot.booked,
        "availableCapacity": slot.free,
        "capacityPercentage": slot.share,
        "status": slot.status,
        "label": str(slot.label),
    }
