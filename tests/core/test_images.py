import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from rest_framework import serializers

from core.api import read, refusal_of
from core.images import LONGEST_SIDE, MAX_BYTES, MAX_SCANS, CleanImage, PhotoField, UnusableImage, clean

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")

RED, BLUE = (200, 0, 0), (0, 0, 200)
ORIENTATION, MAKE, GPS, GPS_AREA = 0x0112, 0x010F, 0x8825, 0x001C
SECRET = "Rue de Rivoli 99"
FORMATS = ["JPEG", "PNG", "WEBP"]


class PhotoIn(serializers.Serializer):
    file = PhotoField()


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def two_halves(width: int = 64, height: int = 32) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, height // 2, width, height))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    told = Image.Exif()
    told[ORIENTATION] = orientation
    told[MAKE] = SECRET
    told.get_ifd(GPS)[GPS_AREA] = SECRET.encode()
    return told


def told_in_full(form: str) -> bytes:
    """A picture that tells all it can beside what it shows."""
    texts = PngInfo()
    texts.add_text("Comment", SECRET)
    texts.add_itxt("Place", SECRET)
    texts.add_text("Place", SECRET, zip=True)
    beside = {
        "JPEG": {"comment": SECRET, "xmp": SECRET.encode(), "dpi": (72, 72)},
        "PNG": {"pnginfo": texts},
        "WEBP": {"xmp": SECRET.encode()},
    }[form]
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return encoded(two_halves(), form, exif=exif(), icc_profile=profile, **beside) + SECRET.encode()


def cleaned(content: bytes) -> CleanImage:
    return clean(BytesIO(content))


def shown(photo: CleanImage) -> Image.Image:
    image = Image.open(BytesIO(photo.content))
    image.load()
    return image


def is_near(colour: object, expected: object) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(colour, expected, strict=True))


def refusal(content: bytes) -> tuple[str, list[str]]:
    with pytest.raises(UnusableImage) as refused:
        cleaned(content)
    return refused.value.get_codes()[0], refused.value.detail


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    ("form", "content_type", "extension"),
    [("JPEG", "image/jpeg", "jpg"), ("PNG", "image/png", "png"), ("WEBP", "image/webp", "webp")],
)
def test_a_picture_stays_what_it_shows_in_the_format_it_has(form, content_type, extension):
    photo = cleaned(encoded(two_halves(), form))

    assert (photo.content_type, photo.extension, photo.width, photo.height) == (content_type, extension, 64, 32)
    image = shown(photo)
    assert (image.format, image.mode, image.size) == (form, "RGB", (64, 32))
    assert is_near(image.getpixel((10, 4)), RED)
    assert is_near(image.getpixel((10, 28)), BLUE)


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_kept_but_the_picture(form):
    told = told_in_full(form)
    assert told.count(SECRET.encode()) >= 3
    assert Image.open(BytesIO(told)).getexif().get_ifd(GPS)

    photo = cleaned(told)

    image = shown(photo)
    assert dict(image.getexif()) == {}
    assert {"exif", "xmp", "icc_profile", "comment", "Comment", "Place"} & image.info.keys() == set()
    assert (SECRET.encode() in photo.content, b"Exif" in photo.content, b"ICC" in photo.content) == (False,) * 3


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (64, 32), (30, 2)), (3, (64, 32), (30, 30)), (6, (32, 64), (30, 30)), (8, (32, 64), (2, 30))],
)
def test_a_picture_is_turned_as_it_was_held(form, orientation, size, red_at):
    image = shown(cleaned(encoded(two_halves(), form, exif=exif(orientation))))

    assert image.size == size
    assert is_near(image.getpixel(red_at), RED)


