"""What the boards show, of any range of days."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from core import conditional
from core.api import read
from fleet import boards, freshness, kept
from fleet.permissions import IsOfTheFleet
from fleet.serializers import FreshIn, RangeIn
from realtime.errors import UnknownBoard
from realtime.kinds import encode

PREFIX = "fleet."
NAME = OpenApiParameter(
    "name", str, OpenApiParameter.PATH, enum=[board.removeprefix(PREFIX) for board in freshness.BOARDS]
)


class Board(APIView):
    """The data of a board of this name, by default of the last seven days, as it shows them live. One that has not
    changed is not sent again (`ETag`).
    """

    permission_classes = [IsOfTheFleet]

    @extend_schema(parameters=[NAME, RangeIn, FreshIn], responses={200: OpenApiTypes.OBJECT, 304: None})
    def get(self, request: Request, name: str) -> HttpResponseBase:
        wanted = read(RangeIn, request.query_params)
        days, group = wanted["days"], wanted["group"]
        board = f"{PREFIX}{name}"
        shown: dict[str, Callable[[], dict[str, Any]]] = {
            freshness.VIOLATIONS: lambda: boards.show_violations(days),
            freshness.VEHICLES: lambda: boards.show_vehicles(days),
            freshness.SUMMARY: lambda: boards.show_summary(days),
            freshness.DISTRIBUTION: lambda: boards.show_distribution(days),
            freshness.LOGS: lambda: boards.show_logs(days, group),
        }
        if board not in shown:
            raise UnknownBoard
        return answer_kept(request, board, f"{days.first}/{days.last}/{group}", shown[board])


def answer_kept(request: HttpRequest | Request, board: str, query: str, make: Callable[[], Any]) -> HttpResponseBase:
    """`make` answers anything that is JSON; it is kept as it is sent."""
    fresh = read(FreshIn, request.GET)
    content = kept.read(board, query, lambda: encode(make()).encode(), ttl=fresh.get("ttl"), anew=fresh["refresh"])
    return conditional.answer(request, content, conditional.JSON)
