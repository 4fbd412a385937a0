"""What a user's stream says, read from the rows."""

import json
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from notifications.models import Notice
from realtime import kinds
from realtime.models import Entry

OFFER = "shifts.offer"


def heard(user: User) -> list[str]:
    """Names of all events about shifts, without the domain."""
    entries = _about_shifts(user)
    return [name.removeprefix("shifts.") for name in entries.values_list("event__name", flat=True)]


def folded(user: User) -> dict[str, Any]:
    """The view of shifts of a client that has heard all since the beginning."""
    view: dict[str, Any] = {}
    for entry in _about_shifts(user).select_related("event"):
        own = None if entry.is_gone else entry.own or kinds.NO_OVERLAY
        data = json.loads(kinds.spliced(entry.event.data, own))
        view[entry.event.key] = data
    return {key: data for key, data in view.items() if data is not None}


def fresh(user: User) -> dict[str, Any]:
    return kinds.view(user.pk, [OFFER])[OFFER]


def _about_shifts(user: User) -> QuerySet[Entry]:
    return Entry.objects.filter(user_id=user.pk, event__kind=OFFER).order_by("offset")


def told(user: User) -> list[str]:
    """Titles of what is in her inbox."""
    return list(Notice.objects.listed().filter(recipient=user).order_by("id").values_list("title", flat=True))
