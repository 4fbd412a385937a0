from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.feeds import feed_url_token, renew_feed, user_of
from bookings import calendar, selectors
from core.api import OneAnswer
from core.calendars import CalendarOut, answer
from realtime.api import idempotent

CALENDAR = {(200, "text/calendar"): OpenApiTypes.STR, 304: None}


class MyCalendar(APIView):
    """The secret URL of the caller's reservations, for a calendar app to subscribe to."""

    @extend_schema(responses=CalendarOut)
    def get(self, request: Request) -> Response:
        return Response({"url": calendar.url(feed_url_token(request.user, calendar.FEED))})


class RenewCalendar(APIView):
    """A new URL; the one before leads nowhere from now on."""

    @extend_schema(request=None, responses=CalendarOut)
    @idempotent
    def post(self, request: Request) -> Response:
        return Response({"url": calendar.url(renew_feed(request.user, calendar.FEED))})


class ProvidersCalendar(APIView):
    """The secret URL of the provider's agenda: the caller's own, for as long as she works there."""

    @extend_schema(responses=CalendarOut)
    def get(self, request: Request, provider_id: UUID) -> Response:
        provider = selectors.provider_of(request.user, provider_id)
        token = feed_url_token(request.user, calendar.provider_feed(provider.pk))
        return Response({"url": calendar.provider_url(provider.pk, token)})


class RenewProvidersCalendar(APIView):
    @extend_schema(request=None, responses=CalendarOut)
    @idempotent
    def post(self, request: Request, provider_id: UUID) -> Response:
        provider = selectors.provider_of(request.user, provider_id)
        token = renew_feed(request.user, calendar.provider_feed(provider.pk))
        return Response({"url": calendar.provider_url(provider.pk, token)})


class Feed(APIView):
    """Whoever has the URL may read it: a calendar app cannot sign in."""

    authentication_classes = []
    permission_classes = [AllowAny]
    content_negotiation_class = OneAnswer

    @extend_schema(auth=[], responses=CALENDAR)
    def get(self, request: Request, token: str) -> HttpResponseBase:
        return answer(request, calendar.reservations(user_of(token, calendar.FEED), timezone.now()))


class ProvidersFeed(APIView):
    """Names nobody."""

    authentication_classes = []
    permission_classes = [AllowAny]
    content_negotiation_class = OneAnswer

    @extend_schema(auth=[], responses=CALENDAR)
    def get(self, request: Request, provider_id: UUID, token: str) -> HttpResponseBase:
        user = user_of(token, calendar.provider_feed(provider_id))
        provider = selectors.provider_of(user, provider_id)
        return answer(request, calendar.agenda(provider, user, timezone.now()))
