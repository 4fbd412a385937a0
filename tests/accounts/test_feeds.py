import re

import pytest

from accounts import services
from accounts.feeds import feed_url_token, renew_feed, user_of
from accounts.models import Feed
from core.errors import NotFound
from tests.accounts.race import at_once
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

DEADLINES, BOOKINGS = "dispatch.deadlines", "bookings.reservations"


def leads_nowhere(token: str, name: str = DEADLINES) -> bool:
    try:
        user_of(token, name)
    except NotFound:
        return True
    return False


def test_a_token_leads_to_its_owner_and_is_shown_as_often_as_she_asks(user):
    token = feed_url_token(user, DEADLINES)

    assert user_of(token, DEADLINES) == user
    assert feed_url_token(user, DEADLINES) == token


def test_a_token_stands_in_a_url_as_it_is(user):
    assert re.fullmatch(r"[\w.-]{60,100}", feed_url_token(user, DEADLINES))


def test_a_token_opens_one_calendar_of_one_person(user):
    tokens = {feed_url_token(person, name) for person in (user, UserFactory()) for name in (DEADLINES, BOOKINGS)}

    assert len(tokens) == 4
    assert leads_nowhere(feed_url_token(user, BOOKINGS), DEADLINES)


def test_a_renewed_url_replaces_the_old_one_at_once(user):
    first = feed_url_token(user, DEADLINES)
    second = renew_feed(user, DEADLINES)
    third = renew_feed(user, DEADLINES)

    assert [leads_nowhere(token) for token in (first, second, third)] == [True, True, False]
    assert feed_url_token(user, DEADLINES) == third


def test_renewing_one_calendar_leaves_the_others(user):
    other = UserFactory()
    kept = [(feed_url_token(user, BOOKINGS), BOOKINGS, user), (feed_url_token(other, DEADLINES), DEADLINES, other)]

    renew_feed(user, DEADLINES)

    assert [user_of(token, name) == owner for token, name, owner in kept] == [True, True]


@pytest.mark.django_db(transaction=True)
def test_a_url_that_is_renewed_twice_at_once_is_renewed(user):
    first = feed_url_token(user, DEADLINES)

    at_once(lambda: renew_feed(user, DEADLINES))

    assert Feed.objects.get().generation == 3
    assert leads_nowhere(first)


def test_a_calendar_is_closed_while_its_owner_is_deactivated(user):
    token = feed_url_token(user, DEADLINES)

    services.deactivate_user(user)
    assert leads_nowhere(token)

    services.reactivate_user(user)
    assert user_of(token, DEADLINES) == user


def test_a_deleted_account_has_no_calendar(user):
    tokens = [feed_url_token(user, DEADLINES), renew_feed(user, DEADLINES)]

    services.delete_account(user, password=PASSWORD)

    assert [leads_nowhere(token) for token in tokens] == [True, True]
    assert not Feed.objects.exists()


@pytest.mark.parametrize("token", ["", ".", "..", "x", "a.1.b", "é.1.ü", "\x00", "\ud800.1.x", "9" * 10_000])
def test_what_nobody_signed_leads_nowhere(token):
    assert leads_nowhere(token)


def test_a_token_changed_anywhere_leads_nowhere(user):
    token = feed_url_token(user, DEADLINES)
    owner, generation, signature = token.split(".")
    forged = [
        f"{UserFactory().pk.hex}.{generation}.{signature}",
        f"{owner}.2.{signature}",
        f"{owner}.{generation}.{signature[:-1]}",
        f"{owner}.{generation}.",
        f"{owner}.{generation}",
        f"{token}.",
        token.upper(),
    ]

    assert [leads_nowhere(each) for each in forged] == [True] * len(forged)


def test_another_secret_key_makes_other_tokens(user, settings):
    token = feed_url_token(user, DEADLINES)

    settings.SECRET_KEY = "another-secret-of-the-tests-that-is-long-enough"

    assert leads_nowhere(token)


def test_neither_the_database_nor_an_export_opens_a_calendar(bearer, user, sign_in):
    token = renew_feed(user, DEADLINES)
    exported = bearer(sign_in(user).access_token).get("/api/auth/me/export").content.decode()

    signature = token.split(".")[2]
    assert signature not in exported
    assert list(Feed.objects.values("user", "name", "generation")) == [
        {"user": user.pk, "name": DEADLINES, "generation": 2}
    ]
    assert {field.name for field in Feed._meta.fields} == {"id", "user", "name", "generation"}
