from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from fleet import selectors


class IsOfTheFleet(BasePermission):
    """Guards, officers and staff."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and selectors.readers([request.user.pk]))


class IsOfTheFleetOrDecides(BasePermission):
    """Guards look; officers and staff change things."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        asked = IsOfTheFleet if request.method in SAFE_METHODS else Decides
        return asked().has_permission(request, view)


class Decides(BasePermission):
    """Officers and staff."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and selectors.deciders([request.user.pk]))
