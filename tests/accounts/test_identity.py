from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from rest_framework_simplejwt.tokens import AccessToken

from accounts import services
from accounts.errors import LongLivedRefused, SessionEnded
from accounts.identity import Identity, identify, identify_browser
from accounts.models import Session
from core.errors import Unauthenticated
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    def sign_in(user):
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "accounts.backends.EmailOrPhoneBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        return store.session_key

    return sign_in


def test_a_token_says_who_until_when_and_on_which_session(sign_in, now):
    guard = UserFactory(is_staff=True)

    identity = identify(sign_in(guard).access_token)

    expires_at = (now + timedelta(minutes=15)).replace(microsecond=0)
    assert identity == Identity(guard.pk, guard.sessions.get().pk, expires_at, is_staff=True, is_long_lived=False)


def test_a_long_lived_token_counts_only_where_it_is_allowed(user, sign_in):
    token = sign_in(user, is_long_lived=True).access_token

    with pytest.raises(LongLivedRefused):
        identify(token)
    assert identify(token, allow_long_lived=True).is_long_lived


def test_a_token_of_a_deactivated_user_is_refused(user, sign_in):
    token = sign_in(user).access_token
    services.deactivate_user(user)

    with pytest.raises(SessionEnded):
        identify(token)


def test_a_well_signed_token_of_nobodys_making_is_refused(user):
    with pytest.raises(Unauthenticated):
        identify(str(AccessToken()))


def test_use_is_noted_at_most_every_five_minutes(user, sign_in, django_assert_num_queries):
    token = sign_in(user, ago=timedelta(minutes=10)).access_token
    identify(token)
    noted = Session.objects.get().last_used_at

    with django_assert_num_queries(1):
        identify(token)

    assert Session.objects.get().last_used_at == noted


def test_a_browser_is_known_by_its_cookie(user, browser):
    identity = identify_browser(browser(user))

    assert (identity.user_id, identity.session_id, identity.is_long_lived) == (user.pk, None, False)


def test_a_browser_signed_in_before_a_password_change_is_not(user, browser):
    cookie = browser(user)
    services.set_password(user, "another-pass")

    with pytest.raises(Unauthenticated):
        identify_browser(cookie)


@pytest.mark.parametrize("cookie", ["", "x", "é" * 32, "0" * 32])
def test_an_unknown_cookie_is_nobody(cookie):
    with pytest.raises(Unauthenticated):
        identify_browser(cookie)
