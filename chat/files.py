"""What can be sent beside words. A file is what its bytes say; its name and the type a client declares must only agree.

Pictures are decoded and encoded anew (see core.images). Others are let through by a list: documents, tables, plain
text, and what phones record. They are never shown on a page of ours, only downloaded. Archives are not on it, nor is
what a computer would run, because nobody could vouch for what is in them.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile

from chat import archives
from chat.conf import limits
from chat.errors import FileTooLarge, UnusableFile
from chat.models import Media
from core import images

NAME = 120  # characters
NAMELESS = "file"
HEAD = 4096

PICTURE_ENDINGS = {
    "jpg", "jpeg", "png", "webp", "gif", "heic", "heif", "avif", "bmp", "tif", "tiff", "svg",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """The first ending is given to a file that has none of them."""

    content_type: str
    endings: tuple[str, ...]


PDF = Form("application/pdf", ("pdf",))
TEXT, TABLE = Form("text/plain; charset=utf-8", ("txt",)), Form("text/csv; charset=utf-8", ("csv",))
MP3, OGG = Form("audio/mpeg", ("mp3",)), Form("audio/ogg", ("ogg", "oga", "opus"))
MP4, M4A = Form("video/mp4", ("mp4", "m4v")), Form("audio/mp4", ("m4a",))
DOCUMENTS = {
    "docx": Form("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
    "pptx": Form("application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx",)),
    "odt": Form("application/vnd.oasis.opendocument.text", ("odt",)),
    "ods": Form("application/vnd.oasis.opendocument.spreadsheet", ("ods",)),
    "odp": Form("application/vnd.oasis.opendocument.presentation", ("odp",)),
}
FORMS = [PDF, TEXT, TABLE, MP3, OGG, MP4, M4A, *DOCUMENTS.values()]


@dataclass(frozen=True, slots=True)
class CleanFile:
    content: File
    kind: str
    name: str
    content_type: str
    width: int | None = None
    height: int | None = None

    @property
    def ending(self) -> str:
        return self.name[self.name.rindex(".") :]


def clean(upload: UploadedFile, *, is_picture: bool = False) -> CleanFile:
    """`is_picture`: nothing else is wanted."""
    if not upload.size:
        raise UnusableFile("This file is empty.", reason="empty")
    head = _head(upload)
    if is_picture or _is_picture(head) or _says_picture(upload):
        return _picture(upload)
    _refuse_longer_than(upload, limits.file_bytes)
    form = _form(upload, head)
    return CleanFile(upload, Media.Kind.FILE, named(upload.name, form.endings), form.content_type)


def named(name: str | None, endings: tuple[str, ...]) -> str:
    """As it is shown and downloaded: no path, no controls, nothing that turns the direction of writing, and an ending
    that says what it is.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] not in "CZ" or sign == " ")
    stem = re.sub(r'[:*?"<>|]', "_", shown).strip(" .")
    ending = _ending(stem)
    if ending in endings:
        stem = stem[: -len(ending) - 1].rstrip(" .")
    else:
        ending = endings[0]
    return f"{stem[: NAME - len(ending) - 1] or NAMELESS}.{ending}"


def _picture(upload: UploadedFile) -> CleanFile:
    _refuse_longer_than(upload, images.MAX_BYTES)
    try:
        image = images.clean(upload)
    except images.UnusableImage as refusal:
        [why] = refusal.detail if isinstance(refusal.detail, list) else [refusal.detail]
        raise UnusableFile(str(why), reason=why.code) from refusal
    endings = ("jpg", "jpeg") if image.extension == "jpg" else (image.extension,)
    name = named(upload.name, endings)
    return CleanFile(ContentFile(image.content), Media.Kind.IMAGE, name, image.content_type, image.width, image.height)


def _refuse_longer_than(upload: UploadedFile, most: int) -> None:
    if upload.size > most:
        raise FileTooLarge(f"File too large (max {most / 1024**2:g}MB)", most_bytes=most)


