"""Who is there, for an access token, a ticket or a browser's cookie. The async side calls it in a thread."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user
from django.contrib.sessions.models import Session as BrowserSession
from django.http import HttpRequest
from django.utils import timezone

from accounts import browsers, selectors, sessions, tokens
from accounts.errors import LongLivedRefused, SessionEnded
from accounts.models import Session, User
from core.errors import Unauthenticated, refuse


@dataclass(frozen=True, slots=True)
class Identity:
    user_id: UUID
    session_id: UUID | None
    expires_at: datetime
    is_staff: bool
    is_long_lived: bool


def identify(token: str, *, allow_long_lived: bool = False) -> Identity:
    return user_and_identity(token, allow_long_lived=allow_long_lived)[1]


def user_and_identity(token: str, *, allow_long_lived: bool = False) -> tuple[User, Identity]:
    now = timezone.now()
    claims = tokens.read_access(token)
    refuse(LongLivedRefused, unless=allow_long_lived or not claims.is_long_lived)
    session = selectors.session_in_use(claims.session_id)
    if session is None:
        raise SessionEnded
    if sessions.is_use_worth_noting(session, claims, now):
        sessions.note_use(session, now=now)
    return session.user, _identity(session, claims.expires_at)


def redeem(ticket: str) -> Identity:
    """Once: of two that show the same ticket, one is let in."""
    spent = sessions.spend_ticket(ticket, now=timezone.now())
    session = spent and selectors.session_in_use(spent.session_id)
    if not spent or session is None:
        raise Unauthenticated
    return _identity(session, spent.identity_expires_at)


def identify_browser(session_key: str) -> Identity:
    kept = BrowserSession.objects.filter(pk=session_key, expire_date__gt=timezone.now()).first()
    if kept is None:
        raise Unauthenticated
    session_id = browsers.session_of(kept.get_decoded())
    refuse(SessionEnded, unless=session_id is None or selectors.session_in_use(session_id))
    request = HttpRequest()
    request.session = BrowserSession.get_session_store_class()(session_key)
    user = get_user(request)
    if not isinstance(user, User):
        raise Unauthenticated
    return Identity(user.pk, session_id, kept.expire_date, user.is_staff, is_long_lived=False)


def _identity(session: Session, expires_at: datetime) -> Identity:
    return Identity(session.user_id, session.pk, expires_at, session.user.is_staff, session.is_long_lived)
