"""What a user's stream and inbox say of dispatch, read from the rows."""

import json
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from dispatch.wiring import KINDS
from notifications.models import Notice
from realtime import kinds
from realtime.models import Entry

View = dict[str, dict[str, Any]]


def heard(user: User) -> list[str]:
    """Names of all events about dispatch, without the domain."""
    return [name.removeprefix("dispatch.") for name in _entries(user).values_list("event__name", flat=True)]


def folded(user: User) -> View:
    """What a client knows that has heard all since the beginning."""
    view: View = {kind: {} for kind in KINDS}
    for entry in _entries(user).select_related("event"):
        own = None if entry.is_gone else entry.own or kinds.NO_OVERLAY
        view[entry.event.kind][entry.event.key] = json.loads(kinds.spliced(entry.event.data, own))
    return {kind: {key: data for key, data in seen.items() if data is not None} for kind, seen in view.items()}


def fresh(user: User) -> View:
    return kinds.view(user.pk, KINDS)


def told(user: User) -> list[str]:
    """Titles of what is in the inbox."""
    return list(Notice.objects.listed().filter(recipient=user).order_by("id").values_list("title", flat=True))


def _entries(user: User) -> QuerySet[Entry]:
    return Entry.objects.filter(user_id=user.pk, event__kind__in=KINDS).order_by("offset")
