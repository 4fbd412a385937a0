"""The only module that knows Firebase: its ID tokens, checked as Google asks of those who do so without its SDK."""

import time
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.addresses import is_email, normalise, validate_address
from accounts.errors import FirebaseNotConfigured, FirebaseUnreachable, IdTokenExpired, WrongIdToken
from core.errors import refuse

ISSUER = "https://securetoken.google.com/"
REQUIRED = ["aud", "auth_time", "exp", "iat", "iss", "sub"]
LONGEST_UID = 128
LONGEST_NAME = 150
LEEWAY = 10  # seconds that Google's clock and ours may differ
KEYS_SECONDS = 3600
FETCH_SECONDS = 3


@dataclass(frozen=True, slots=True)
class FirebaseUser:
    """Who signed in. A phone number is always proven to Firebase; an email address only where it says so."""

    uid: str
    email: str | None = None
    is_email_verified: bool = False
    phone: str | None = None
    full_name: str = ""


def read_id_token(token: str) -> FirebaseUser:
    """May wait for Google's keys: never inside a unit."""
    refuse(FirebaseNotConfigured, unless=settings.FIREBASE_PROJECT)
    try:
        claims = _verified(token)
    except jwt.ExpiredSignatureError:
        raise IdTokenExpired from None
    except jwt.PyJWTError:
        raise WrongIdToken from None
    return FirebaseUser(
        uid=claims["sub"],
        email=_email(claims.get("email")),
        is_email_verified=claims.get("email_verified") is True,
        phone=_phone(claims.get("phone_number")),
        full_name=_name(claims.get("name")),
    )


class Keys(jwt.PyJWKClient):
    """Google's keys, by name. While they cannot be fetched, one request in a few seconds waits for them, not each."""

    rest_seconds = 5.0
    _resting_until = 0.0

    def fetch_data(self) -> Any:
        if time.monotonic() < self._resting_until:
            raise FirebaseUnreachable
        try:
            return super().fetch_data()
        except (jwt.PyJWTError, OSError, ValueError) as error:
            self._resting_until = time.monotonic() + self.rest_seconds
            raise FirebaseUnreachable from error


@lru_cache(maxsize=1)
def keys_at(url: str) -> Keys:
    return Keys(url, lifespan=KEYS_SECONDS, timeout=FETCH_SECONDS)


def _verified(token: str) -> dict[str, Any]:
    claims = jwt.decode(
        token,
        keys_at(settings.FIREBASE_KEYS_URL).get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        audience=settings.FIREBASE_PROJECT,
        issuer=f"{ISSUER}{settings.FIREBASE_PROJECT}",
        leeway=LEEWAY,
        options={"require": REQUIRED, "strict_aud": True},
    )
    has_signed_in = isinstance(claims["auth_time"], int) and claims["auth_time"] <= time.time() + LEEWAY
    # A tenant of Identity Platform has users of its own, whose uids may be those of others.
    is_of_tenant = "tenant" in (claims.get("firebase") or {})
    if not has_signed_in or is_of_tenant or not 0 < len(claims["sub"]) <= LONGEST_UID:
        raise jwt.InvalidTokenError
    return claims


def _email(claimed: Any) -> str | None:
    return _address(claimed) if isinstance(claimed, str) and is_email(claimed) else None


def _phone(claimed: Any) -> str | None:
    return _address(claimed) if isinstance(claimed, str) and not is_email(claimed) else None


def _address(claimed: str) -> str | None:
    """In our spelling; None for one of those that Firebase lets through and we do not."""
    address = normalise(claimed)
    try:
        validate_address(address)
    except ValidationError:
        return None
    return address


def _name(claimed: Any) -> str:
    """Anyone may call herself anything there, also what no database keeps: control characters, half characters."""
    text = claimed if isinstance(claimed, str) else ""
    return "".join(mark for mark in text if unicodedata.category(mark) not in {"Cc", "Cs"}).strip()[:LONGEST_NAME]