@pytest.mark.parametrize("form", FORMATS)
def test_a_large_picture_is_made_smaller_in_proportion(form):
    photo = cleaned(encoded(two_halves(6000, 3000), form))

    assert (photo.width, photo.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert is_near(shown(photo).getpixel((100, LONGEST_SIDE // 2 - 100)), BLUE)


def test_a_picture_is_never_made_larger_nor_thinner_than_a_pixel():
    assert (cleaned(encoded(two_halves(2, 2), "PNG")).width, cleaned(encoded(two_halves(9000, 1), "PNG")).height) == (
        2,
        1,
    )


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_transparent_stays_so(form):
    image = shown(cleaned(encoded(Image.new("RGBA", (8, 8), (200, 0, 0, 90)), form)))

    assert (image.mode, image.getpixel((3, 3))[3]) == ("RGBA", 90)


def test_palettes_greys_and_inks_become_the_colours_they_mean():
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, *RED])
    see_through = encoded(palette, "PNG", transparency=1)

    assert shown(cleaned(encoded(palette, "PNG"))).getpixel((3, 3)) == RED
    assert shown(cleaned(see_through)).getpixel((3, 3)) == (*RED, 0)
    assert shown(cleaned(encoded(Image.new("1", (8, 8), 1), "PNG"))).getpixel((3, 3)) == (255, 255, 255)
    assert shown(cleaned(encoded(Image.new("I;16", (8, 8), 40_000), "PNG"))).getpixel((3, 3)) == (156, 156, 156)
    inks = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")
    assert is_near(shown(cleaned(inks)).getpixel((3, 3)), (255, 0, 0))


def test_a_drawing_in_few_colours_is_made_smaller_without_losing_lines():
    stripes = Image.new("1", (LONGEST_SIDE * 2, 16))
    stripes.putdata([0, 1] * LONGEST_SIDE * 16)

    assert is_near(shown(cleaned(encoded(stripes, "PNG"))).getpixel((99, 3)), (127, 127, 127))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_is_kept(form):
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]

    image = shown(cleaned(encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)))

    assert getattr(image, "n_frames", 1) == 1
    assert is_near(image.getpixel((8, 8)), RED)


def test_of_a_phones_pair_of_pictures_the_first_is_kept():
    pair = encoded(two_halves(), "MPO", save_all=True, append_images=[Image.new("RGB", (16, 16), BLUE)])
    assert Image.open(BytesIO(pair)).format == "MPO"

    photo = cleaned(pair)

    assert (photo.content_type, photo.width, photo.height) == ("image/jpeg", 64, 32)
    assert photo.content.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("hidden", [b"<script>alert(1)</script>", b"PK\x03\x04 a zip", b"%PDF-1.7", b"<?php eval($x);"])
@pytest.mark.parametrize("form", FORMATS)
def test_what_hides_behind_a_picture_is_gone(form, hidden):
    assert hidden not in cleaned(encoded(two_halves(), form) + hidden).content


@pytest.mark.parametrize("form", FORMATS)
def test_a_good_picture_with_damaged_exif_is_taken(form):
    damaged = exif(6).tobytes().replace(b"MM\x00*", b"XX\x00*")
    assert b"XX\x00*" in damaged

    assert cleaned(encoded(two_halves(), form, exif=damaged)).width == 64


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a" + bytes(100),
        encoded(two_halves(), "GIF"),
        encoded(two_halves(), "BMP"),
        encoded(two_halves(), "TIFF"),
        encoded(two_halves(), "AVIF"),
        encoded(two_halves(), "PDF"),
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100),
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<html>",
        b"%!PS-Adobe-3.0",
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBPVP8X",
        b"x",
    ],
)
def test_other_formats_are_refused(content):
    assert refusal(content) in [
        ("unknown_format", ["Send a picture as JPEG, PNG or WebP."]),
        ("damaged", ["This picture is damaged."]),
    ]


def test_a_file_of_nothing_is_refused():
    assert refusal(b"") == ("empty", ["This file is empty."])


def test_a_file_of_too_many_bytes_is_refused_unread():
    file = BytesIO(encoded(two_halves(), "PNG") + bytes(MAX_BYTES))

    with pytest.raises(UnusableImage, match="10 MB at most"):
        clean(file)
    assert file.tell() == MAX_BYTES + 1


def header_of_png(width: int, height: int) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", b"")
    )


