"""What can be uploaded, and what is made of it."""

import io
import struct
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from chat import archives, files
from chat.models import Media
from chat.views.media import UploadsPerUser
from core.images import MAX_BYTES
from tests.factories.accounts import UserFactory
from tests.throttled import use_up

pytestmark = pytest.mark.django_db

PATH = "/api/chat/media"
GPS = 0x8825


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def alice():
    return UserFactory()


@pytest.fixture
def phone(api_of, alice):
    return api_of(alice)


def picture(form="JPEG", size=(64, 48), **options):
    file = BytesIO()
    told = Image.Exif()
    told.get_ifd(GPS)[0x001C] = b"Hope Road 7"
    Image.new("RGB", size, (200, 0, 0)).save(file, form, **{"exif": told, **options})
    return file.getvalue()


def archive(*parts, method=zipfile.ZIP_DEFLATED):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as built:
        for name, content in parts:
            built.writestr(name, content)
    return file.getvalue()


def docx(*more):
    return archive(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<document/>"), *more)


def odt():
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as built:
        built.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        built.writestr("content.xml", "<content/>", zipfile.ZIP_DEFLATED)
    return file.getvalue()


def box(name, content=b""):
    return struct.pack(">I4s", 8 + len(content), name) + content


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x02\x00\x00" + b"\xff\xfb\x90\x00" + b"\x00" * 413
M4A = box(b"ftyp", b"M4A \x00\x00\x00\x00") + box(b"moov", b"\x00" * 8) + box(b"mdat", b"\x00" * 8)
OGG = b"OggS\x00\x02" + b"\x00" * 20 + b"\x01\x13OpusHead" + b"\x00" * 20
MP4 = box(b"ftyp", b"isom\x00\x00\x02\x00") + box(b"mdat", b"\x00" * 8) + box(b"moov", b"\x00" * 8)


def upload(client, content, name="photo.jpg", declared="application/octet-stream", field="file", path=PATH):
    return client.post(path, {field: SimpleUploadedFile(name, content, declared)}, format="multipart")


def stored(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


class TestPictures:
    @pytest.mark.parametrize("field", ["file", "image"])
    @pytest.mark.parametrize(("form", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
    def test_a_picture_is_kept_without_what_it_tells_beside_what_it_shows(self, phone, folder, field, form, ending):
        kept = upload(phone, picture(form), f"Hope Road 7.{ending}", field=field)

        assert kept.status_code == 201
        shown = {name: kept.data[name] for name in ("kind", "name", "content_type", "width", "height")}
        assert shown == {
            "kind": "image",
            "name": f"Hope Road 7.{ending}",
            "content_type": f"image/{form.lower()}",
            "width": 64,
            "height": 48,
        }
        [file] = stored(folder)
        assert file.relative_to(folder).as_posix() == f"chat/{kept.data['id']}.{ending}"
        assert b"Hope Road" not in file.read_bytes()
        assert file.stat().st_size == kept.data["size"]

    def test_what_it_is_called_and_declared_does_not_matter(self, phone):
        kept = upload(phone, picture("PNG"), "setup.exe", "application/x-msdownload")

        assert (kept.status_code, kept.data["kind"], kept.data["name"]) == (201, "image", "setup.exe.png")
        assert kept.data["content_type"] == "image/png"

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "unknown_format"),
            (b"just words", "unknown_format"),
            (b"GIF89a" + b"\x00" * 50, "unknown_format"),
            (PDF, "unknown_format"),
            (picture()[:300], "damaged"),
            (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "unknown_format"),
        ],
        ids=["svg", "text", "gif", "pdf", "half", "broken"],
    )
    @pytest.mark.parametrize(
        "how", [{"field": "image"}, {"name": "me.jpeg"}, {"name": "me", "declared": "image/png"}], ids=str
    )
    def test_a_picture_that_is_none_is_refused(self, phone, folder, content, reason, how):
        refused = upload(phone, content, **{"name": "me", **how})

        assert (refused.status_code, refused.data["code"]) == (400, "unusable_file")
        assert refused.data["details"] == {"reason": reason}
        assert refused.data["error"] == refused.data["message"]
        assert (stored(folder), Media.objects.count()) == ([], 0)

    def test_a_picture_that_would_fill_the_memory_is_refused(self, phone):
        bomb = picture("PNG", (6_000, 6_000), compress_level=1)

        refused = upload(phone, bomb)

        assert len(bomb) < 1_000_000
        assert (refused.status_code, refused.data["details"]) == (400, {"reason": "too_many_pixels"})


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "content", "content_type"),
        [
            ("bill.pdf", PDF, "application/pdf"),
            ("note.txt", "Grüße, مرحبا\n".encode(), "text/plain; charset=utf-8"),
            ("parts.csv", b"part,price\nmirror,120\n", "text/csv; charset=utf-8"),
            ("offer.docx", docx(), files.DOCUMENTS["docx"].content_type),
            ("offer.odt", odt(), files.DOCUMENTS["odt"].content_type),
            ("engine.mp3", MP3, "audio/mpeg"),
            ("engine.mp3", MP3[12:], "audio/mpeg"),
            ("voice.m4a", M4A, "audio/mp4"),
            ("voice.m4a", MP4, "audio/mp4"),
            ("voice.ogg", OGG, "audio/ogg"),
            ("crash.mp4", MP4, "video/mp4"),
        ],
    )
    def test_what_people_exchange_is_taken_as_what_it_is(self, phone, folder, name, content, content_type):
        kept = upload(phone, content, name, "text/html")

        assert kept.status_code == 201
        assert (kept.data["kind"], kept.data["name"], kept.data["content_type"]) == ("file", name, content_type)
        assert (kept.data["size"], kept.data["width"], kept.data["height"]) == (len(content), None, None)
        [file] = stored(folder)
        assert file.read_bytes() == content

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"MZ\x90\x00" + b"\x00" * 100, "bill.pdf"),
            (b"\x7fELF" + b"\x00" * 100, "run"),
            (archive(("notes.txt", "hello")), "notes.zip"),
            (b"\x1f\x8b\x08" + b"\x00" * 50, "notes.gz"),
            (b"Rar!\x1a\x07\x01\x00" + b"\x00" * 50, "notes.rar"),
            (b"%PDF-1.7 and nothing behind it", "bill.pdf"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old.doc"),
            ("naïve".encode("latin-1"), "note.txt"),
            (b"ID3" + b"\x00" * 100, "song.mp3"),
            (box(b"ftyp", b"isom\x00\x00\x02\x00") + b"\x00\x00\xff\xffmdat", "film.mp4"),
            (b"OggS\x00" + b"\x00" * 100, "voice.ogg"),
        ],
        ids=["exe", "elf", "zip", "gzip", "rar", "half-pdf", "doc", "latin", "id3", "half-mp4", "ogg"],
    )
    def test_anything_else_is_refused_whatever_its_name(self, phone, folder, content, name):
        refused = upload(phone, content, name, "application/pdf")

        assert (refused.status_code, refused.data["code"]) == (400, "unusable_file")
        assert refused.data["details"] == {"reason": "unknown_format"}
        assert "PDF" in refused.data["message"]
        assert (stored(folder), Media.objects.count()) == ([], 0)

    def test_one_that_is_not_what_its_name_says_is_refused(self, phone):
        for content, name in [(PDF, "song.mp3"), (b"words", "bill.pdf"), (docx(), "table.xlsx"), (MP3, "note.txt")]:
            assert upload(phone, content, name).data["details"] == {"reason": "misnamed"}

    def test_what_a_computer_would_run_cannot_be_called_so(self, phone):
        kept = upload(phone, b"format c:", "invoice.bat")

        assert (kept.status_code, kept.data["name"]) == (201, "invoice.bat.txt")
        assert kept.data["content_type"] == "text/plain; charset=utf-8"


