from datetime import timedelta

import pytest

from accounts import retention, services, sessions
from accounts.errors import (
    AccountDeactivated,
    AccountDeleted,
    AddressTaken,
    SessionEnded,
    WrongCredentials,
    WrongPassword,
)
from accounts.identity import identify
from accounts.models import Code, Session, Ticket, User
from tests.accounts.race import at_once
from tests.factories.accounts import PASSWORD, SessionFactory, UserFactory

pytestmark = pytest.mark.django_db


def log_in(address, password=PASSWORD, *, now):
    return services.log_in(address=address, password=password, device="", is_long_lived=False, now=now)


def test_one_logs_in_by_email_or_phone_in_any_spelling(now):
    user = UserFactory(email="nadia@example.test", phone="+33123456789")

    for address in ["nadia@example.test", " Nadia@Example.test", "+33123456789", "0033 1 23 45 67 89"]:
        assert log_in(address, now=now).user == user


def test_a_wrong_password_and_an_unknown_address_are_told_alike(user, now):
    with pytest.raises(WrongCredentials) as wrong:
        log_in(user.email, "not-it", now=now)
    with pytest.raises(WrongCredentials) as unknown:
        log_in("nobody@example.test", now=now)

    assert wrong.value.envelope() == unknown.value.envelope()


def test_somebody_deactivated_is_told_so_only_by_the_right_password(now):
    user = UserFactory(is_active=False)

    with pytest.raises(AccountDeactivated):
        log_in(user.email, now=now)
    with pytest.raises(WrongCredentials):
        log_in(user.email, "not-it", now=now)


def test_an_address_is_registered_once(user, now):
    with pytest.raises(AddressTaken):
        services.register(email=user.email, password="fresh-pass", device="", is_long_lived=False, now=now)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_register_an_address_at_once_one_gets_it(now):
    def register():
        return services.register(
            email="new@example.test", password="fresh-pass", device="", is_long_lived=False, now=now
        )

    answers = at_once(register, times=4)

    assert sum(isinstance(answer, AddressTaken) for answer in answers) == 3
    assert User.objects.count() == Session.objects.count() == 1


def test_a_new_password_ends_every_session_and_opens_one(user, sign_in, now, upper_layer):
    here, elsewhere = sign_in(user), sign_in(user)
    session = Session.objects.get(pk=identify(here.access_token).session_id)

    signed_in = services.change_password(
        user=user, current_password=PASSWORD, new_password="another-pass", session=session, now=now
    )

    for old in (here, elsewhere):
        with pytest.raises(SessionEnded):
            identify(old.access_token)
    assert identify(signed_in.access_token).user_id == user.pk
    assert log_in(user.email, "another-pass", now=now).user == user
    [(user_id, ended)] = upper_layer
    assert (user_id, len(ended)) == (user.pk, 2)


def test_a_password_is_not_changed_without_the_current_one(user, now):
    session = SessionFactory(user=user)

    with pytest.raises(WrongPassword):
        services.change_password(
            user=user, current_password="not-it", new_password="another-pass", session=session, now=now
        )

    assert session in Session.objects.live()


def test_a_password_checked_before_it_was_changed_elsewhere_changes_nothing(user, now):
    as_read_before = User.objects.get(pk=user.pk)
    services.set_password(user, "another-pass")

    with pytest.raises(WrongPassword):
        services.delete_account(as_read_before, password=PASSWORD)


def test_deactivation_ends_sessions_and_reactivation_lets_in_again(user, sign_in, now):
    signed_in = sign_in(user)

    services.deactivate_user(user)
    with pytest.raises(SessionEnded):
        identify(signed_in.access_token)

    services.reactivate_user(user)
    with pytest.raises(SessionEnded):
        identify(signed_in.access_token)
    assert log_in(user.email, now=now).user == user


def test_a_deleted_account_keeps_its_row_and_nothing_personal(sign_in, now, upper_layer):
    user = UserFactory(email="gone@example.test", phone="+33123456789", is_staff=True, email_verified_at=now)
    signed_in = sign_in(user)

    services.delete_account(user, password=PASSWORD)

    row = User.objects.values().get(pk=user.pk)
    assert (row["email"], row["phone"], row["full_name"], row["email_verified_at"]) == (None, None, "", None)
    assert (row["is_active"], row["is_staff"]) == (False, False)
    assert Session.objects.get().device == ""
    assert [user_id for user_id, _ in upper_layer] == [user.pk]
    with pytest.raises(SessionEnded):
        identify(signed_in.access_token)
    with pytest.raises(WrongCredentials):
        log_in("gone@example.test", now=now)


def test_a_deleted_account_does_not_come_back_but_its_address_is_free(user, now):
    address = user.email
    services.delete_account(user, password=PASSWORD)

    with pytest.raises(AccountDeleted):
        services.reactivate_user(user)
    registered = services.register(email=address, password="fresh-pass", device="", is_long_lived=False, now=now)
    assert registered.user != user


def test_what_has_expired_is_forgotten_and_nothing_else(user, sign_in, now):
    sign_in(user, ago=timedelta(days=31))
    kept = Session.objects.get(pk=identify(sign_in(user).access_token).session_id)
    for ago in (timedelta(hours=1), timedelta(0)):
        sessions.issue_ticket(session_id=kept.pk, identity_expires_at=now, now=now - ago)
        services.send_code(purpose=Code.Purpose.VERIFY, address=f"{ago.seconds}@example.test", now=now - ago)

    retention.forget_expired(now)

    assert (list(Session.objects.all()), Ticket.objects.count(), Code.objects.count()) == ([kept], 1, 1)
