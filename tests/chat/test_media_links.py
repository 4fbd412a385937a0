"""Where a picture or a file is: an address for one reader and for a while."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.services import deactivate_user
from accounts.throttles import PerUser
from chat import media
from chat.conf import limits
from chat.models import MessageReport
from chat.services import conversations, messages, moderation, people
from core.errors import Invalid
from tests.chat.test_media import MP3, PATH, PDF, picture, upload
from tests.factories.accounts import UserFactory
from tests.factories.chat import group, send, two
from tests.throttled import use_up

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def talk():
    return two()


@pytest.fixture
def sent(talk, api_of):
    """A picture that Alice sent to Bob."""
    conversation, alice, _ = talk
    kept = upload(api_of(alice), picture(), "car.jpg").data
    return send(alice, conversation, "", media_id=UUID(kept["id"]))


def address(message, reader, now=None):
    return media.signed_url(message.media_id, reader.pk, now=now or timezone.now())


def followed(url):
    """As an image widget does: with nothing but the address."""
    parts = urlsplit(url)
    return Client().get(f"{parts.path}?{parts.query}")


def changed(url, **parts):
    split = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(split.query).items()} | parts
    return f"{split.path}?{urlencode({name: value for name, value in query.items() if value is not None})}"


class TestAddress:
    def test_it_shows_the_picture_to_whoever_follows_it(self, talk, sent):
        shown = followed(address(sent, talk[2]))

        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
        assert shown.content == sent.media.file.read()
        headers = ["X-Content-Type-Options", "Content-Security-Policy", "Content-Disposition", "Cache-Control"]
        assert [shown[name] for name in headers] == [
            "nosniff",
            "default-src 'none'; sandbox",
            'inline; filename="car.jpg"',
            "private, max-age=3600",
        ]

    @pytest.mark.parametrize(
        ("content", "name", "content_type", "disposition"),
        [
            (PDF, "bill.pdf", "application/pdf", 'attachment; filename="bill.pdf"'),
            (b"<script>alert(1)</script>", "x.html", "text/plain; charset=utf-8", 'attachment; filename="x.html.txt"'),
            (MP3, 'a"b.mp3', "audio/mpeg", 'attachment; filename="a_b.mp3"'),
            (b"words", "عقد.txt", "text/plain; charset=utf-8", "attachment; filename*=utf-8''%D8%B9%D9%82%D8%AF.txt"),
        ],
    )
    def test_a_file_is_downloaded_and_never_a_page_of_ours(
        self, talk, api_of, content, name, content_type, disposition
    ):
        kept = upload(api_of(talk[1]), content, name).data

        shown = followed(kept["url"])

        assert (shown.status_code, shown.content) == (200, content)
        assert (shown["Content-Type"], shown["Content-Disposition"]) == (content_type, disposition)
        assert (shown["X-Content-Type-Options"], shown["Content-Security-Policy"]) == (
            "nosniff",
            "default-src 'none'; sandbox",
        )

    def test_it_expires(self, talk, sent):
        longest = timedelta(seconds=limits.media_url_seconds)
        now = timezone.now()

        assert followed(address(sent, talk[2], now)).status_code == 200
        assert followed(address(sent, talk[2], now - longest / 2 + SECOND)).status_code == 200
        expired = followed(address(sent, talk[2], now - longest))
        assert (expired.status_code, expired.json()["code"]) == (410, "link_expired")

    @pytest.mark.parametrize("minutes", range(0, 61, 7))
    def test_it_lasts_as_long_as_it_says_or_up_to_half_of_that_less(self, minutes):
        now = datetime.fromisoformat("2026-11-20T10:00:00+00:00") + timedelta(minutes=minutes)
        good_for = media.address(uuid4(), uuid4(), now=now).expires_at - now

        assert timedelta(seconds=limits.media_url_seconds / 2) < good_for <= timedelta(seconds=limits.media_url_seconds)

    def test_it_stays_the_same_for_a_while_so_that_it_can_be_cached(self, sent, talk):
        now = datetime.fromisoformat("2026-11-20T10:00:00+00:00")
        later = [address(sent, talk[2], now + timedelta(minutes=minutes)) for minutes in (0, 29, 30)]

        assert (later[0] == later[1], later[1] == later[2]) == (True, False)

    @pytest.mark.parametrize(
        "change",
        [
            {"reader": "0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10"},
            {"reader": "me"},
            {"reader": None},
            {"expires": "99999999999"},
            {"expires": "soon"},
            {"expires": None},
            {"signature": "x" * 43},
            {"signature": ""},
            {"signature": "é"},
        ],
        ids=str,
    )
    def test_one_that_was_changed_leads_nowhere(self, sent, talk, change):
        refused = followed(changed(address(sent, talk[2]), **change))

        assert (refused.status_code, refused.json()["code"]) == (404, "no_such_media")

    def test_it_is_of_one_file(self, sent, talk, api_of):
        other = upload(api_of(talk[1]), PDF, "bill.pdf").data["id"]
        url = address(sent, talk[1]).replace(str(sent.media_id), other)

        assert followed(url).status_code == 404
        assert followed(address(sent, talk[1]).replace(str(sent.media_id), str(uuid4()))).status_code == 404

    def test_without_a_signature_nobody_is_known(self, sent, talk):
        refused = followed(changed(address(sent, talk[2]), signature=None))

        assert refused.status_code == 401

    def test_its_reader_is_counted_not_the_place_she_asks_from(self, sent, talk):
        """Those who sit in one office do not take the pictures from one another."""
        _, alice, bob = talk
        use_up(PerUser, bob)

        assert [followed(address(sent, reader)).status_code for reader in (bob, alice)] == [429, 200]


class TestReaders:
    def test_whoever_sees_the_message_sees_the_picture(self, talk, sent, api_of):
        _, alice, bob = talk

        assert [followed(address(sent, reader)).status_code for reader in (alice, bob)] == [200, 200]
        path = f"{PATH}/{sent.media_id}"
        assert [api_of(reader).get(path).status_code for reader in (alice, bob)] == [200, 200]

    def test_a_stranger_sees_nothing(self, sent, api_of):
        stranger = UserFactory()

        assert followed(address(sent, stranger)).status_code == 404
        assert api_of(stranger).get(f"{PATH}/{sent.media_id}").status_code == 404
        assert api_of(stranger).get(f"{PATH}/{sent.media_id}/link").status_code == 404
        assert api_of(stranger).get(f"{PATH}/{uuid4()}").status_code == 404

    def test_what_is_not_sent_yet_only_its_uploader_sees(self, talk, api_of):
        _, alice, bob = talk
        kept = upload(api_of(alice), picture()).data

        assert api_of(alice).get(f"{PATH}/{kept['id']}").status_code == 200
        assert api_of(bob).get(f"{PATH}/{kept['id']}").status_code == 404

    def test_the_address_of_one_who_is_removed_ends_at_once(self, api_of, now):
        conversation, (owner, member, other) = group()
        kept = upload(api_of(owner), picture()).data
        message = send(owner, conversation, "", media_id=UUID(kept["id"]))
        urls = [address(message, reader) for reader in (member, other)]
        assert [followed(url).status_code for url in urls] == [200, 200]

        conversations.remove_participant(owner, conversation.pk, member.pk, now=now)

        assert [followed(url).status_code for url in urls] == [404, 200]

    def test_who_comes_later_does_not_see_what_was_sent_before(self, api_of, now):
        conversation, (owner, *_) = group()
        kept = upload(api_of(owner), picture()).data
        message = send(owner, conversation, "", media_id=UUID(kept["id"]))
        newcomer = UserFactory()
        conversations.add_participants(owner, conversation.pk, [newcomer.pk], now=now)

        assert followed(address(message, newcomer)).status_code == 404

    def test_the_address_of_one_who_is_blocked_ends_at_once(self, talk, sent, now):
        _, alice, bob = talk
        url = address(sent, bob)
        assert followed(url).status_code == 200

        people.block(alice, bob.pk, now=now)
        assert followed(url).status_code == 404
        people.unblock(alice, bob.pk)
        assert followed(url).status_code == 200

    def test_the_address_of_a_deactivated_account_ends_at_once(self, talk, sent):
        url = address(sent, talk[2])
        deactivate_user(talk[2])

        assert followed(url).status_code == 404

    def test_the_picture_of_a_deleted_message_is_gone_for_everybody(self, talk, sent, now):
        _, alice, bob = talk
        urls = [address(sent, reader) for reader in (alice, bob)]

        messages.delete_message(alice, sent.pk, now=now)

        assert [followed(url).status_code for url in urls] == [404, 404]

    def test_a_moderator_sees_what_was_reported_and_nothing_else(self, talk, sent, api_of, now):
        moderator = UserFactory(is_staff=True)
        moderator.user_permissions.add(Permission.objects.get(codename="change_messagereport"))
        path = f"{PATH}/{sent.media_id}"
        assert api_of(moderator).get(path).status_code == 404

        moderation.report_message(talk[2], sent.pk, reason=MessageReport.Reason.SPAM, note="", now=now)

        assert api_of(moderator).get(path).status_code == 200
        assert api_of(UserFactory(is_staff=True)).get(path).status_code == 404

    def test_a_token_that_lives_long_is_for_the_seeds_own_paths(self, sent, talk, api_of):
        refused = api_of(talk[2], long_lived=True).get(f"{PATH}/{sent.media_id}")

        assert (refused.status_code, refused.data["code"]) == (401, "long_lived_refused")

    def test_one_who_heard_of_a_message_asks_for_an_address(self, talk, sent, api_of):
        given = api_of(talk[2]).get(f"{PATH}/{sent.media_id}/link")

        assert given.status_code == 200
        assert given.data["url"].startswith(f"http://testserver{PATH}/{sent.media_id}?reader={talk[2].pk}&")
        assert given.data["expires_at"] > timezone.now()
        assert followed(given.data["url"]).status_code == 200

    def test_one_whose_file_is_gone_is_not_there(self, talk, sent, folder):
        sent.media.file.delete(save=False)

        assert followed(address(sent, talk[2])).status_code == 404


class TestSending:
    def test_an_address_of_ours_is_known_again_even_if_it_has_expired(self, sent, talk):
        old = timezone.now() - timedelta(days=400)
        for base in ("", "https://chat.example.test", "http://10.0.2.2:8000"):
            url = media.signed_url(sent.media_id, talk[2].pk, now=old, base=base)
            assert media.media_in(url) == sent.media_id

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/cat.jpg",
            "https://evil.example/api/chat/media/0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10",
            "/api/chat/media/0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10?reader=0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10&expires=1&signature=x",
            "/api/chat/media/../../auth/me",
            "javascript:alert(1)",
            "http://[::1",
            "",
        ],
    )
    def test_any_other_is_refused(self, url):
        with pytest.raises(Invalid) as refused:
            media.media_in(url)
        assert list(refused.value.details) == ["media_url"]

    def test_nobody_sends_what_another_uploaded(self, talk, sent, api_of):
        conversation, _, bob = talk
        body = {"body": "", "media_id": str(sent.media_id)}

        refused = api_of(bob).post(f"/api/chat/my/conversations/{conversation.pk}/messages", body)

        assert (refused.status_code, refused.data["code"]) == (404, "no_such_media")

    def test_its_uploader_sends_it_again(self, talk, sent):
        conversation, alice, _ = talk

        again = send(alice, conversation, "Once more", media_id=sent.media_id)

        assert (again.kind, again.media_id) == ("image", sent.media_id)


def test_a_multipart_field_of_another_name_is_no_file(talk, api_of):
    refused = api_of(talk[1]).post(PATH, {"picture": SimpleUploadedFile("a.jpg", picture())}, format="multipart")

    assert refused.data["details"] == {"reason": "not_one"}