def lying(content, real, said):
    """Both places where an archive says how long a part is unpacked."""
    return content.replace(struct.pack("<I", real), struct.pack("<I", said))


def doubled(content):
    """A second name for the bytes of a part, as in bombs that need no nesting."""
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", content[end + 16 : end + 20])[0]
    entries, count = content[start:end], struct.unpack("<H", content[end + 10 : end + 12])[0]
    last = entries[entries.rindex(b"PK\x01\x02") :].replace(b"word/big.xml", b"word/two.xml")
    size = len(entries) + len(last)
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count + 1, count + 1, size, start, 0)
    return content[:end] + last + tail


BIG = 3_000_000
NOISE = bytes(n * n % 251 for n in range(70_000)) * 3


class TestArchives:
    @pytest.mark.parametrize(
        "content",
        [
            lying(docx(("word/big.xml", b"\x00" * BIG)), BIG, 1000),
            lying(docx(("word/big.xml", b"\x00" * BIG)), BIG, BIG + 1),
            doubled(archive(("[Content_Types].xml", ""), ("word/document.xml", ""), ("word/big.xml", NOISE), method=0)),
            docx(("../../etc/cron.d/job", "* * * * * root true")),
            docx(("/etc/passwd", "root")),
            docx(("..\\..\\evil.dll", "MZ")),
            docx(("word/vbaProject.bin", "macros")),
            docx()[:-30] + b"\x00" * 30,
            docx() + b"behind the end",
            b"PK\x03\x04" + b"\x00" * 100,
        ],
        ids=["shorter", "longer", "overlap", "out", "root", "windows", "macros", "cut", "tail", "nothing"],
    )
    def test_a_document_that_is_a_trap_is_refused(self, phone, folder, content):
        refused = upload(phone, content, "offer.docx")

        assert len(content) < MAX_BYTES
        assert (refused.status_code, refused.data["code"]) == (400, "unusable_file")
        assert refused.data["details"] == {"reason": "bad"}
        assert stored(folder) == []

    def test_one_that_would_fill_a_disk_is_refused(self, phone):
        bomb = docx(("word/document2.xml", b"\x00" * (archives.UNPACKED_BYTES + 1)))

        refused = upload(phone, bomb, "offer.docx")

        assert len(bomb) < 200_000
        assert (refused.status_code, refused.data["details"]) == (400, {"reason": "bad"})

    def test_one_with_a_table_of_contents_that_is_too_long_is_not_even_read(self):
        many = archive(*((f"{n:05}", "") for n in range(12_000)), method=0)

        with pytest.raises(archives.BadArchive):
            archives.document(BytesIO(many))

    def test_one_under_a_password_is_refused(self):
        locked = bytearray(docx())
        for mark in (b"PK\x03\x04", b"PK\x01\x02"):
            place = locked.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
            locked[place] |= 1

        with pytest.raises(archives.BadArchive):
            archives.document(BytesIO(bytes(locked)))


