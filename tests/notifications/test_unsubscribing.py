import logging
import re

import pytest
from django.test import Client, override_settings
from django.urls import resolve

from accounts.models import User
from notifications.channels.composing import compose
from notifications.models import Delivery, Notice, Preference
from notifications.reach import unsubscribing
from notifications.reach.preferences import Preferences
from notifications.reach.unsubscribe_views import unsubscribe_by_link
from notifications.trees import EMAIL, FCM
from tests.factories.accounts import UserFactory
from tests.notifications.fcm.phone import parcel
from tests.notifications.post import planned

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def anybody() -> Client:
    """Without a cookie, as a mail program comes."""
    return Client(enforce_csrf_checks=True)


def path_for(user: User, kind: str = "sample_news") -> str:
    with override_settings(PUBLIC_URL=""):
        return unsubscribing.link(user.pk, kind)


def mailed(user: User) -> bool:
    return Preferences.of([user.pk]).wants(user.pk, "sample_news", EMAIL)


def test_one_click_in_a_mail_program_stops_mails_of_this_kind(reader: User, anybody: Client) -> None:
    message = compose(parcel(reader.email, user_id=reader.pk, kind="sample_news"))
    link = message.extra_headers["List-Unsubscribe"].strip("<>")

    response = anybody.post(re.sub(r"^https?://[^/]+", "", link), ONE_CLICK)

    assert (response.status_code, mailed(reader)) == (200, False)
    [push, mail] = planned("sample_news", reader, importance=Notice.Importance.IMPORTANT)
    assert (mail.channel, mail.reason) == (EMAIL, Delivery.Reason.MUTED)
    assert push.reason != Delivery.Reason.MUTED


def test_looking_at_the_page_changes_nothing(reader: User, anybody: Client) -> None:
    for answer in (anybody.get(path_for(reader)), anybody.head(path_for(reader))):
        assert (answer.status_code, answer["Cache-Control"].split(",")[0]) == (200, "max-age=0")

    assert mailed(reader) is True


def test_the_button_of_the_page_stops_them_and_a_second_click_does_no_harm(reader: User, anybody: Client) -> None:
    page = anybody.get(path_for(reader)).content.decode()
    answers = [anybody.post(path_for(reader)).content.decode() for _ in range(2)]

    assert "Stop emails about “News”?" in page
    assert '<form method="post">' in page
    assert answers[0] == answers[1]
    assert "You will get no more emails about “News”." in answers[0]
    assert list(Preference.objects.values_list("user", "kind", "channel", "is_enabled")) == [
        (reader.pk, "sample_news", EMAIL, False)
    ]


def test_who_turned_mails_on_herself_can_turn_them_off_by_the_link(reader: User, anybody: Client) -> None:
    Preference.objects.create(user=reader, kind="sample_news", channel=EMAIL, is_enabled=True)

    anybody.post(path_for(reader), ONE_CLICK)

    assert mailed(reader) is False


def test_nothing_else_of_hers_and_nobody_else_is_touched(reader: User, stranger: User, anybody: Client) -> None:
    anybody.post(path_for(reader), ONE_CLICK)

    wants = Preferences.of([reader.pk, stranger.pk]).wants
    assert wants(reader.pk, "sample_news", FCM) is True
    assert wants(reader.pk, "sample_alarm", EMAIL) is True
    assert wants(stranger.pk, "sample_news", EMAIL) is True


def test_a_kind_that_nobody_can_mute_is_not_muted_by_a_link_either(reader: User, anybody: Client) -> None:
    answer = anybody.post(path_for(reader, "sample_bill"), ONE_CLICK)

    assert "Emails of this kind cannot be turned off." in answer.content.decode()
    assert Preference.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_not_ours_is_broken(reader: User, anybody: Client, method: str) -> None:
    whole = path_for(reader)
    for link in (whole[:-1], whole.replace("token=", "token=x"), "/api/unsubscribe?token=a:b:c", "/api/unsubscribe"):
        answer = getattr(anybody, method)(link)
        assert (answer.status_code, "This link is broken." in answer.content.decode()) == (404, True)

    assert Preference.objects.count() == 0


def test_a_link_of_somebody_who_is_gone_is_broken(anybody: Client) -> None:
    user = UserFactory()
    path = path_for(user)
    user.delete()

    assert anybody.post(path, ONE_CLICK).status_code == 404


def test_the_page_speaks_the_language_of_its_reader(anybody: Client) -> None:
    page = anybody.get(path_for(UserFactory(locale="ar"))).content.decode()

    assert '<html lang="ar" dir="rtl">' in page


def test_the_link_is_not_in_the_log(reader: User, anybody: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    anybody.post(path_for(reader), ONE_CLICK)

    [line] = [record for record in caplog.records if record.name == "requests"]
    assert line.path == "/api/unsubscribe"
    assert path_for(reader).partition("=")[2] not in caplog.text


def test_the_link_leads_to_its_page(reader: User) -> None:
    assert resolve(path_for(reader).partition("?")[0]).func is unsubscribe_by_link
