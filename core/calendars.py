"""iCalendar feeds: what every one of them has, whatever is in it."""

from collections.abc import Iterable
from datetime import timedelta
from unicodedata import category
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from icalendar import Calendar, Event
from rest_framework import serializers

from core import conditional

REFRESH = timedelta(hours=1)
CONTENT_TYPE = "text/calendar; charset=utf-8"


class CalendarOut(serializers.Serializer):
    url = serializers.URLField(help_text="A secret: whoever has it may read.")


def feed(product: str, name: str, key: UUID, events: Iterable[Event]) -> bytes:
    """`key` is what it is the calendar of."""
    calendar = Calendar.new(
        prodid=f"-//Realtime server//{product}//EN",
        name=name,
        refresh_interval=REFRESH,
        uid=uid(key, "calendar"),
        subcomponents=list(events),
    )
    return calendar.to_ical()


def uid(key: UUID, of: str) -> str:
    """The same for as long as the thing exists."""
    return f"{uuid5(key, of)}@{urlsplit(settings.PUBLIC_URL).hostname}"


def one_line(text: str) -> str:
    """Whatever people call a thing: other controls than line ends have no place in a calendar at all."""
    return "".join(sign for sign in " ".join(text.split()) if category(sign) != "Cc")


def answer(request: HttpRequest, content: bytes) -> HttpResponseBase:
    return conditional.answer(request, content, CONTENT_TYPE)
