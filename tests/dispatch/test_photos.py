from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.images import MAX_BYTES
from dispatch import photos
from dispatch.models import Photo
from dispatch.services import reports
from dispatch.views.photos import UploadsPerUser
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import CIVIC, OFFER, ProfessionalFactory
from tests.throttled import use_up

pytestmark = pytest.mark.django_db

PATH = "/api/dispatch/photos"
GPS = 0x8825


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(form="JPEG", size=(64, 48)):
    file = BytesIO()
    told = Image.Exif()
    told.get_ifd(GPS)[0x001C] = b"Hope Road 7"
    Image.new("RGB", size, (200, 0, 0)).save(file, form, exif=told)
    return file.getvalue()


def file_of(content, name="Hope Road 7.exe"):
    return SimpleUploadedFile(name, content, content_type="text/html")


def upload(client, content=None, field="file"):
    return client.post(PATH, {field: file_of(content or picture())}, format="multipart")


class TestUploading:
    @pytest.mark.parametrize("field", ["file", "image"])
    def test_a_picture_is_kept_without_what_it_tells_beside_what_it_shows(self, home, media, field):
        kept = upload(home, field=field)

        assert kept.status_code == 201
        assert (kept.data["content_type"], kept.data["width"], kept.data["height"]) == ("image/jpeg", 64, 48)
        assert kept.data["url"] == f"{PATH}/{kept.data['id']}"
        [stored] = [path for path in media.rglob("*") if path.is_file()]
        assert stored.relative_to(media).as_posix() == f"dispatch/{kept.data['id']}.jpg"
        assert b"Hope Road" not in stored.read_bytes()

    @pytest.mark.parametrize(
        "content",
        [
            b"<script>alert(1)</script>",
            b"%PDF-1.7",
            b"GIF89a",
            picture()[:300],
            b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
            b"x" * (MAX_BYTES + 1),
        ],
        ids=["script", "pdf", "gif", "half", "broken", "large"],
    )
    def test_what_is_no_picture_is_a_bad_field(self, home, media, content):
        refused = upload(home, content)

        assert (refused.status_code, refused.data["code"]) == (400, "invalid")
        assert list(refused.data["details"]) == ["file"]
        assert list(media.iterdir()) == []

    def test_one_picture_is_sent_at_a_time(self, home):
        both = {"file": file_of(picture()), "image": file_of(picture())}

        assert home.post(PATH, both, format="multipart").status_code == 400
        assert home.post(PATH, {}, format="multipart").status_code == 400
        assert home.post(PATH, {"file": "text"}, format="multipart").status_code == 400
        assert home.post(PATH, {"file": file_of(b"")}, format="multipart").status_code == 400
        assert home.post(PATH, {"file": "x"}).status_code == 415

    def test_who_uploads_without_end_is_stopped(self, home, owner):
        use_up(UploadsPerUser, owner)

        refused = upload(home)

        assert (refused.status_code, refused.data["code"]) == (429, "rate_limited")


