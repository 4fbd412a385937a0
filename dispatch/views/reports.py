"""The owner's side: reports, and what comes in for them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from core.api import read
from core.errors import Forbidden, refuse
from dispatch import analytics, commands, selectors
from dispatch.eligibility import judge
from dispatch.models import DamageReport, Estimate
from dispatch.serializers import (
    AskedOut,
    DistributionIn,
    DistributionOut,
    EstimateToDecideOut,
    OwnerDashboardOut,
    OwnerFiguresOut,
    PassedOverOut,
    ReportChangeIn,
    ReportFilterIn,
    ReportIn,
    ReportOut,
    ReviewIn,
    ReviewOut,
    VerdictOut,
)
from dispatch.services import reports
from dispatch.views.pages import NewestReports, OldestEstimates
from realtime.api import idempotent

FILTERS = {
    "status": "status",
    "vehicle_make": "vehicle_make__iexact",
    "vehicle_model": "vehicle_model__iexact",
    "min_year": "vehicle_year__gte",
    "max_year": "vehicle_year__lte",
    "min_cost": "estimated_cost__gte",
    "max_cost": "estimated_cost__lte",
}
LAST_CONSIDERED = 200  # of the thousands who may have been


class Reports(generics.ListAPIView[DamageReport]):
    """The caller's own."""

    serializer_class = ReportOut
    pagination_class = NewestReports
    queryset = DamageReport.objects.none()

    def get_queryset(self) -> QuerySet[DamageReport]:
        wanted = read(ReportFilterIn, self.request.query_params)
        is_for_staff = wanted.pop("all")
        refuse(Forbidden, unless=self.request.user.is_staff or not is_for_staff)
        found = selectors.reports().filter(**{FILTERS[name]: value for name, value in wanted.items()})
        return found if is_for_staff else found.filter(owner=self.request.user)

    @extend_schema(parameters=[ReportFilterIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=ReportIn, responses={201: ReportOut})
    @idempotent
    def post(self, request: Request) -> Response:
        return Response(commands.open_report(request.user, request.data), status=status.HTTP_201_CREATED)


class OneReport(APIView):
    @extend_schema(responses=ReportOut)
    def get(self, request: Request, report_id: UUID) -> Response:
        return Response(ReportOut(selectors.report_seen_by(request.user, report_id)).data)

    @extend_schema(request=ReportChangeIn, responses=ReportOut)
    def patch(self, request: Request, report_id: UUID) -> Response:
        report = selectors.report_of(request.user, report_id)
        changed = reports.revise_report(report, **read(ReportChangeIn, request.data), now=timezone.now())
        return Response(ReportOut(changed).data)


class CompleteReport(APIView):
    @extend_schema(request=None, responses=ReportOut)
    @idempotent
    def post(self, request: Request, report_id: UUID) -> Response:
        return Response(commands.complete_report(request.user, {"report_id": report_id}))


class CancelReport(APIView):
    @extend_schema(request=None, responses=ReportOut)
    @idempotent
    def post(self, request: Request, report_id: UUID) -> Response:
        return Response(commands.cancel_report(request.user, {"report_id": report_id}))


class ReviewReport(APIView):
    @extend_schema(request=ReviewIn, responses={201: ReviewOut})
    @idempotent
    def post(self, request: Request, report_id: UUID) -> Response:
        report = selectors.report_of(request.user, report_id)
        review = reports.review_report(report, **read(ReviewIn, request.data))
        return Response(ReviewOut(review).data, status=status.HTTP_201_CREATED)


class ReportEstimates(generics.ListAPIView[Estimate]):
    """In the order in which they came."""

    serializer_class = EstimateToDecideOut
    pagination_class = OldestEstimates
    queryset = Estimate.objects.none()

    def get_queryset(self) -> QuerySet[Estimate]:
        return selectors.estimates_of_report(selectors.report_seen_by(self.request.user, self.kwargs["report_id"]))


class Distribution(APIView):
    @extend_schema(parameters=[DistributionIn], responses=DistributionOut)
    def get(self, request: Request, report_id: UUID) -> Response:
        report = selectors.report_known_to(request.user, report_id)
        shown = DistributionOut(analytics.distribution(report.pk)).data
        professional_id = read(DistributionIn, request.query_params).get("professional")
        refuse(Forbidden, unless=request.user.is_staff or professional_id is None)
        if request.user.is_staff:
            shown |= _considered(report)
        if professional_id is not None:
            shown |= {"professional": _verdict(request.user, report, professional_id)}
        return Response(shown)

    @extend_schema(request=None, responses=DistributionOut)
    @idempotent
    def post(self, request: Request, report_id: UUID) -> Response:
        """Looks anew, and now, at everybody who was not asked."""
        report = reports.redistribute(selectors.report_seen_by(request.user, report_id), now=timezone.now())
        return Response(DistributionOut(analytics.distribution(report.pk)).data)


class OwnerDashboard(APIView):
    @extend_schema(responses=OwnerDashboardOut)
    def get(self, request: Request) -> Response:
        newest = selectors.reports().filter(owner=request.user, status__in=DamageReport.LIVE)
        to_choose_from = selectors.estimates_to_decide().pending().filter(report__owner=request.user)
        return Response(
            {
                "figures": OwnerFiguresOut(analytics.owner(request.user.pk)).data,
                "reports": ReportOut(newest.order_by("-created_at", "-pk")[: selectors.RECENT], many=True).data,
                "estimates": EstimateToDecideOut(
                    to_choose_from.order_by("-submitted_at", "-pk")[: selectors.RECENT], many=True
                ).data,
            }
        )


def _considered(report: DamageReport) -> dict[str, Any]:
    asked = report.requests.select_related("professional").order_by("-asked_at", "-pk")
    passed_over = report.passed_over.select_related("professional").order_by("-at", "-pk")
    return {
        "asked": AskedOut(asked[:LAST_CONSIDERED], many=True).data,
        "passed_over": PassedOverOut(passed_over[:LAST_CONSIDERED], many=True).data,
    }


def _verdict(user: User, report: DamageReport, professional_id: UUID) -> dict[str, Any]:
    [verdict] = judge(report, [selectors.professional_known_to(user, professional_id)], timezone.now())
    return VerdictOut(verdict).data
