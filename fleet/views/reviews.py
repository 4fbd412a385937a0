"""Officers look at what was reported, and decide. Who decides again as she did before is answered the same."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import read
from fleet import commands, selectors, shapes
from fleet.models import Sanction, Violation
from fleet.permissions import Decides, IsOfTheFleet
from fleet.serializers import ReviewFilterIn, SanctionFilterIn, SanctionOut, ViolationOut
from fleet.views.pages import Listed, NewestSanctions, Reported
from realtime.api import idempotent


class Reviews(Listed):
    """All violations. Those that wait for a decision: `?status=pending&order=waiting`."""

    permission_classes = [IsOfTheFleet]
    serializer_class = ViolationOut
    pagination_class = Reported
    queryset = Violation.objects.none()

    def get_queryset(self) -> QuerySet[Violation]:
        wanted = read(ReviewFilterIn, self.request.query_params)
        del wanted["order"]  # of which the pages know
        return selectors.violations().filter(**wanted)

    def shown(self, page: list[Violation]) -> list[dict[str, Any]]:
        return [*map(shapes.violation, page)]

    @extend_schema(parameters=[ReviewFilterIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class OneReview(APIView):
    permission_classes = [IsOfTheFleet]

    @extend_schema(responses=ViolationOut)
    def get(self, request: Request, violation_id: UUID) -> Response:
        return Response(shapes.violation(selectors.violation(violation_id)))


class Sanctions(Listed):
    permission_classes = [IsOfTheFleet]
    serializer_class = SanctionOut
    pagination_class = NewestSanctions
    queryset = Sanction.objects.none()

    def get_queryset(self) -> QuerySet[Sanction]:
        return selectors.sanctions().filter(**read(SanctionFilterIn, self.request.query_params))

    def shown(self, page: list[Sanction]) -> list[dict[str, Any]]:
        return [*map(shapes.sanction, page)]

    @extend_schema(parameters=[SanctionFilterIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Decision(APIView):
    """By officers and staff."""

    permission_classes = [Decides]


class Confirm(Decision):
    @extend_schema(request=None, responses=ViolationOut)
    @idempotent
    def post(self, request: Request, violation_id: UUID) -> Response:
        return Response(commands.confirm_violation(request.user, {"violation_id": violation_id}))


class Dismiss(Decision):
    @extend_schema(request=None, responses=ViolationOut)
    @idempotent
    def post(self, request: Request, violation_id: UUID) -> Response:
        return Response(commands.dismiss_violation(request.user, {"violation_id": violation_id}))


class Punish(Decision):
    """By a warning, the second time by a suspension, then by the end of the registration."""

    @extend_schema(request=None, responses=SanctionOut)
    @idempotent
    def post(self, request: Request, violation_id: UUID) -> Response:
        return Response(commands.sanction_violation(request.user, {"violation_id": violation_id}))


class Lift(Decision):
    """After an appeal: the violation is dismissed, and later ones are counted without it."""

    @extend_schema(request=None, responses=SanctionOut)
    @idempotent
    def post(self, request: Request, sanction_id: UUID) -> Response:
        return Response(commands.lift_sanction(request.user, {"sanction_id": sanction_id}))
