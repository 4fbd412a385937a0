"""The same with files in a store that speaks S3."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from django.utils import timezone

from chat import media
from chat.conf import limits
from chat.models import Media
from chat.services import messages, people
from core.files import FOLLOWED_SECONDS
from tests.chat.test_media import PDF, picture, upload
from tests.chat.test_media_links import address, followed
from tests.factories.accounts import UserFactory
from tests.factories.chat import send, two

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=limits.media_hours, minutes=2)


@pytest.fixture
def talk(bucket):
    return two()


@pytest.fixture
def phone(talk, api_of):
    return api_of(talk[1])


def test_what_is_uploaded_lies_in_the_bucket_and_its_reader_is_led_there(talk, phone, bucket):
    conversation, alice, bob = talk
    kept = upload(phone, picture("PNG"), "car.png").data
    message = send(alice, conversation, "", media_id=UUID(kept["id"]))
    assert bucket.names() == [f"chat/{kept['id']}.png"]

    led = followed(address(message, bob))

    assert (led.status_code, led["Cache-Control"], led["Referrer-Policy"]) == (302, "private, no-store", "no-referrer")
    assert led["Location"].startswith(f"{bucket.url}/{bucket.bucket}/chat/{kept['id']}.png?")
    assert parse_qs(urlsplit(led["Location"]).query)["X-Amz-Expires"] == [str(FOLLOWED_SECONDS)]
    shown = httpx.get(led["Location"])
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    assert shown.headers["Content-Disposition"] == 'inline; filename="car.png"'
    assert (shown.content, len(shown.content)) == (bucket.read(bucket.names()[0]), kept["size"])
    assert httpx.get(f"{bucket.url}/{bucket.bucket}/chat/{kept['id']}.png").status_code == 403


@pytest.mark.parametrize(("size", "name"), [(len(PDF), "bill.pdf"), (9 * 1024 * 1024, "عقد.pdf")])
def test_a_file_arrives_as_it_was_sent(talk, phone, bucket, size, name):
    content = PDF.replace(b"<<>>", b"<<" + b" " * (size - len(PDF)) + b">>")
    kept = upload(phone, content, name).data

    shown = httpx.get(followed(kept["url"])["Location"])

    assert (shown.content == content, kept["size"]) == (True, size)
    assert shown.headers["Content-Type"] == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("attachment; filename")


def test_who_may_not_see_it_is_not_led_there(talk, phone, bucket, now):
    conversation, alice, bob = talk
    message = send(alice, conversation, "", media_id=UUID(upload(phone, picture()).data["id"]))
    url, stale = address(message, bob), address(message, bob, now - timedelta(hours=2))

    assert [followed(one).status_code for one in (url, stale)] == [302, 410]
    people.block(alice, bob.pk, now=now)
    assert followed(url).status_code == 404
    assert followed(address(message, UserFactory())).status_code == 404


def test_the_store_is_not_asked_by_a_reader_of_ours(talk, phone, bucket, settings):
    """Whom we lead there goes on alone: the store may be away, and no thread of ours waits for it."""
    kept = upload(phone, picture()).data
    with bucket.away(settings):
        assert followed(kept["url"]).status_code == 302


def test_while_the_store_is_away_uploads_are_put_off_and_nothing_is_lost(talk, phone, bucket, settings, now):
    conversation, alice, _ = talk
    kept = upload(phone, picture()).data["id"]
    message = send(alice, conversation, "", media_id=UUID(kept))
    with bucket.away(settings):
        refused = upload(phone, picture())
        messages.delete_message(alice, message.pk, now=now)
        media.remove_loose(now + LATER)
        rows = [str(pk) for pk in Media.objects.values_list("pk", flat=True)]

    assert (refused.status_code, refused.data["code"], refused.data["temporary"]) == (503, "files_away", True)
    assert rows == [kept]
    media.remove_loose(now + LATER)
    assert list(Media.objects.all()) == []
    assert upload(phone, picture()).status_code == 201


def test_what_is_removed_leaves_the_bucket(talk, phone, bucket, now):
    conversation, alice, _ = talk
    named, loose = (UUID(upload(phone, picture()).data["id"]) for _ in range(2))
    message = send(alice, conversation, "", media_id=named)

    media.remove_loose(timezone.now() + LATER)
    assert (bucket.names(), Media.objects.get().pk) == ([f"chat/{named}.jpg"], named)
    messages.delete_message(alice, message.pk, now=now)
    media.remove_loose(now + timedelta(minutes=2))

    assert (bucket.names(), Media.objects.count(), loose == named) == ([], 0, False)
