"""An urlconf with one view too many: it shows whoever asks all of a vehicle."""

from uuid import UUID

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.urls import urlpatterns as real
from fleet import selectors, shapes


class Leak(APIView):
    def get(self, request: Request, vehicle_id: UUID) -> Response:
        return Response(shapes.registered(selectors.vehicle(vehicle_id), is_confidential=True))


urlpatterns = [*real, path("api/fleet/leak/<uuid:vehicle_id>", Leak.as_view())]
