"""What a user's stream and inbox say of a domain, read from the rows."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from notifications.models import Notice
from realtime import kinds
from realtime.models import Entry

View = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Hearing:
    domain: str
    kinds: Collection[str]

    def heard(self, user: User) -> list[str]:
        """Names of all events about it, without the domain."""
        names = self._entries(user).values_list("event__name", flat=True)
        return [name.removeprefix(f"{self.domain}.") for name in names]

    def folded(self, user: User) -> View:
        """What a client knows that has heard all since the beginning."""
        view: View = {kind: {} for kind in self.kinds}
        for entry in self._entries(user).select_related("event"):
            own = None if entry.is_gone else entry.own or kinds.NO_OVERLAY
            view[entry.event.kind][entry.event.key] = json.loads(kinds.spliced(entry.event.data, own))
        return {kind: {key: data for key, data in seen.items() if data is not None} for kind, seen in view.items()}

    def fresh(self, user: User) -> View:
        return kinds.view(user.pk, self.kinds)

    def _entries(self, user: User) -> QuerySet[Entry]:
        return Entry.objects.filter(user_id=user.pk, event__kind__in=self.kinds).order_by("offset")


def told(user: User) -> list[str]:
    """Titles of what is in the inbox."""
    return list(Notice.objects.listed().filter(recipient=user).order_by("id").values_list("title", flat=True))
