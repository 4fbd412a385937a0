"""The life of a session: opened by a password, kept by refreshing, lent to a socket as a ticket, ended by `revoke`."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts import selectors, tokens
from accounts.errors import SessionEnded
from accounts.models import Session, Ticket, User
from core.unit import unit
from core.wiring import hooks

NOTED_EVERY = timedelta(minutes=5)
TICKET_LIFE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SignedIn:
    user: User
    access_token: str
    refresh_token: str | None


@unit
def open_session(user: User, *, device: str, is_long_lived: bool, now: datetime) -> SignedIn:
    return _signed_in(_session(user, device, is_long_lived, now), now)


@unit
def open_for_browser(user: User, *, device: str, now: datetime) -> Session:
    """It gets no tokens: its cookie is its proof."""
    return _session(user, device, False, now)


def refresh(token: str, *, now: datetime) -> SignedIn:
    """Not one unit: a reused token ends its session, and that must stay although the caller is refused."""
    session = _rotate(tokens.read_refresh(token), now)
    if session is None:
        raise SessionEnded
    return _signed_in(session, now)


@unit
def _rotate(claims: tokens.Claims, now: datetime) -> Session | None:
    # Of two that show the newest generation at once, one turns it; the other finds itself the one before.
    Session.objects.live().filter(pk=claims.session_id, generation=claims.generation).update(
        generation=F("generation") + 1,
        is_generation_seen=False,
        rotated_at=now,
        last_used_at=now,
        expires_at=now + tokens.SESSION_LIFE,
    )
    session = selectors.session_in_use(claims.session_id)
    if session is None or session.honours(claims.generation, now):
        return session
    revoke(session.user_id, [session.pk])
    return None


def is_use_worth_noting(session: Session, claims: tokens.Claims, now: datetime) -> bool:
    return claims.generation == session.generation and (
        not session.is_generation_seen or now - session.last_used_at > NOTED_EVERY
    )


@unit
def note_use(session: Session, *, now: datetime) -> None:
    Session.objects.live().filter(pk=session.pk, generation=session.generation).update(
        is_generation_seen=True, last_used_at=now
    )


@unit
def revoke(user_id: UUID, session_ids: Collection[UUID] | None = None) -> list[UUID]:
    """End these sessions, or all she has, and tell the REVOKED of the apps' wiring, who keep things open for them."""
    live = Session.objects.live().filter(user_id=user_id)
    if session_ids is not None:
        live = live.filter(pk__in=session_ids)
    ended = list(live.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    Session.objects.live().filter(pk__in=ended).update(revoked_at=timezone.now())
    for tell in hooks("REVOKED"):
        tell(user_id, ended)
    return ended


@unit
def issue_ticket(*, session_id: UUID, identity_expires_at: datetime, now: datetime) -> str:
    ticket = secrets.token_urlsafe(32)
    Ticket.objects.create(
        digest=_digest(ticket),
        session_id=session_id,
        identity_expires_at=identity_expires_at,
        expires_at=now + TICKET_LIFE,
    )
    return ticket


@unit
def spend_ticket(ticket: str, *, now: datetime) -> Ticket | None:
    """The ticket, for the one caller who manages to delete it."""
    held = Ticket.objects.filter(digest=_digest(ticket), expires_at__gt=now)
    found = held.first()
    deleted, _ = held.delete()
    return found if deleted else None


def _session(user: User, device: str, is_long_lived: bool, now: datetime) -> Session:
    return Session.objects.create(
        user=user,
        device=device,
        is_long_lived=is_long_lived,
        created_at=now,
        last_used_at=now,
        expires_at=now + tokens.SESSION_LIFE,
    )


def _signed_in(session: Session, now: datetime) -> SignedIn:
    return SignedIn(session.user, tokens.access_token(session, now), tokens.refresh_token(session, now))


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
