"""The professional's side: what she was asked for, and what she offers."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import read
from dispatch import analytics, commands, selectors
from dispatch.models import EstimateRequest
from dispatch.serializers import (
    EstimateOut,
    ListedRequestOut,
    ProfessionalDashboardOut,
    ProfessionalFiguresOut,
    RequestFilterIn,
    RequestOut,
)
from dispatch.views.pages import NewestRequests
from realtime.api import idempotent


class Requests(generics.ListAPIView[EstimateRequest]):
    """The caller's own."""

    serializer_class = ListedRequestOut
    pagination_class = NewestRequests
    queryset = EstimateRequest.objects.none()

    def get_queryset(self) -> QuerySet[EstimateRequest]:
        mine = selectors.requests_listed(selectors.profile_of(self.request.user).user)
        status = read(RequestFilterIn, self.request.query_params).get("status")
        if status == RequestFilterIn.LIVE:
            return mine.unanswered()
        return mine.filter(status=status) if status else mine

    @extend_schema(parameters=[RequestFilterIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class OneRequest(APIView):
    @extend_schema(responses=ListedRequestOut)
    def get(self, request: Request, report_id: UUID) -> Response:
        return Response(ListedRequestOut(selectors.request_listed(request.user, report_id)).data)


class SeeRequest(APIView):
    @extend_schema(request=None, responses=RequestOut)
    @idempotent
    def post(self, request: Request, report_id: UUID) -> Response:
        return Response(commands.see_request(request.user, {"report_id": report_id}))


class DeclineRequest(APIView):
    @extend_schema(request=None, responses=RequestOut)
    @idempotent
    def post(self, request: Request, report_id: UUID) -> Response:
        return Response(commands.decline_request(request.user, {"report_id": report_id}))


class ProfessionalDashboard(APIView):
    @extend_schema(responses=ProfessionalDashboardOut)
    def get(self, request: Request) -> Response:
        user = selectors.profile_of(request.user).user
        figures = analytics.professional(user.pk, since=timezone.now() - analytics.RECENTLY)
        live = selectors.requests_listed(user).unanswered().order_by("-asked_at", "-pk")
        estimates = selectors.estimates().filter(professional=user.pk).order_by("-submitted_at", "-pk")
        return Response(
            {
                "figures": ProfessionalFiguresOut(figures).data,
                "live_requests": ListedRequestOut(live[: selectors.RECENT], many=True).data,
                "estimates": EstimateOut(estimates[: selectors.RECENT], many=True).data,
            }
        )
