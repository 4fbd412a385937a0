"""Telling people, and reading what their streams say of it."""

import json
from itertools import count
from typing import Any

from accounts.models import User
from core.unit import unit
from notifications.messages import Message, notify
from notifications.models import Delivery, Notice
from realtime import kinds
from realtime.models import Entry

NOTICE = "notifications.notice"
INBOX = "notifications.inbox"

NUMBERS = count(1)


@unit
def tell(
    *users: User, kind: str = "sample_news", about: object = None, title: str = "{what} is here", **more: Any
) -> None:
    """Something new, unless `about` says which of the old."""
    subject = ("sample.counter", next(NUMBERS) if about is None else about)
    message = {"body": "Come and see.", "params": {"what": "News"}, **more}
    notify(Message(kind, subject, title, to=[user.pk for user in users], **message))


def told(user: User, **more: Any) -> Notice:
    tell(user, **more)
    return Notice.objects.filter(recipient=user).latest("id")


def heard(user: User) -> list[str]:
    """Names of all events since the beginning, without the app."""
    entries = Entry.objects.filter(user_id=user.pk).order_by("offset")
    return [name.removeprefix("notifications.") for name in entries.values_list("event__name", flat=True)]


def folded(user: User) -> dict[str, dict[str, Any]]:
    """The view of a client that has heard all since the beginning, and has an empty inbox to begin with."""
    view: dict[str, dict[str, Any]] = {NOTICE: {}, INBOX: {str(user.pk): {"unread": 0}}}
    for entry in Entry.objects.filter(user_id=user.pk).order_by("offset").select_related("event"):
        data = json.loads(kinds.spliced(entry.event.data, None if entry.is_gone else kinds.NO_OVERLAY))
        view[entry.event.kind].pop(entry.event.key, None)
        if data is not None:
            view[entry.event.kind][entry.event.key] = data
    return view


def fresh(user: User) -> dict[str, dict[str, Any]]:
    return kinds.view(user.pk, [NOTICE, INBOX])


def outcomes(notice: Notice) -> list[tuple[str, str]]:
    """State and reason of its deliveries, in the order of their steps."""
    deliveries = Delivery.objects.filter(notice=notice, is_clear=False).order_by("step", "pk")
    return list(deliveries.values_list("state", "reason"))