class TestNaming:
    def test_photos_belong_to_the_report_that_names_them(self, home):
        first, second = upload(home).data, upload(home, picture("PNG")).data

        opened = home.post("/api/dispatch/reports", {**CIVIC, "photos": [first["id"], second["id"]]})

        assert opened.status_code == 201
        assert sorted(photo["id"] for photo in opened.data["photos"]) == sorted([first["id"], second["id"]])
        assert home.get(f"/api/dispatch/reports/{opened.data['report_id']}").data["photos"] == opened.data["photos"]

    def test_photos_belong_to_the_estimate_that_names_them(self, phone, pro, distributed):
        photo = upload(phone).data

        sent = phone.post(
            "/api/dispatch/estimates", {"report_id": str(distributed().pk), **OFFER, "photos": [photo["id"]]}
        )

        assert (sent.status_code, sent.data["photos"]) == (201, [photo])

    def test_nobody_names_the_photos_of_others_nor_one_twice(self, home, phone):
        theirs, mine = upload(phone).data, upload(home).data

        foreign = home.post("/api/dispatch/reports", {**CIVIC, "photos": [theirs["id"]]})
        unknown = home.post("/api/dispatch/reports", {**CIVIC, "photos": [str(uuid4())]})
        first = home.post("/api/dispatch/reports", {**CIVIC, "photos": [mine["id"]]})
        second = home.post("/api/dispatch/reports", {**CIVIC, "photos": [mine["id"]]})

        assert (foreign.status_code, foreign.data) == (unknown.status_code, unknown.data)
        assert (foreign.status_code, first.status_code) == (404, 201)
        assert (second.status_code, second.data["code"]) == (409, "photo_taken")

    def test_one_that_is_named_twice_in_one_report_counts_once(self, home):
        photo = upload(home).data

        opened = home.post("/api/dispatch/reports", {**CIVIC, "photos": [photo["id"], photo["id"]]})

        assert (opened.status_code, len(opened.data["photos"])) == (201, 1)

    def test_what_nothing_names_is_removed_after_a_day(self, home, media, now, django_capture_on_commit_callbacks):
        named, loose = upload(home).data, upload(home).data
        home.post("/api/dispatch/reports", {**CIVIC, "photos": [named["id"]]})

        photos.remove_loose(now + timedelta(hours=23))
        assert home.get(loose["url"]).status_code == 200
        with django_capture_on_commit_callbacks(execute=True):
            photos.remove_loose(now + timedelta(hours=25))

        assert home.get(loose["url"]).status_code == 404
        assert home.get(named["url"]).status_code == 200
        assert [path.stem for path in media.rglob("*") if path.is_file()] == [named["id"]]


class TestLooking:
    @pytest.mark.parametrize(
        ("form", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
    )
    @pytest.mark.parametrize("accept", ["*/*", "image/*", "image/avif", "text/html"])
    def test_a_photo_is_served_as_what_it_is(self, home, form, content_type, accept):
        photo = upload(home, picture(form)).data

        shown = home.get(photo["url"], HTTP_ACCEPT=accept)

        assert (shown.status_code, shown["Content-Type"]) == (200, content_type)
        assert (shown["X-Content-Type-Options"], shown["Content-Disposition"]) == ("nosniff", "inline")
        assert shown["Cache-Control"] == "private, max-age=3600"
        assert Image.open(BytesIO(shown.content)).format == form

    def test_a_reports_photos_are_seen_by_its_owner_and_those_who_were_asked(
        self, home, owner, phone, api_of, operator, distributed, now
    ):
        photo = upload(home).data
        for _ in range(2):
            assert phone.get(photo["url"]).status_code == 404  # not yet
        report = distributed(photos=[photo["id"]])
        late = ProfessionalFactory()

        allowed = [home, phone, api_of(operator)]
        assert [client.get(photo["url"]).status_code for client in allowed] == [200, 200, 200]
        others = [api_of(late.user), api_of(UserFactory())]
        assert [client.get(photo["url"]).status_code for client in others] == [404, 404]
        reports.cancel_report(report, now=now)
        assert home.get(photo["url"]).status_code == 200

    def test_an_estimates_photos_are_seen_by_both_sides_and_no_rival(
        self, home, phone, api_of, pro, rival, distributed, estimated
    ):
        photo = upload(phone).data
        report = distributed()
        estimated(rival, report)
        assert home.get(photo["url"]).status_code == 404
        estimated(pro, report, photos=[photo["id"]])

        assert [client.get(photo["url"]).status_code for client in (home, phone)] == [200, 200]
        assert api_of(rival.user).get(photo["url"]).status_code == 404

    def test_a_photo_whose_file_is_gone_is_not_there(self, home, media):
        photo = upload(home).data
        [stored] = [path for path in media.rglob("*") if path.is_file()]
        stored.unlink()

        assert home.get(photo["url"]).status_code == 404
        assert Photo.objects.count() == 1

    def test_nobody_sees_one_without_a_token(self, home, client):
        assert client.get(upload(home).data["url"]).status_code == 401
