"""One person's sockets and stream: where her devices are, and what events she had. Never what was in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from accounts.models import User
from accounts.selectors import user_at
from core.ids import uuid_or_none
from realtime.models import Connection, Cursor, Entry, Epoch, Stream
from realtime.operators import sockets

SHOWN = 25


@dataclass(frozen=True, slots=True)
class Place:
    """Of a device in her stream; one of another history has no place in this."""

    cursor: Cursor
    behind: int | None


@dataclass(frozen=True, slots=True)
class Person:
    user: User
    head: int
    floor: int
    sockets: Sequence[Connection]
    places: Sequence[Place]
    entries: Sequence[Entry]


def find(text: str) -> User | None:
    """By her id, email address or phone number."""
    user_id = uuid_or_none(text)
    return User.objects.filter(pk=user_id).first() if user_id else user_at(text)


def person(user: User) -> Person:
    head, floor = Stream.objects.filter(pk=user.pk).values_list("head", "floor").first() or (0, 0)
    epoch = Epoch.objects.values_list("value", flat=True).first()
    cursors = Cursor.objects.filter(user_id=user.pk).order_by("-seen_at")[:SHOWN]
    entries = Entry.objects.filter(user_id=user.pk).order_by("-offset")[:SHOWN]
    return Person(
        user=user,
        head=head,
        floor=floor,
        sockets=list(sockets.live().filter(user=user).order_by("-since")),
        places=[Place(one, head - one.acked if one.epoch == epoch else None) for one in cursors],
        entries=list(entries.annotate(name=F("event__name"), kind=F("event__kind"), at=F("event__at"))),
    )
