"""The customer's own."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings import commands, selectors, wire
from bookings.models import Reservation
from bookings.serializers import (
    BookingReviewIn,
    BookingReviewOut,
    GatewayIn,
    NewStartIn,
    PaymentNameIn,
    ReasonIn,
    ReservationFilterIn,
    ReservationIn,
    ReservationOut,
)
from bookings.services import confirming, reservations
from bookings.views.pages import Newest
from bookings.views.shapes import either, is_seeds
from core.api import read
from payments.serializers import PaymentOut
from payments.views import RefreshesPerUser
from realtime.api import idempotent

By = Reservation.By

ONE = either("ReservationInAShape", ReservationOut, wire.SeedReservationOut)
MANY = either("ReservationInAShape", ReservationOut, wire.SeedReservationOut, many=True)
NEW = either("ReservationInAShapeIn", ReservationIn, wire.SeedReservationIn)


class Reservations(generics.ListAPIView[Reservation]):
    serializer_class = ReservationOut
    pagination_class = Newest
    queryset = Reservation.objects.none()

    def get_queryset(self) -> QuerySet[Reservation]:
        wanted = read(ReservationFilterIn, self.request.query_params)
        found = selectors.reservations_of(self.request.user)
        to_come = Q(status__in=Reservation.ACTIVE, end_at__gt=timezone.now())
        if "when" in wanted:
            found = found.filter(to_come if wanted["when"] == "upcoming" else ~to_come)
        return found.filter(status=wanted["status"]) if "status" in wanted else found

    @extend_schema(parameters=[ReservationFilterIn, wire.ShapeIn], responses=MANY)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(_shown(request, page))

    @extend_schema(parameters=[wire.ShapeIn], request=NEW, responses={201: ONE})
    @idempotent
    def post(self, request: Request) -> Response:
        wants_seeds = is_seeds(request)
        said = wire.reservation_in(read(wire.SeedReservationIn, request.data)) if wants_seeds else request.data
        made = commands.reserve(request.user, said)
        if wants_seeds:
            [made] = _shown(request, [selectors.reservation_of(request.user, made["reservation_id"])])
        return Response(made, status=status.HTTP_201_CREATED)


class OneReservation(APIView):
    @extend_schema(parameters=[wire.ShapeIn], responses=ONE)
    def get(self, request: Request, reservation_id: UUID) -> Response:
        [shown] = _shown(request, [selectors.reservation_of(request.user, reservation_id)])
        return Response(shown)


class ConfirmReservation(APIView):
    """One that the waitlist offered, where nothing is to be paid ahead."""

    @extend_schema(request=None, responses=ReservationOut)
    @idempotent
    def post(self, request: Request, reservation_id: UUID) -> Response:
        return Response(commands.confirm_reservation(request.user, {"reservation_id": reservation_id}))


class PayReservation(APIView):
    """Answers what is to be paid, under `/api/payments`. Cash confirms at once, and is settled at the desk."""

    @extend_schema(request=GatewayIn, responses=PaymentOut)
    @idempotent
    def post(self, request: Request, reservation_id: UUID) -> Response:
        by = read(GatewayIn, request.data)["gateway"]
        reservation = selectors.reservation_of(request.user, reservation_id)
        return Response(PaymentOut(reservations.pay_reservation(reservation, by=by, now=timezone.now())).data)


class ConfirmPayment(APIView):
    """The customer has paid: the gateway is asked, now. Nobody is confirmed on the word of an app."""

    throttle_classes = [RefreshesPerUser]

    @extend_schema(request=PaymentNameIn, responses=ReservationOut)
    def post(self, request: Request, reservation_id: UUID) -> Response:
        named = read(PaymentNameIn, request.data)
        reservation = selectors.reservation_of(request.user, reservation_id)
        confirmed = confirming.confirm_payment(reservation, **named, now=timezone.now())
        return Response(ReservationOut(confirmed).data)


class ConfirmSeedsPayment(APIView):
    """The same, in the seed's words and shape."""

    throttle_classes = [RefreshesPerUser]

    @extend_schema(request=wire.SeedConfirmationIn, responses=wire.SeedReservationOut)
    def post(self, request: Request) -> Response:
        named = read(wire.SeedConfirmationIn, request.data)
        reservation = selectors.reservation_of(request.user, named["reservationId"])
        confirmed = confirming.confirm_payment(
            reservation, payment_id=named["paymentId"], gateway=named["gateway"], now=timezone.now()
        )
        [shown] = wire.reservations(request.user, [confirmed])
        return Response(shown)


class RescheduleReservation(APIView):
    @extend_schema(request=NewStartIn, responses=ReservationOut)
    @idempotent
    def post(self, request: Request, reservation_id: UUID) -> Response:
        wanted = read(NewStartIn, request.data)
        reservation = selectors.reservation_of(request.user, reservation_id)
        moved = reservations.reschedule_reservation(reservation, **wanted, now=timezone.now())
        return Response(ReservationOut(moved).data)


class CancelReservation(APIView):
    """What was paid goes back by the policy that the reservation was made under."""

    @extend_schema(request=ReasonIn, responses=ReservationOut)
    @idempotent
    def post(self, request: Request, reservation_id: UUID) -> Response:
        because = read(ReasonIn, request.data)["reason"]
        reservation = selectors.reservation_of(request.user, reservation_id)
        cancelled = reservations.cancel_reservation(reservation, by=By.USER, because=because, now=timezone.now())
        return Response(ReservationOut(cancelled).data)


class ReviewReservation(APIView):
    @extend_schema(request=BookingReviewIn, responses={201: BookingReviewOut})
    @idempotent
    def post(self, request: Request, reservation_id: UUID) -> Response:
        reservation = selectors.reservation_of(request.user, reservation_id)
        review = reservations.review_reservation(reservation, **read(BookingReviewIn, request.data))
        return Response(BookingReviewOut(review).data, status=status.HTTP_201_CREATED)


def _shown(request: Request, found: list[Reservation]) -> list[Any]:
    if is_seeds(request):
        return wire.reservations(request.user, found)
    return list(ReservationOut(found, many=True).data)
