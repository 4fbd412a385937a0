from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.feeds import feed_url_token, renew_feed, user_of
from core.api import OneAnswer
from core.calendars import CalendarOut, answer
from dispatch import calendar
from realtime.api import idempotent


class MyCalendar(APIView):
    """The secret URL of the caller's deadlines, for a calendar app to subscribe to."""

    @extend_schema(responses=CalendarOut)
    def get(self, request: Request) -> Response:
        return Response({"url": calendar.url(feed_url_token(request.user, calendar.FEED))})


class RenewCalendar(APIView):
    """A new URL; the one before leads nowhere from now on."""

    @extend_schema(request=None, responses=CalendarOut)
    @idempotent
    def post(self, request: Request) -> Response:
        return Response({"url": calendar.url(renew_feed(request.user, calendar.FEED))})


class Feed(APIView):
    """Whoever has the URL may read it: a calendar app cannot sign in."""

    authentication_classes = []
    permission_classes = [AllowAny]
    content_negotiation_class = OneAnswer

    @extend_schema(auth=[], responses={(200, "text/calendar"): OpenApiTypes.STR, 304: None})
    def get(self, request: Request, token: str) -> HttpResponseBase:
        return answer(request, calendar.deadlines(user_of(token, calendar.FEED), timezone.now()))
