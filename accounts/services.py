"""The verbs of an account.

A password is hashed and checked before the unit, so that nobody waits for a lock meanwhile; what it was checked
against is read again under the lock.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.utils import timezone

from accounts import codes, delivery, firebase, keys, linking, selectors, sessions, tasks
from accounts.addresses import is_email
from accounts.errors import (
    AccountDeactivated,
    AccountDeleted,
    AddressTaken,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from accounts.models import Code, Session, User
from accounts.sessions import SignedIn
from core.doorbell import ring
from core.errors import refuse
from core.unit import unit
from core.wiring import hooks


def register(*, password: str, device: str, is_long_lived: bool, now: datetime, **profile: Any) -> SignedIn:
    user = User(password=make_password(password), joined_at=now, **profile)
    return _register(user, device, is_long_lived, now)


@unit
def _register(user: User, device: str, is_long_lived: bool, now: datetime) -> SignedIn:
    try:
        with unit():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise AddressTaken from error
    return sessions.open_session(user, device=device, is_long_lived=is_long_lived, now=now)


def log_in(*, address: str, password: str, device: str, is_long_lived: bool, now: datetime) -> SignedIn:
    user = selectors.user_with(address, password)
    if user is None:
        raise WrongCredentials
    refuse(AccountDeactivated, unless=user.is_active)
    return _log_in(user, device, is_long_lived, now)


@unit
def _log_in(user: User, device: str, is_long_lived: bool, now: datetime) -> SignedIn:
    refuse(WrongCredentials, unless=_still_holds(user))
    return sessions.open_session(user, device=device, is_long_lived=is_long_lived, now=now)


def log_in_with_firebase(*, id_token: str, device: str, is_long_lived: bool, now: datetime) -> SignedIn:
    return _log_in_with_firebase(firebase.read_id_token(id_token), device, is_long_lived, now)


@unit
def _log_in_with_firebase(person: firebase.FirebaseUser, device: str, is_long_lived: bool, now: datetime) -> SignedIn:
    user = linking.user_of(person, now=now)
    refuse(AccountDeactivated, unless=user.is_active)
    return sessions.open_session(user, device=device, is_long_lived=is_long_lived, now=now)


@unit
def log_out(session: Session) -> None:
    sessions.revoke(session.user_id, [session.pk])


def change_password(
    *, user: User, current_password: str, new_password: str, session: Session, now: datetime
) -> SignedIn:
    """Everybody who was signed in as her is out; she goes on with new tokens."""
    refuse(WrongPassword, unless=user.check_password(current_password))
    return _change_password(user, make_password(new_password), session, now)


@unit
def _change_password(user: User, hashed: str, session: Session, now: datetime) -> SignedIn:
    refuse(WrongPassword, unless=_still_holds(user))
    _replace_password(user, hashed)
    return sessions.open_session(user, device=session.device, is_long_lived=session.is_long_lived, now=now)


@unit
def send_code(*, purpose: Code.Purpose, address: str, now: datetime) -> None:
    """The same answer and the same work whether or not the address is somebody's; the worker finds out."""
    delivery.refuse_unreachable(address)
    code = codes.ask(purpose=purpose, address=address, now=now)
    ring(tasks.send_code, code.pk)


def verify_address(*, address: str, digits: str, now: datetime) -> None:
    """Not one unit: a wrong guess must be counted although it is refused. So with `reset_password`."""
    refuse(WrongCode, unless=_verify_address(address, digits, now))


@unit
def _verify_address(address: str, digits: str, now: datetime) -> bool:
    if not codes.spend(purpose=Code.Purpose.VERIFY, address=address, digits=digits, now=now):
        return False
    return bool(_mark_verified(address, now))


def reset_password(*, address: str, digits: str, new_password: str, now: datetime) -> None:
    refuse(WrongCode, unless=_reset_password(address, digits, make_password(new_password), now))


@unit
def _reset_password(address: str, digits: str, hashed: str, now: datetime) -> bool:
    if not codes.spend(purpose=Code.Purpose.RESET, address=address, digits=digits, now=now):
        return False
    user = selectors.user_at(address)
    if user is None or not user.is_active:
        return False
    _replace_password(user, hashed)
    # Who had signed in before the address was proven may have been somebody else; its owner is linked again.
    linking.unlink(user)
    _mark_verified(address, now)
    return True


@unit
def set_password(user: User, password: str | None) -> None:
    """An operator's choice, for somebody who cannot be sent a code; None lets nobody in by password."""
    _replace_password(user, make_password(password))


@unit
def edit_profile(user: User, **changes: str) -> User:
    User.objects.filter(pk=user.pk).update(**changes)
    user.refresh_from_db()
    return user


@unit
def deactivate_user(user: User) -> None:
    User.objects.filter(pk=user.pk, is_active=True).update(is_active=False)
    sessions.revoke(user.pk)


@unit
def reactivate_user(user: User) -> None:
    reactivated = User.objects.filter(pk=user.pk, anonymised_at=None).update(is_active=True)
    refuse(AccountDeleted, unless=reactivated)


def delete_account(user: User, *, password: str) -> None:
    refuse(WrongPassword, unless=user.check_password(password))
    _anonymise(user)


@unit
def _anonymise(user: User) -> None:
    """The row stays, since ledgers point at it; who it was does not."""
    refuse(WrongPassword, unless=_still_holds(user))
    now = timezone.now()
    Code.objects.filter(address__in=[address for address in (user.email, user.phone) if address]).delete()
    User.objects.filter(pk=user.pk).update(
        email=None,
        phone=None,
        email_verified_at=None,
        phone_verified_at=None,
        full_name="",
        password=make_password(None),
        is_active=False,
        is_staff=False,
        is_superuser=False,
        anonymised_at=now,
    )
    linking.unlink(user)
    user.groups.clear()
    user.user_permissions.clear()
    sessions.revoke(user.pk)
    user.sessions.update(device="")
    keys.revoke_keys_of(user, now=now)
    user.feeds.all().delete()
    for forget in hooks("ANONYMISED"):
        forget(user.pk)


def _still_holds(user: User) -> bool:
    """Locks her; false if the password just checked was changed, or she deactivated, meanwhile."""
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return locked.is_active and locked.password == user.password


def _replace_password(user: User, hashed: str) -> None:
    User.objects.filter(pk=user.pk).update(password=hashed)
    user.password = hashed
    sessions.revoke(user.pk)


def _mark_verified(address: str, now: datetime) -> int:
    if is_email(address):
        return User.objects.filter(email=address).update(email_verified_at=now)
    return User.objects.filter(phone=address).update(phone_verified_at=now)