def header_of_webp(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"WEBPVP8X" + struct.pack("<II", 10, 0) + canvas + encoded(two_halves(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def header_of_jpeg(width: int, height: int) -> bytes:
    written = encoded(two_halves(), "JPEG")
    place = written.index(b"\xff\xc0") + 5
    return written[:place] + struct.pack(">HH", height, width) + written[place + 4 :]


@pytest.mark.parametrize(
    "content",
    [
        header_of_png(5001, 5000),
        header_of_png(100_000, 100_000),
        header_of_webp(1 << 24, 200),
        header_of_jpeg(8001, 6250),
        header_of_jpeg(65_000, 65_000),
    ],
)
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(content):
    assert refusal(content) == ("too_many_pixels", ["This picture has too many pixels."])


def test_the_pixels_of_webp_are_counted_before_they_are_decoded():
    assert refusal(encoded(Image.new("RGB", (5001, 5000)), "WEBP", method=0))[0] == "too_many_pixels"


def progressive_jpeg(extra_scans: int) -> bytes:
    written = encoded(two_halves(), "JPEG", progressive=True)
    last_scan = written[written.rindex(b"\xff\xda") : -2]
    return written[:-2] + last_scan * extra_scans + b"\xff\xd9"


def test_a_jpeg_that_asks_to_be_decoded_over_and_over_is_refused():
    usual = progressive_jpeg(0).count(b"\xff\xda")

    assert cleaned(progressive_jpeg(MAX_SCANS - usual)).width == 64
    assert refusal(progressive_jpeg(MAX_SCANS - usual + 1)) == ("damaged", ["This picture is damaged."])


def test_scans_are_counted_to_the_end_of_the_picture_only():
    behind = b"\xff\xda\x00\x02" * (MAX_SCANS + 1)
    beside = b"\xff\xe5" + struct.pack(">H", len(behind) + 2) + behind
    written = encoded(two_halves(), "JPEG")

    assert cleaned(written[:2] + beside + written[2:] + b"\x00\x02" + behind).width == 64


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_picture_is_refused(form, share):
    whole = encoded(Image.effect_noise((200, 200), 80).convert("RGB"), form)

    assert refusal(whole[: int(len(whole) * share)]) == ("damaged", ["This picture is damaged."])


PICTURES = [encoded(Image.linear_gradient("L").resize((24, 16)), form, exif=exif(6)) for form in FORMATS]


@given(
    st.sampled_from(PICTURES), st.lists(st.tuples(st.integers(0, 2**16), st.binary(min_size=1, max_size=4)), max_size=8)
)
def test_whatever_comes_is_cleaned_or_refused(picture, changes):
    content = bytearray(picture)
    for place, data in changes:
        place %= len(picture)
        content[place : place + len(data)] = data

    try:
        photo = cleaned(bytes(content))
    except UnusableImage:
        return
    assert max(shown(photo).size) <= LONGEST_SIDE


def test_as_a_field_its_value_is_the_clean_picture_whatever_the_file_is_called():
    file = SimpleUploadedFile("../../evil.php", encoded(two_halves(), "PNG"), content_type="text/html")

    photo = read(PhotoIn, {"file": file})["file"]

    assert (type(photo), photo.content_type, photo.extension) == (CleanImage, "image/png", "png")
    assert "evil" not in repr(photo)
    assert str(photo.content) not in repr(photo)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (SimpleUploadedFile("photo.jpg", b""), "This file is empty."),
        (SimpleUploadedFile("photo.jpg", b"GIF89a"), "Send a picture as JPEG, PNG or WebP."),
        ("photo.jpg", "The submitted data was not a file. Check the encoding type on the form."),
        (None, "This field may not be null."),
    ],
)
def test_an_unusable_picture_is_an_error_of_its_field(file, message):
    with pytest.raises(serializers.ValidationError) as refused:
        read(PhotoIn, {"file": file})

    envelope = refusal_of(refused.value).envelope()
    assert (envelope["code"], envelope["details"]) == ("invalid", {"file": [message]})
