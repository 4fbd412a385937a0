from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from fleet import selectors


class IsOfTheFleet(BasePermission):
    """Guards, officers and staff."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and selectors.readers([request.user.pk]))


class Decides(BasePermission):
    """Officers and staff."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and selectors.deciders([request.user.pk]))
