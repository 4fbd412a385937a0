"""What a caller is shown: the shapes of her view, with addresses of pictures and files that are signed for her."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from chat import shapes
from chat.listing import Listed
from chat.media import signed_url
from chat.models import Message
from chat.views.media import base_of
from notifications.serializers import instant
from realtime.api import caller


def message(request: Request, message: Message) -> dict[str, Any]:
    shown = shapes.message(message)
    if shown["media"]:
        reader, now = caller(request), timezone.now()
        shown["media"]["url"] = signed_url(shown["media"]["id"], reader, now=now, base=base_of(request))
    return shown


def conversation(request: Request, listed: Listed) -> dict[str, Any]:
    here, place, last = listed.conversation, listed.place, listed.last_message
    return {
        **shapes.conversation(here, listed.participants),
        **shapes.own_conversation(place),
        **shapes.unread(here.last_seq, place.read_seq, place.uncounted),
        "last_seq": here.last_seq,
        "last_at": instant(here.last_at),
        "last_message": message(request, last) if last else None,
    }
