"""What people read: a message, and how it sounds in a reader's language."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format

from core.unit import remember, unit
from notifications import catalogue
from notifications.models import Notice

Importance = Notice.Importance


@dataclass(frozen=True, slots=True)
class Words:
    """A param that is a message id itself."""

    id: str


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` is in the catalogue; `about` the object it is about (kind, key), and `title` and `body` are message ids of
    gettext (mark them with `gettext_noop`), with the names of `params` in braces.

    Nobody is told the same twice, unless it was withdrawn: same kind, about, title and `occasion`. `data` goes to the
    app as it is: ids only. `offsets` are for readers whose streams told of it before: where they did. A param may be
    `Words`, or an instant: one with a place's zone is shown by that place's clock, one in UTC by the reader's.
    """

    kind: str
    about: tuple[str, object]
    title: str
    body: str
    to: Collection[UUID]
    params: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    importance: Importance = Importance.NORMAL
    occasion: str = ""
    expires_at: datetime | None = None
    offsets: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def is_listed(self) -> bool:
        return catalogue.kind(self.kind).is_listed

    @property
    def subject(self) -> tuple[str, str]:
        return self.about[0], str(self.about[1])

    def dedupe_key(self, recipient: UUID) -> str:
        parts = [self.kind, *self.subject, self.title, self.occasion, recipient.hex]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was told about this object (kind, key) is no longer so: to all or to some, of all kinds or of some."""

    about: tuple[str, object]
    kinds: Collection[str] = ()
    to: Collection[UUID] | None = None


def notify(*messages: Message) -> None:
    """Remember messages; the outermost unit writes them. What somebody was told already she is not told again."""
    for message in messages:
        remember(message)


@unit
def withdraw(about: tuple[str, object], *, kinds: Collection[str] = (), to: Collection[UUID] | None = None) -> None:
    """Off the queue, out of the inbox, off the screens: what was told until now, in this unit too, not what follows."""
    remember(Withdrawal(about, kinds, to))


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    body: str


def text_of(notice: Notice, locale: str, zone: str) -> Text:
    with translation.override(locale):
        params = {name: _shown(value, zone) for name, value in notice.params.items()}
        return Text(_said(notice.title, params), _said(notice.body, params))


def storable(params: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON keeps them."""
    return {name: _stored(value) for name, value in params.items()}


def _said(text: str, params: Mapping[str, Any]) -> str:
    # gettext answers an empty id with the header of its catalogue.
    return translation.gettext(text).format_map(params) if text else ""


def _stored(value: Any) -> Any:
    if isinstance(value, Words):
        return {"words": value.id}
    if not isinstance(value, datetime):
        return value
    zone = getattr(value.tzinfo, "key", "UTC")
    return {"at": value.astimezone(UTC).isoformat(), "zone": zone}


def _shown(value: Any, readers_zone: str) -> Any:
    if not isinstance(value, dict):
        return value
    if "words" in value:
        return translation.gettext(value["words"])
    zone = readers_zone if value["zone"] == "UTC" else value["zone"]
    return date_format(datetime.fromisoformat(value["at"]).astimezone(ZoneInfo(zone)), "DATETIME_FORMAT")
