"""Browsers of live pages have a session like any device."""

import pytest
from django.conf import settings

from accounts import sessions
from accounts.errors import SessionEnded
from accounts.identity import identify_browser
from accounts.models import Session
from core.errors import Unauthenticated
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def cookie(client, user):
    who = {"username": user.email, "password": PASSWORD}
    answer = client.post("/live/sign-in", who, headers={"user-agent": "Desk"})
    assert answer.status_code == 302
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_its_socket_is_of_that_session(user, cookie):
    session = Session.objects.get()

    assert (session.user, session.device, session.is_long_lived) == (user, "Desk", False)
    assert identify_browser(cookie).session_id == session.pk


def test_signing_out_ends_it(client, user, cookie):
    client.post("/live/sign-out")

    assert Session.objects.get().revoked_at is not None
    with pytest.raises(Unauthenticated):
        identify_browser(cookie)


def test_who_is_signed_out_everywhere_is_signed_out_here(client, user, cookie):
    assert client.get("/api/inbox").status_code == 200
    sessions.revoke(user.pk)

    refusal = client.get("/api/inbox")

    assert (refusal.status_code, refusal.json()["code"]) == (401, "session_ended")
    with pytest.raises(SessionEnded):
        identify_browser(cookie)


def test_then_one_may_sign_in_again(client, user, cookie):
    sessions.revoke(user.pk)

    client.post("/live/sign-in", {"username": user.email, "password": PASSWORD})

    assert client.get("/api/inbox").status_code == 200


def test_guesses_are_counted_together_with_those_at_the_api(client, user):
    for _ in range(20):
        client.post("/live/sign-in", {"username": user.email, "password": "a guess"})

    answer = client.post("/live/sign-in", {"username": user.email, "password": PASSWORD})

    assert answer.status_code == 200
    assert "Too many attempts" in answer.content.decode()
