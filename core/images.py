"""Pictures that people send: checked by decoding them, and always encoded anew.

What is kept is what the picture shows. Where and with which camera it was taken, texts, colour profiles and whatever
was hidden behind the picture are gone, and so is the name of the file.
"""

import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from threading import BoundedSemaphore
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError
from rest_framework import serializers

MAX_BYTES = 10 * 1024 * 1024
LONGEST_SIDE = 2560
MAX_SCANS = 100


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    content_type: str
    extension: str
    max_pixels: int  # as many as are decoded in half a gigabyte
    options: dict[str, Any]


JPEG = Format("JPEG", "image/jpeg", "jpg", 50_000_000, {"quality": 85, "optimize": True})
FORMATS = {
    "JPEG": JPEG,
    "MPO": JPEG,  # of phones: a JPEG with more of them behind it
    "PNG": Format("PNG", "image/png", "png", 25_000_000, {}),
    "WEBP": Format("WEBP", "image/webp", "webp", 25_000_000, {"quality": 85}),
}
# An MPO is found by opening it as a JPEG.
OPENED = ["JPEG", "PNG", "WEBP"]

# Pillow warns of every oddity of every picture, and Python would remember each.
warnings.filterwarnings("ignore", module=r"PIL\.")

# Decoding takes memory and a whole core, so that a process does no more than this at a time.
_decoders = BoundedSemaphore(2)

# A byte of 255 is followed by a zero where it is data; restarts (208 to 215) stand within a scan, and 1 is a lone mark.
_MARKER = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


class UnusableImage(serializers.ValidationError):
    """As the error of a field, and as a refusal of its own."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    content: bytes = field(repr=False)
    content_type: str
    extension: str
    width: int
    height: int


def clean(upload: IO[bytes]) -> CleanImage:
    content = upload.read(MAX_BYTES + 1)
    if not content:
        raise UnusableImage(_("This file is empty."), code="empty")
    if len(content) > MAX_BYTES:
        raise UnusableImage(_("A picture may have 10 MB at most."), code="too_large")
    with _decoders:
        try:
            return _encoded_anew(content)
        except UnusableImage:
            raise
        except Image.DecompressionBombError:
            raise _too_many_pixels() from None
        except Exception as error:  # whatever Pillow's parsers stumble over
            raise UnusableImage(_("This picture is damaged."), code="damaged") from error


class PhotoField(serializers.FileField):
    """Its value is a CleanImage."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"write_only": True, **kwargs})

    def to_internal_value(self, data: Any) -> CleanImage:  # type: ignore[override]
        if not isinstance(data, UploadedFile):
            self.fail("invalid")
        return clean(data)


def _encoded_anew(content: bytes) -> CleanImage:
    image, form = _opened(content)
    image = _upright(image)
    image.info.clear()
    file = BytesIO()
    image.save(file, form.name, **form.options)
    return CleanImage(file.getvalue(), form.content_type, form.extension, *image.size)


def _opened(content: bytes) -> tuple[Image.Image, Format]:
    """By its header; nothing is decoded yet."""
    try:
        image = Image.open(BytesIO(content), formats=OPENED)
    except UnidentifiedImageError:
        raise UnusableImage(_("Send a picture as JPEG, PNG or WebP."), code="unknown_format") from None
    form = FORMATS[str(image.format)]
    if image.width * image.height > form.max_pixels:
        raise _too_many_pixels()
    if form is JPEG and _scans(content) > MAX_SCANS:
        raise UnusableImage(_("This picture is damaged."), code="damaged")
    return image, form


def _upright(image: Image.Image) -> Image.Image:
    """Small enough, and turned as it was held."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode in {"1", "P"}:  # a palette cannot be shrunk smoothly
        image = image.convert(mode)
    # Before anything else is decoded: a JPEG can be read at a half, a quarter or an eighth of its size.
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=1.0)
    image.load()
    if image.mode == "I;16":  # more greys than are kept; they would be cut off, not scaled
        image = image.point(lambda grey: grey / 256)
    with suppress(Exception):  # the picture may be good though its EXIF is not
        image = ImageOps.exif_transpose(image)
    return image.convert(mode)


def _scans(jpeg: bytes) -> int:
    """How often a decoder goes over the whole picture. Eighty bytes can ask for one more time, and ten is usual."""
    scans, place = 0, 2
    while (marker := _MARKER.search(jpeg, place)) and marker[1][0] != _END_OF_IMAGE:
        scans += marker[1][0] == _START_OF_SCAN
        place = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2])
    return scans


def _too_many_pixels() -> UnusableImage:
    return UnusableImage(_("This picture has too many pixels."), code="too_many_pixels")