def _is_picture(head: bytes) -> bool:
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _says_picture(upload: UploadedFile) -> bool:
    return (upload.content_type or "").startswith("image/") or _ending(upload.name or "") in PICTURE_ENDINGS


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _form(upload: UploadedFile, head: bytes) -> Form:
    """By its bytes; of two forms that look alike its name chooses, and a name that says another is refused."""
    possible = next((forms for looks_like, forms in LOOKS if looks_like(head)), _text)(upload, head)
    if not possible:
        raise UnusableFile(reason="unknown_format")
    ending = _ending(upload.name or "")
    said = [form for form in FORMS if ending in form.endings]
    if said and said[0] not in possible:
        raise UnusableFile("This file is not what its name says.", reason="misnamed")
    return said[0] if said else possible[0]


def _pdf(upload: UploadedFile, head: bytes) -> list[Form]:
    upload.seek(max(0, upload.size - 2048))
    return [PDF] if b"%%EOF" in upload.read() else []


def _document(upload: UploadedFile, head: bytes) -> list[Form]:
    try:
        kind = archives.document(upload.file)
    except archives.BadArchive:
        raise UnusableFile("This document is damaged, protected, or holds what cannot be sent.", reason="bad") from None
    return [DOCUMENTS[kind]] if kind else []


def _mp3(upload: UploadedFile, head: bytes) -> list[Form]:
    """Sound, behind what is told about it."""
    begin = 0
    if head.startswith(b"ID3"):
        begin = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    upload.seek(begin)
    frame = upload.read(4)
    is_sound = _is_frame(frame) and frame[2] >> 4 not in (0, 15) and frame[2] & 0b1100 != 0b1100
    return [MP3] if is_sound else []


def _is_frame(frame: bytes) -> bool:
    """Of MPEG audio, layer III."""
    return len(frame) == 4 and frame[0] == 0xFF and frame[1] & 0xE6 == 0xE2 and frame[1] & 0x18 != 0x08


def _ogg(upload: UploadedFile, head: bytes) -> list[Form]:
    return [OGG] if head[28:36] == b"OpusHead" or head[28:35] == b"\x01vorbis" or head[28:33] == b"Speex" else []


def _mp4(upload: UploadedFile, head: bytes) -> list[Form]:
    """Boxes from its beginning to its end, and among them the one that says what is in it."""
    place, names = 0, set()
    while place < upload.size:
        upload.seek(place)
        box = upload.read(16)
        length = int.from_bytes(box[:4])
        if length == 1:
            length = int.from_bytes(box[8:16])
        elif length == 0:
            length = upload.size - place
        if length < 8 or len(names) > 50:
            return []
        names.add(box[4:8])
        place += length
    return [MP4, M4A] if place == upload.size and b"moov" in names else []


CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def _text(upload: UploadedFile, head: bytes) -> list[Form]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    upload.seek(0)
    try:
        for chunk in upload.chunks():
            if CONTROLS.search(chunk):
                return []
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return []
    return [TEXT, TABLE]


def _head(upload: IO[bytes] | Any) -> bytes:
    upload.seek(0)
    head: bytes = upload.read(HEAD)
    upload.seek(0)
    return head


BRANDS = {b"M4A ", b"M4V ", b"MSNV", b"avc1", b"dash", b"iso2", b"iso4", b"iso5", b"iso6", b"isom", b"mp41", b"mp42"}
Look = tuple[Callable[[bytes], bool], Callable[[UploadedFile, bytes], list[Form]]]
LOOKS: list[Look] = [
    (lambda head: head.startswith((b"%PDF-1.", b"%PDF-2.")), _pdf),
    (lambda head: head.startswith(b"PK\x03\x04"), _document),
    (lambda head: head.startswith(b"ID3") or _is_frame(head[:4]), _mp3),
    (lambda head: head.startswith(b"OggS\x00"), _ogg),
    (lambda head: head[4:8] == b"ftyp" and head[8:12] in BRANDS, _mp4),
]
