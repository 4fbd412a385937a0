from typing import Any

from django.db.models import QuerySet
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Pages


class ByPlate(Pages):
    ordering = ("plate",)


class Latest(Pages):
    ordering = ("-at", "-id")


class NewestSanctions(Pages):
    ordering = ("-created_at", "-id")


class Reported(Pages):
    ordering = ("-reported_at", "-id")
    waiting = ("created_at", "id")

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return self.waiting if request.query_params.get("order") == "waiting" else self.ordering


class Listed(generics.ListAPIView[Any]):
    """Shows a page of what `get_queryset` finds as `shown` says."""

    def shown(self, page: list[Any]) -> list[dict[str, Any]]:
        raise NotImplementedError

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(self.shown(list(page)))
