"""Views that machines may use, that people may use as well, and that nobody should have written."""

from typing import Any

from django.urls import path
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machines import MACHINES_TOO, HasScope, Machine, SignedAuthentication
from realtime.api import idempotent

done: list[str] = []


class Scans(APIView):
    authentication_classes = [SignedAuthentication]
    permission_classes = [HasScope("sample.scan")]

    def get(self, request: Request) -> Response:
        return Response({"machine": request.auth.name, "owner": request.user.pk})

    @idempotent
    def post(self, request: Request) -> Response:
        done.append(request.auth.key_id)
        return Response({"body": request.data, "number": len(done)})

    def put(self, request: Request) -> Response:
        raise ArithmeticError("The view fails.")


class Plans(APIView):
    authentication_classes = MACHINES_TOO
    permission_classes = [HasScope("sample.plan", people=IsAdminUser)]

    def get(self, request: Request) -> Response:
        return Response({"is_machine": isinstance(request.auth, Machine)})

    def post(self, request: Request) -> Response:
        return self.get(request)


class Careless(APIView):
    """Would let in each machine whose owner is staff."""

    authentication_classes = MACHINES_TOO
    permission_classes: Any = [IsAdminUser | HasScope("sample.plan")]

    def get(self, request: Request) -> Response:
        return Response({})


class People(APIView):
    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [
    path("scans", Scans.as_view()),
    path("plans", Plans.as_view()),
    path("careless", Careless.as_view()),
    path("people", People.as_view()),
]
