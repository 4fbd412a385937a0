from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings import commands, selectors
from bookings.models import WaitlistEntry
from bookings.serializers import WaitIn, WaitlistEntryOut
from bookings.services import waiting
from bookings.views.pages import Newest
from realtime.api import idempotent


class Waitlist(generics.ListAPIView[WaitlistEntry]):
    """The caller's own places."""

    serializer_class = WaitlistEntryOut
    pagination_class = Newest
    queryset = WaitlistEntry.objects.none()

    def get_queryset(self) -> QuerySet[WaitlistEntry]:
        return selectors.entries_of(self.request.user)

    @extend_schema(request=WaitIn, responses={201: WaitlistEntryOut})
    @idempotent
    def post(self, request: Request) -> Response:
        return Response(commands.join_waitlist(request.user, request.data), status=status.HTTP_201_CREATED)


class OneEntry(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, entry_id: UUID) -> Response:
        """What was offered goes to the next."""
        waiting.leave_waitlist(selectors.entry_of(request.user, entry_id), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
