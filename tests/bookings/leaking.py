"""An urlconf with one view too many: it shows those who work there all of a reservation."""

from uuid import UUID

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings import selectors
from bookings.serializers import ReservationOut
from config.urls import urlpatterns as real


class Leak(APIView):
    def get(self, request: Request, reservation_id: UUID) -> Response:
        return Response(ReservationOut(selectors.reservation_worked_on_by(request.user, reservation_id)).data)


urlpatterns = [*real, path("api/bookings/leak/<uuid:reservation_id>", Leak.as_view())]
