from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machines import MACHINES_TOO, HasScope
from core.api import Pages, read
from realtime.api import idempotent
from shifts import selectors, services
from shifts.analytics import coverage
from shifts.boards import SPAN
from shifts.models import Consideration, Shift, ShiftOffer
from shifts.serializers import (
    AssignIn,
    ConsideredOut,
    CoverageOut,
    OfferIn,
    OfferOut,
    ShiftFilterIn,
    ShiftIn,
    ShiftOut,
    SpanIn,
)

SCHEDULERS = [HasScope("shifts.schedule", people=IsAdminUser)]


class NewestShifts(Pages):
    ordering = ("-start_at", "-id")


class NewestOffers(Pages):
    ordering = ("-sent_at", "-id")


class InOrder(Pages):
    ordering = ("id",)


class Shifts(generics.ListAPIView[Shift]):
    authentication_classes = MACHINES_TOO
    permission_classes = SCHEDULERS
    serializer_class = ShiftOut
    pagination_class = NewestShifts

    def get_queryset(self) -> QuerySet[Shift]:
        wanted = read(ShiftFilterIn, self.request.query_params)
        lookups = {"status": "status", "since": "start_at__gte", "until": "start_at__lt"}
        return selectors.shifts().filter(**{lookups[name]: value for name, value in wanted.items()})

    @extend_schema(parameters=[ShiftFilterIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=ShiftIn, responses={201: ShiftOut})
    @idempotent
    def post(self, request: Request) -> Response:
        shift = services.create_shift(**read(ShiftIn, request.data))
        return Response(ShiftOut(shift).data, status=status.HTTP_201_CREATED)


class CoordinatorView(APIView):
    permission_classes = [IsAdminUser]


class SchedulerView(APIView):
    """For coordinators, and for programs of theirs."""

    authentication_classes = MACHINES_TOO
    permission_classes = SCHEDULERS


class OneShift(SchedulerView):
    @extend_schema(responses=ShiftOut)
    def get(self, request: Request, shift_id: int) -> Response:
        return Response(ShiftOut(selectors.shift(shift_id)).data)

    @extend_schema(request=ShiftIn, responses=ShiftOut)
    def put(self, request: Request, shift_id: int) -> Response:
        shift = services.revise_shift(selectors.shift(shift_id), **read(ShiftIn, request.data))
        return Response(ShiftOut(shift).data)


class OfferShift(SchedulerView):
    @extend_schema(request=OfferIn, responses=ShiftOut)
    @idempotent
    def post(self, request: Request, shift_id: int) -> Response:
        shift, now = selectors.shift(shift_id), timezone.now()
        if numbers := read(OfferIn, request.data)["employee_ids"]:
            shift = services.offer_shift_to(shift, selectors.employees(numbers), now=now)
        else:
            shift = services.offer_shift(shift, now=now)
        return Response(ShiftOut(shift).data)


class WithdrawOffers(SchedulerView):
    @extend_schema(request=None, responses=ShiftOut)
    @idempotent
    def post(self, request: Request, shift_id: int) -> Response:
        return Response(ShiftOut(services.withdraw_offers(selectors.shift(shift_id))).data)


class AssignShift(CoordinatorView):
    @extend_schema(request=AssignIn, responses=ShiftOut)
    @idempotent
    def post(self, request: Request, shift_id: int) -> Response:
        body = read(AssignIn, request.data)
        employee = selectors.employee(body["employee_id"])
        shift = services.assign_shift(selectors.shift(shift_id), employee, force=body["force"], now=timezone.now())
        return Response(ShiftOut(shift).data)


class CancelShift(SchedulerView):
    @extend_schema(request=None, responses=ShiftOut)
    @idempotent
    def post(self, request: Request, shift_id: int) -> Response:
        return Response(ShiftOut(services.cancel_shift(selectors.shift(shift_id), now=timezone.now())).data)


class Considered(generics.ListAPIView[Consideration]):
    """Who was thought of for a shift, what spoke against asking her, and what became of her offer."""

    permission_classes = [IsAdminUser]
    serializer_class = ConsideredOut
    pagination_class = InOrder
    queryset = Consideration.objects.none()

    def get_queryset(self) -> QuerySet[Consideration]:
        return selectors.considered(selectors.shift(self.kwargs["shift_id"]))


class Analytics(CoordinatorView):
    @extend_schema(parameters=[SpanIn], responses=CoverageOut)
    def get(self, request: Request) -> Response:
        now = timezone.now()
        span: dict[str, datetime] = {"since": now - SPAN, "until": now + SPAN, **read(SpanIn, request.query_params)}
        return Response(CoverageOut(coverage(**span, now=now)).data)


class MyOffers(APIView):
    """What the caller may accept now, priority first."""

    @extend_schema(operation_id="shifts_my_offers", responses=OfferOut(many=True))
    def get(self, request: Request) -> Response:
        offers = selectors.pending_offers(selectors.employee_of(request.user), timezone.now())
        return Response(OfferOut(offers, many=True).data)


class MyHistory(generics.ListAPIView[ShiftOffer]):
    """All the caller was ever asked to work, newest first."""

    serializer_class = OfferOut
    pagination_class = NewestOffers
    queryset = ShiftOffer.objects.none()

    def get_queryset(self) -> QuerySet[ShiftOffer]:
        return selectors.offers_of(selectors.employee_of(self.request.user))


class AcceptOffer(APIView):
    @extend_schema(request=None, responses=OfferOut)
    @idempotent
    def post(self, request: Request, shift_id: int) -> Response:
        offer = services.accept_offer(selectors.offer_of(request.user, shift_id), now=timezone.now())
        return Response(OfferOut(offer).data)


class RejectOffer(APIView):
    @extend_schema(request=None, responses=OfferOut)
    @idempotent
    def post(self, request: Request, shift_id: int) -> Response:
        offer = services.reject_offer(selectors.offer_of(request.user, shift_id), now=timezone.now())
        return Response(OfferOut(offer).data)


class DropShift(APIView):
    @extend_schema(request=None, responses=OfferOut)
    @idempotent
    def post(self, request: Request, shift_id: int) -> Response:
        offer = services.drop_shift(selectors.offer_of(request.user, shift_id), now=timezone.now())
        return Response(OfferOut(offer).data)
