"""The only module that knows JWT. Tokens say who and until when; whether that still holds is for the Session row."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.errors import SessionEnded, TokenExpired
from accounts.models import Session
from core.errors import Unauthenticated

ACCESS_LIFE: timedelta = api_settings.ACCESS_TOKEN_LIFETIME
SESSION_LIFE: timedelta = api_settings.REFRESH_TOKEN_LIFETIME


@dataclass(frozen=True, slots=True)
class Claims:
    session_id: UUID
    generation: int
    expires_at: datetime
    is_long_lived: bool


def access_token(session: Session, now: datetime) -> str:
    life = SESSION_LIFE if session.is_long_lived else ACCESS_LIFE
    return _signed(AccessToken(), session, now, expires_at=now + life)


def refresh_token(session: Session, now: datetime) -> str | None:
    return None if session.is_long_lived else _signed(RefreshToken(), session, now, expires_at=session.expires_at)


def read_access(token: str) -> Claims:
    try:
        return _claims(AccessToken(token))  # type: ignore[arg-type]  # simplejwt's own hint is wrong
    except ExpiredTokenError:
        raise TokenExpired from None
    except (TokenError, KeyError):
        raise Unauthenticated from None


def read_refresh(token: str) -> Claims:
    try:
        return _claims(RefreshToken(token))  # type: ignore[arg-type]
    except (TokenError, KeyError):
        raise SessionEnded from None


def _signed(token: Token, session: Session, now: datetime, expires_at: datetime) -> str:
    token.set_iat(at_time=now)
    token.set_exp(from_time=expires_at, lifetime=timedelta(0))
    token["sub"] = str(session.user_id)
    token["sid"] = str(session.pk)
    token["gen"] = session.generation
    if session.is_long_lived:
        token["long"] = True
    return str(token)


def _claims(token: Token) -> Claims:
    payload: dict[str, Any] = token.payload
    return Claims(
        session_id=UUID(payload["sid"]),
        generation=payload["gen"],
        expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        is_long_lived=payload.get("long", False),
    )
