from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts.addresses import is_email, normalise
from accounts.errors import SessionEnded
from accounts.models import Session, User
from core.wiring import declared


def user_at(address: str) -> User | None:
    address = normalise(address)
    return User.objects.filter(**({"email": address} if is_email(address) else {"phone": address})).first()


def user_with(address: str, password: str) -> User | None:
    """Whose address and password these are, active or not."""
    user = user_at(address)
    if user is None:
        make_password(password)  # as slow as a real check: the clock must not tell who has an account
        return None
    return user if user.check_password(password) else None


def session_in_use(session_id: UUID) -> Session | None:
    """With its user; None once it was revoked or she deactivated."""
    return Session.objects.live().filter(pk=session_id, user__is_active=True).select_related("user").first()


def session_of(user: User, session_id: UUID) -> Session:
    session = user.sessions.live().filter(pk=session_id).first()
    if session is None:
        raise SessionEnded
    return session


def revoked_sessions(ids: Collection[UUID]) -> set[UUID]:
    """Those of `ids` that no longer count: revoked, forgotten, or of a deactivated user."""
    return set(ids) - set(Session.objects.live().filter(pk__in=ids, user__is_active=True).values_list("pk", flat=True))


def inactive_users(ids: Collection[UUID]) -> set[UUID]:
    """For connections that hang on a browser's cookie and so have no Session row."""
    return set(ids) - set(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", flat=True))


def active_staff(ids: Collection[UUID]) -> set[UUID]:
    return set(User.objects.filter(pk__in=ids, is_staff=True, is_active=True).values_list("pk", flat=True))


def personal_data(user: User) -> dict[str, Any]:
    """All we keep about her: by app, as each declares it under EXPORTS in its wiring."""
    return {name: export(user) for name, export in declared("EXPORTS").items()}
