from datetime import timedelta

import pytest

from accounts import sessions, tokens
from accounts.errors import SessionEnded, TokenExpired
from accounts.identity import identify, redeem
from accounts.models import Session, Ticket
from core.errors import Unauthenticated
from tests.accounts.race import at_once
from tests.factories.accounts import UserFactory

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def test_a_refresh_gives_a_new_pair_that_works(user, sign_in, now):
    signed_in = sign_in(user, ago=20 * MINUTE)
    with pytest.raises(TokenExpired):
        identify(signed_in.access_token)

    renewed = sessions.refresh(signed_in.refresh_token, now=now)

    assert identify(renewed.access_token).user_id == user.pk
    assert sessions.refresh(renewed.refresh_token, now=now + MINUTE).user == user


def test_a_refresh_whose_answer_was_lost_may_be_repeated_within_a_minute(user, sign_in, now):
    first = sign_in(user, ago=HOUR)
    answered = sessions.refresh(first.refresh_token, now=now - MINUTE)
    identify(answered.access_token)

    again = sessions.refresh(first.refresh_token, now=now - SECOND)

    assert identify(again.access_token).user_id == user.pk
    assert sessions.refresh(again.refresh_token, now=now).user == user
    assert sessions.refresh(answered.refresh_token, now=now).user == user


def test_a_refresh_whose_answer_was_lost_may_be_repeated_after_a_long_tunnel(user, sign_in, now):
    first = sign_in(user, ago=4 * HOUR)
    sessions.refresh(first.refresh_token, now=now - 3 * HOUR)

    again = sessions.refresh(first.refresh_token, now=now)

    assert sessions.refresh(again.refresh_token, now=now + HOUR).user == user


def test_once_the_new_pair_was_seen_an_old_refresh_token_ends_the_session(user, sign_in, now, upper_layer):
    stolen = sign_in(user, ago=HOUR)
    renewed = sessions.refresh(stolen.refresh_token, now=now - 2 * MINUTE)
    session_id = identify(renewed.access_token).session_id

    with pytest.raises(SessionEnded):
        sessions.refresh(stolen.refresh_token, now=now)

    with pytest.raises(SessionEnded):
        identify(renewed.access_token)
    with pytest.raises(SessionEnded):
        sessions.refresh(renewed.refresh_token, now=now)
    assert upper_layer == [(user.pk, [session_id])]


def test_a_refresh_token_two_rotations_old_ends_the_session_at_once(user, sign_in, now):
    first = sign_in(user)
    second = sessions.refresh(first.refresh_token, now=now)
    sessions.refresh(second.refresh_token, now=now)

    with pytest.raises(SessionEnded):
        sessions.refresh(first.refresh_token, now=now)

    assert Session.objects.live().count() == 0


def test_an_access_token_of_the_old_pair_does_not_prove_that_the_new_one_arrived(user, sign_in, now):
    first = sign_in(user)
    sessions.refresh(first.refresh_token, now=now)

    identify(first.access_token)

    assert sessions.refresh(first.refresh_token, now=now + 5 * MINUTE).user == user


def test_a_session_of_somebody_deactivated_meanwhile_is_not_refreshed(user, sign_in, now):
    signed_in = sign_in(user)
    type(user).objects.update(is_active=False)

    with pytest.raises(SessionEnded):
        sessions.refresh(signed_in.refresh_token, now=now)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "\x00", "." * 100])
def test_what_is_no_token_is_refused(token, now):
    with pytest.raises(SessionEnded):
        sessions.refresh(token, now=now)
    with pytest.raises(Unauthenticated):
        identify(token)


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(user, sign_in, now):
    signed_in = sign_in(user)

    with pytest.raises(SessionEnded):
        sessions.refresh(signed_in.access_token, now=now)
    with pytest.raises(Unauthenticated):
        identify(signed_in.refresh_token)


def test_a_long_lived_session_has_no_refresh_token_and_lasts_thirty_days(user, sign_in, now):
    signed_in = sign_in(user, is_long_lived=True)

    claims = tokens.read_access(signed_in.access_token)

    assert signed_in.refresh_token is None
    assert claims.is_long_lived
    assert claims.expires_at == (now + timedelta(days=30)).replace(microsecond=0)


def test_revoking_one_session_leaves_the_others(user, sign_in, upper_layer):
    lost, kept = sign_in(user), sign_in(user)
    lost_id = identify(lost.access_token).session_id

    assert sessions.revoke(user.pk, [lost_id]) == [lost_id]

    with pytest.raises(SessionEnded):
        identify(lost.access_token)
    assert identify(kept.access_token).user_id == user.pk
    assert upper_layer == [(user.pk, [lost_id])]


def test_nobody_revokes_the_sessions_of_another(user, sign_in):
    signed_in = sign_in(user)
    session_id = identify(signed_in.access_token).session_id

    assert sessions.revoke(UserFactory().pk, [session_id]) == []

    assert identify(signed_in.access_token).session_id == session_id


def test_a_ticket_opens_once(user, sign_in, now):
    identity = identify(sign_in(user).access_token)
    ticket = sessions.issue_ticket(session_id=identity.session_id, identity_expires_at=identity.expires_at, now=now)

    assert redeem(ticket) == identity

    with pytest.raises(Unauthenticated):
        redeem(ticket)


def test_a_ticket_lasts_half_a_minute_and_is_not_kept_in_clear(user, sign_in, now):
    identity = identify(sign_in(user).access_token)
    ticket = sessions.issue_ticket(
        session_id=identity.session_id, identity_expires_at=identity.expires_at, now=now - timedelta(seconds=31)
    )

    assert not Ticket.objects.filter(digest=ticket).exists()
    with pytest.raises(Unauthenticated):
        redeem(ticket)


def test_a_ticket_of_a_revoked_session_opens_nothing(user, sign_in, now):
    identity = identify(sign_in(user).access_token)
    ticket = sessions.issue_ticket(session_id=identity.session_id, identity_expires_at=identity.expires_at, now=now)
    sessions.revoke(user.pk)

    with pytest.raises(Unauthenticated):
        redeem(ticket)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_show_the_same_ticket_at_once_one_is_let_in(user, sign_in, now):
    identity = identify(sign_in(user).access_token)
    ticket = sessions.issue_ticket(session_id=identity.session_id, identity_expires_at=identity.expires_at, now=now)

    answers = at_once(lambda: redeem(ticket), times=8)

    assert [answer for answer in answers if answer == identity] == [identity]
    assert sum(isinstance(answer, Unauthenticated) for answer in answers) == 7


@pytest.mark.django_db(transaction=True)
def test_tabs_that_refresh_at_once_all_go_on(user, sign_in, now):
    signed_in = sign_in(user)

    answers = at_once(lambda: sessions.refresh(signed_in.refresh_token, now=now), times=8)

    assert [answer.user for answer in answers] == [user] * 8
    assert Session.objects.get().generation == 2
    assert {identify(answer.access_token).user_id for answer in answers} == {user.pk}