class TestLimits:
    @pytest.mark.parametrize("path", [PATH, "/api/upload"])
    @pytest.mark.parametrize(("field", "start"), [("file", b"words"), ("image", b"\xff\xd8\xff"), ("file", b"\x89PNG")])
    def test_ten_megabytes_and_a_byte_are_refused_in_the_words_of_the_seed(self, phone, folder, path, field, start):
        refused = upload(phone, start.ljust(MAX_BYTES + 1), "big", field=field, path=path)

        assert (refused.status_code, refused.data["code"]) == (400, "file_too_large")
        assert refused.data["error"] == "File too large (max 10MB)"
        assert stored(folder) == []

    def test_ten_megabytes_are_taken(self, phone):
        kept = upload(phone, b"words".ljust(MAX_BYTES), "long.txt")

        assert (kept.status_code, kept.data["size"]) == (201, MAX_BYTES)

    def test_a_file_that_is_too_large_is_not_read(self):
        class Counting(io.BytesIO):
            count = 0

            def read(self, size=-1):
                content = super().read(size)
                self.count += len(content)
                return content

        content = Counting(b"words".ljust(MAX_BYTES + 1))
        upload = SimpleUploadedFile("big.txt", b"")
        upload.file, upload.size = content, MAX_BYTES + 1

        with pytest.raises(files.FileTooLarge):
            files.clean(upload)
        assert content.count == files.HEAD

    @pytest.mark.parametrize("field", ["file", "image"])
    def test_an_empty_file_is_refused(self, phone, field):
        refused = upload(phone, b"", "note.txt", field=field)

        assert (refused.status_code, refused.data["details"]) == (400, {"reason": "empty"})
        assert refused.data["error"] == "This file is empty."

    def test_one_file_is_sent_at_a_time(self, phone):
        both = {"file": SimpleUploadedFile("a.txt", b"a"), "image": SimpleUploadedFile("b.jpg", picture())}
        for fields in [both, {}, {"file": "words"}, {"photo": SimpleUploadedFile("a.txt", b"a")}]:
            refused = phone.post(PATH, fields, format="multipart")
            assert (refused.status_code, refused.data["code"]) == (400, "unusable_file")
        assert phone.post(PATH, {"file": "words"}).status_code == 415
        broken = phone.post(PATH, b"--x\r\nno end", content_type="multipart/form-data")
        assert (broken.status_code, broken.data["code"]) == (400, "parse_error")

    def test_who_uploads_without_end_is_stopped(self, phone, alice):
        use_up(UploadsPerUser, alice)

        refused = upload(phone, picture())

        assert (refused.status_code, refused.data["code"]) == (429, "rate_limited")
        assert refused.data["error"] == refused.data["message"]

    def test_nobody_uploads_without_a_token(self, client):
        assert client.post(PATH, {"file": SimpleUploadedFile("a.txt", b"a")}).status_code == 401


