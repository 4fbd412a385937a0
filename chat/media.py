"""Pictures and files of messages: where they are for one reader and for a while, who sees them, how long they stay."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from accounts.models import User
from chat.conf import limits
from chat.errors import LinkExpired, NoSuchMedia
from chat.files import CleanFile
from chat.models import Media, Message, MessageReport
from chat.selectors import messages_seen_by
from core.errors import Invalid, refuse
from core.files import FilesAway, insert_with_file
from core.ids import uuid_or_none
from core.sweeping import each
from core.unit import unit

OURS = re.compile(r"/api/chat/media/([0-9a-f-]{36})")
LAST_UNITS = timedelta(minutes=1)  # by then all have ended that began before something was to be removed
LOT = 1000

_signer = Signer(salt="chat.media")


@dataclass(frozen=True, slots=True)
class Address:
    """Of a file, for one reader: whoever follows it is taken for her."""

    media_id: UUID
    reader_id: UUID
    expires: int  # seconds since 1970

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)

    def url(self, base: str = "") -> str:
        """Absolute: an app may have no other way to know what it is relative to."""
        signed = {"reader": self.reader_id, "expires": self.expires, "signature": self.signature()}
        return f"{base or settings.PUBLIC_URL}/api/chat/media/{self.media_id}?{urlencode(signed)}"

    def signature(self) -> str:
        return _signer.signature(self._said())

    def is_signed(self, signature: str) -> bool:
        try:
            _signer.unsign(f"{self._said()}{_signer.sep}{signature}")
        except (BadSignature, UnicodeError):
            return False
        return True

    def _said(self) -> str:
        return f"{self.media_id} {self.reader_id} {self.expires}"


def address(media_id: UUID | str, reader_id: UUID | str, *, now: datetime) -> Address:
    """Good for `media_url_seconds`, or up to half of it less: so long it stays the same, and can be cached."""
    half = max(1, limits.media_url_seconds // 2)
    begun = int(now.timestamp()) // half * half
    return Address(UUID(str(media_id)), UUID(str(reader_id)), begun + limits.media_url_seconds)


def signed_url(media_id: UUID | str, reader_id: UUID | str, *, now: datetime, base: str = "") -> str:
    """`base` is how the reader calls us, such as https://chat.example.test; else PUBLIC_URL."""
    return address(media_id, reader_id, now=now).url(base)


def media_in(url: str) -> UUID:
    """What an address leads to that we signed for anybody, expired or not. Sending asks whose it is."""
    found = _read_url(url)
    if found is None:
        raise Invalid(media_url=["This is no address of a file that was uploaded here."])
    return found.media_id


def reader_of(media_id: UUID, query: Mapping[str, str], *, now: datetime) -> UUID:
    found = _read(media_id, query)
    if found is None:
        raise NoSuchMedia
    refuse(LinkExpired, unless=now < found.expires_at)
    return found.reader_id


def _read_url(url: str) -> Address | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = OURS.fullmatch(parts.path)
    media_id = uuid_or_none(path[1]) if path else None
    return _read(media_id, dict(parse_qsl(parts.query))) if media_id else None


def _read(media_id: UUID, query: Mapping[str, str]) -> Address | None:
    reader_id, expires = uuid_or_none(query.get("reader")), query.get("expires", "")
    if reader_id is None or not re.fullmatch(r"[0-9]{1,11}", expires):
        return None
    said = Address(media_id, reader_id, int(expires))
    return said if said.is_signed(query.get("signature", "")) else None


def shown_to(reader: User, media_id: UUID, *, now: datetime) -> Media:
    """To those who see a message with it, to who uploaded it, and to moderators once it was reported."""
    media = Media.objects.kept(now).filter(pk=media_id).first()
    if media is None:
        raise NoSuchMedia
    is_hers = media.uploader_id == reader.pk
    is_seen = is_hers or messages_seen_by(reader.pk).filter(media=media).exists()
    refuse(NoSuchMedia, unless=is_seen or _is_to_judge(reader, media))
    return media


def _is_to_judge(reader: User, media: Media) -> bool:
    return reader.has_perm("chat.change_messagereport") and MessageReport.objects.filter(message__media=media).exists()


def keep(uploader: User, file: CleanFile, *, now: datetime) -> Media:
    media = Media(
        uploader=uploader,
        kind=file.kind,
        name=file.name,
        content_type=file.content_type,
        size=file.content.size,
        width=file.width,
        height=file.height,
        created_at=now,
        remove_at=now + timedelta(hours=limits.media_hours),
    )
    insert_with_file(media, f"file{file.ending}", file.content)
    return media


@unit
def release(media_id: UUID, *, now: datetime) -> None:
    """A message that named it is gone. With the last of them it goes itself."""
    list(Media.objects.filter(pk=media_id).select_for_update(no_key=True).values_list("pk"))
    if not Message.objects.filter(media=media_id).exists():
        Media.objects.filter(pk=media_id).update(remove_at=now)


def remove_loose(now: datetime) -> None:
    """Beat: what no message names, or names any more. The file first, since a row without one can be seen."""
    over = Media.objects.filter(remove_at__lte=now - LAST_UNITS)
    each(over.order_by("remove_at")[:LOT], _remove, until=FilesAway)


def _remove(media: Media) -> None:
    pk = media.pk
    media.file.delete(save=False)
    _forget(pk)


@unit
def _forget(media_id: UUID) -> None:
    Media.objects.filter(pk=media_id).delete()
