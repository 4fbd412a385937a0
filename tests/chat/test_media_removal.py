"""How long a picture or a file stays."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.storage import default_storage

from chat import media
from chat.conf import limits
from chat.models import Media
from chat.services import messages
from core.errors import DomainError
from tests.chat.test_media import PATH, picture, upload
from tests.factories.chat import send, two

pytestmark = pytest.mark.django_db

A_DAY = timedelta(hours=limits.media_hours)
MINUTES = timedelta(minutes=2)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def talk():
    return two()


@pytest.fixture
def phone(talk, api_of):
    return api_of(talk[1])


def there(folder):
    """Files, and rows."""
    return {path.stem for path in folder.rglob("*") if path.is_file()}, {
        str(pk) for pk in Media.objects.values_list("pk", flat=True)
    }


def test_what_no_message_names_is_removed_after_a_day(talk, phone, folder, now):
    conversation, alice, _ = talk
    named, loose = upload(phone, picture()).data["id"], upload(phone, picture()).data["id"]
    send(alice, conversation, media_id=UUID(named), now=now)

    media.remove_loose(now + A_DAY)
    assert there(folder) == ({named, loose}, {named, loose})
    media.remove_loose(now + A_DAY + MINUTES)

    assert there(folder) == ({named}, {named})
    assert phone.get(f"{PATH}/{loose}").status_code == 404


def test_what_is_about_to_be_removed_is_not_sent_any_more(talk, phone, now):
    conversation, alice, _ = talk
    kept = upload(phone, picture()).data["id"]
    too_late = Media.objects.get(pk=kept).remove_at

    with pytest.raises(DomainError) as refused:
        send(alice, conversation, media_id=UUID(kept), now=too_late)

    assert refused.value.code == "no_such_media"
    assert send(alice, conversation, media_id=UUID(kept), now=too_late - timedelta(seconds=1)).seq == 1


def test_the_last_message_that_names_it_takes_it_along(talk, phone, folder, now):
    conversation, alice, _ = talk
    kept = upload(phone, picture()).data["id"]
    first, second = (send(alice, conversation, media_id=UUID(kept)) for _ in range(2))

    messages.delete_message(alice, first.pk, now=now)
    media.remove_loose(now + MINUTES)
    assert there(folder) == ({kept}, {kept})
    messages.delete_message(alice, second.pk, now=now)
    media.remove_loose(now + MINUTES)

    assert there(folder) == (set(), set())


def test_a_delete_that_fails_removes_nothing(talk, phone, folder, now):
    conversation, alice, bob = talk
    kept = upload(phone, picture()).data["id"]
    message = send(alice, conversation, media_id=UUID(kept))

    with pytest.raises(DomainError):
        messages.delete_message(bob, message.pk, now=now)
    media.remove_loose(now + MINUTES)

    assert there(folder) == ({kept}, {kept})


def test_a_sweep_goes_on_where_another_ended_in_the_middle(phone, folder, now):
    kept = upload(phone, picture()).data["id"]
    default_storage.delete(Media.objects.get(pk=kept).file.name)

    media.remove_loose(now + A_DAY + MINUTES)
    media.remove_loose(now + A_DAY + MINUTES)

    assert there(folder) == (set(), set())