class TestNames:
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("../../etc/passwd", "passwd.txt"),
            ("C:\\Users\\me\\secret.txt", "secret.txt"),
            ("..", "file.txt"),
            ("", "file.txt"),
            (None, "file.txt"),
            (".htaccess", "htaccess.txt"),
            ("a\x00b\nc\td.txt", "abcd.txt"),
            ("gpj.\u202etxt.exe", "gpj.txt.exe.txt"),
            ("one\u200btwo\u2066.txt", "onetwo.txt"),
            ('a"b<c>|d?.txt', "a_b_c__d_.txt"),
            ("note.TXT", "note.txt"),
            ("عقد البيع.txt", "عقد البيع.txt"),
            ("cafe\u0301.txt", "café.txt"),
            ("x" * 300 + ".txt", "x" * 116 + ".txt"),
            ("note.txt. .", "note.txt"),
            (".txt", "txt.txt"),
        ],
    )
    def test_a_name_is_shown_without_what_could_mislead(self, given, shown):
        assert files.named(given, ("txt",)) == shown
        assert len(shown) <= files.NAME

    def test_a_path_in_a_name_leads_nowhere(self, phone, folder):
        body = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../../evil\\..\\n\xd9\x82.txt"\r\n'
            b"Content-Type: text/plain\r\n\r\nwords\r\n--x--\r\n"
        )
        kept = phone.post(PATH, body, content_type="multipart/form-data; boundary=x")

        assert (kept.status_code, kept.data["name"]) == (201, "nق.txt")
        [file] = stored(folder)
        assert file.relative_to(folder).as_posix() == f"chat/{kept.data['id']}.txt"


class TestSeedsApp:
    def test_it_uploads_with_the_token_it_cannot_renew(self, api_of, alice):
        app = api_of(alice, long_lived=True)

        first = upload(app, picture(), field="image", path="/api/upload")
        second = upload(app, picture(), field="image")

        assert (first.status_code, second.status_code) == (200, 201)
        assert first.data["url"].startswith(f"http://testserver/api/chat/media/{first.data['id']}?")
