"""For those who work for a provider: what is booked there. Nothing here says more of a customer than a given name."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings import analytics, selectors
from bookings.models import Reservation, Service, Slot, Subscription
from bookings.schedule import local_date
from bookings.serializers import (
    AgendaIn,
    AgendaOut,
    ProviderFiguresOut,
    ReasonIn,
    ReferenceOut,
    SlotNameIn,
    SlotStateOut,
    SubscriptionReferenceOut,
)
from bookings.services import closing, reservations
from bookings.views.pages import Agenda, Newest
from core.api import read
from core.clocks import local_day
from realtime.api import idempotent

Status = Reservation.Status


class References(generics.ListAPIView[Reservation]):
    """Of `statuses`, newest first: as many as the provider's counter of that name says."""

    serializer_class = ReferenceOut
    pagination_class = Newest
    queryset = Reservation.objects.none()
    statuses: list[str] = []

    def get_queryset(self) -> QuerySet[Reservation]:
        provider = selectors.provider_of(self.request.user, self.kwargs["provider_id"])
        return Reservation.objects.filter(provider=provider, status__in=self.statuses)


class SubscriptionReferences(generics.ListAPIView[Subscription]):
    serializer_class = SubscriptionReferenceOut
    pagination_class = Newest
    queryset = Subscription.objects.none()
    statuses: list[str] = []

    def get_queryset(self) -> QuerySet[Subscription]:
        provider = selectors.provider_of(self.request.user, self.kwargs["provider_id"])
        return Subscription.objects.filter(provider=provider, status__in=self.statuses)


class ProvidersAgenda(generics.ListAPIView[Reservation]):
    """In the order in which they come."""

    serializer_class = AgendaOut
    pagination_class = Agenda
    queryset = Reservation.objects.none()

    def get_queryset(self) -> QuerySet[Reservation]:
        provider = selectors.provider_of(self.request.user, self.kwargs["provider_id"])
        wanted = read(AgendaIn, self.request.query_params)
        today = local_date(timezone.now(), provider)
        first, last = (local_day(wanted[name] or today, provider.zone) for name in ("first", "last"))
        return selectors.agenda(provider, first.start, last.end)

    @extend_schema(parameters=[AgendaIn, OpenApiParameter("from", date, description="The first day.")])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)


class Analytics(APIView):
    """The board `bookings.provider:<id>` shows the same, live."""

    @extend_schema(responses=ProviderFiguresOut)
    def get(self, request: Request, provider_id: UUID) -> Response:
        provider = selectors.provider_of(request.user, provider_id)
        return Response(ProviderFiguresOut(analytics.provider(provider, timezone.now())).data)


class CompleteReservation(APIView):
    @extend_schema(request=None, responses=ReferenceOut)
    @idempotent
    def post(self, request: Request, provider_id: UUID, reservation_id: UUID) -> Response:
        reservation = _reservation(request, provider_id, reservation_id)
        return Response(ReferenceOut(reservations.complete_reservation(reservation, now=timezone.now())).data)


class MarkNoShow(APIView):
    @extend_schema(request=None, responses=ReferenceOut)
    @idempotent
    def post(self, request: Request, provider_id: UUID, reservation_id: UUID) -> Response:
        reservation = _reservation(request, provider_id, reservation_id)
        return Response(ReferenceOut(reservations.mark_no_show(reservation, now=timezone.now())).data)


class CancelForCustomer(APIView):
    """All that was paid goes back."""

    @extend_schema(request=ReasonIn, responses=ReferenceOut)
    @idempotent
    def post(self, request: Request, provider_id: UUID, reservation_id: UUID) -> Response:
        because = read(ReasonIn, request.data)["reason"]
        reservation = _reservation(request, provider_id, reservation_id)
        cancelled = reservations.cancel_reservation(
            reservation, by=Reservation.By.PROVIDER, because=because, now=timezone.now()
        )
        return Response(ReferenceOut(cancelled).data)


class SettleReservation(APIView):
    """It was paid in cash."""

    @extend_schema(request=None, responses=ReferenceOut)
    @idempotent
    def post(self, request: Request, provider_id: UUID, reservation_id: UUID) -> Response:
        reservation = _reservation(request, provider_id, reservation_id)
        return Response(ReferenceOut(reservations.take_cash(reservation, now=timezone.now())).data)


class CallPaymentOff(APIView):
    """What the customer has begun to pay by card, before it is settled in cash."""

    @extend_schema(request=None, responses=ReferenceOut)
    @idempotent
    def post(self, request: Request, provider_id: UUID, reservation_id: UUID) -> Response:
        reservation = _reservation(request, provider_id, reservation_id)
        return Response(ReferenceOut(reservations.call_payment_off(reservation, now=timezone.now())).data)


class CloseSlot(APIView):
    """Nobody can book it, and whoever has is cancelled."""

    @extend_schema(request=SlotNameIn, responses=SlotStateOut)
    @idempotent
    def post(self, request: Request, provider_id: UUID) -> Response:
        service, named = _service(request, provider_id)
        return Response(_state(closing.close_slot_at(service, start_at=named["start_at"], now=timezone.now())))


class OpenSlot(APIView):
    @extend_schema(request=SlotNameIn, responses=SlotStateOut)
    @idempotent
    def post(self, request: Request, provider_id: UUID) -> Response:
        service, named = _service(request, provider_id)
        return Response(_state(closing.open_slot_at(service, start_at=named["start_at"])))


def _reservation(request: Request, provider_id: UUID, reservation_id: UUID) -> Reservation:
    return selectors.reservation_with(selectors.provider_of(request.user, provider_id), reservation_id)


def _service(request: Request, provider_id: UUID) -> tuple[Service, dict[str, Any]]:
    provider = selectors.provider_of(request.user, provider_id)
    named = read(SlotNameIn, request.data)
    return selectors.service_with(provider, named["service_id"]), named


def _state(slot: Slot) -> Any:
    return SlotStateOut(slot).data
