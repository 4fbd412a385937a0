"""Two apps keep their files in one bucket, each by itself."""

import httpx
import pytest

from dispatch.models import Photo
from tests.chat.test_media import PATH, picture, upload
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_photos_of_damage_reports_lie_beside_what_is_sent_in_chats(api_of, bucket, settings):
    phone = api_of(UserFactory())
    photo = upload(phone, picture(), path="/api/dispatch/photos").data
    assert bucket.names() == [f"dispatch/{photo['id']}.jpg"]

    led = phone.get(photo["url"])

    assert (led.status_code, httpx.get(led["Location"]).content) == (302, bucket.read(bucket.names()[0]))
    assert phone.get(f"{PATH}/{photo['id']}").status_code == 404
    with bucket.away(settings):
        assert upload(phone, picture(), path="/api/dispatch/photos").status_code == 503
        assert Photo.objects.count() == 1
