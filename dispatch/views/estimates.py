from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import read
from dispatch import commands, selectors
from dispatch.models import Estimate
from dispatch.serializers import EstimateFilterIn, EstimateIn, EstimateOut
from dispatch.views.pages import NewestEstimates
from payments.serializers import PaymentOut
from realtime.api import idempotent


class Estimates(generics.ListAPIView[Estimate]):
    """The caller's own, as a professional."""

    serializer_class = EstimateOut
    pagination_class = NewestEstimates
    queryset = Estimate.objects.none()

    def get_queryset(self) -> QuerySet[Estimate]:
        wanted = read(EstimateFilterIn, self.request.query_params)
        return selectors.estimates().filter(professional=selectors.profile_of(self.request.user), **wanted)

    @extend_schema(parameters=[EstimateFilterIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=EstimateIn, responses={201: EstimateOut})
    @idempotent
    def post(self, request: Request) -> Response:
        return Response(commands.submit_estimate(request.user, request.data), status=status.HTTP_201_CREATED)


class OneEstimate(APIView):
    """For both sides."""

    @extend_schema(responses=EstimateOut)
    def get(self, request: Request, estimate_id: UUID) -> Response:
        return Response(EstimateOut(selectors.estimate_seen_by(request.user, estimate_id)).data)


class AcceptEstimate(APIView):
    @extend_schema(request=None, responses=EstimateOut)
    @idempotent
    def post(self, request: Request, estimate_id: UUID) -> Response:
        return Response(commands.accept_estimate(request.user, {"estimate_id": estimate_id}))


class PayDeposit(APIView):
    """Answers what is to be paid, under `/api/payments`."""

    @extend_schema(request=None, responses=PaymentOut)
    @idempotent
    def post(self, request: Request, estimate_id: UUID) -> Response:
        return Response(commands.pay_deposit(request.user, {"estimate_id": estimate_id}))


class DeclineEstimate(APIView):
    @extend_schema(request=None, responses=EstimateOut)
    @idempotent
    def post(self, request: Request, estimate_id: UUID) -> Response:
        return Response(commands.decline_estimate(request.user, {"estimate_id": estimate_id}))


class WithdrawEstimate(APIView):
    @extend_schema(request=None, responses=EstimateOut)
    @idempotent
    def post(self, request: Request, estimate_id: UUID) -> Response:
        return Response(commands.withdraw_estimate(request.user, {"estimate_id": estimate_id}))


class GiveJobBack(APIView):
    @extend_schema(request=None, responses=EstimateOut)
    @idempotent
    def post(self, request: Request, estimate_id: UUID) -> Response:
        return Response(commands.give_job_back(request.user, {"estimate_id": estimate_id}))
