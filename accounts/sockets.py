"""What an ASGI scope says about its caller. Everything but `identity_of` is plain parsing, safe on the event loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import parse_cookie

from accounts.identity import Identity, identify, identify_browser, redeem

BEARER = "bearer."

Scope = Mapping[str, Any]


class Way(Enum):
    TOKEN = "token"
    TICKET = "ticket"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Credentials:
    way: Way
    secret: str = field(repr=False)


def credentials(scope: Scope) -> Credentials | None:
    """The first of: Authorization header, subprotocol `bearer.<token>`, `?ticket=`, `?token=`, a browser's cookie."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    offers = [
        (Way.TOKEN, _bearer(_header(scope, b"authorization"))),
        (Way.TOKEN, _in_subprotocols(scope)),
        (Way.TICKET, query.get("ticket", [""])[0]),
        (Way.TOKEN, query.get("token", [""])[0]),
        (Way.COOKIE, _cookie(scope)),
    ]
    return next((Credentials(way, secret) for way, secret in offers if secret), None)


def identity_of(credentials: Credentials, *, allow_long_lived: bool = False) -> Identity:
    match credentials.way:
        case Way.TOKEN:
            return identify(credentials.secret, allow_long_lived=allow_long_lived)
        case Way.TICKET:
            return redeem(credentials.secret)
        case Way.COOKIE:
            return identify_browser(credentials.secret)


def is_allowed_origin(scope: Scope) -> bool:
    """A page of ours or of ALLOWED_ORIGINS. Native apps send no Origin, and without one no cookie is believed."""
    origin = _header(scope, b"origin")
    return not origin or origin in settings.ALLOWED_ORIGINS or origin.lower() == own_origin(scope)


def client_address(scope: Scope) -> str:
    """As the outermost of TRUSTED_PROXIES saw it: what X-Forwarded-For says left of that, anyone may have written."""
    client: tuple[str, int] | None = scope.get("client")
    address = client[0] if client else ""
    hops = [hop.strip() for hop in _header(scope, b"x-forwarded-for").split(",") if hop.strip()]
    proxies = min(settings.TRUSTED_PROXIES, len(hops))
    return hops[-proxies] if proxies else address


def own_origin(scope: Scope) -> str:
    """How the caller calls us."""
    is_secure = scope.get("scheme") in {"https", "wss"}
    host = _header(scope, b"host")
    if settings.TRUSTED_PROXIES:
        is_secure = is_secure or _header(scope, b"x-forwarded-proto") == "https"
        host = _header(scope, b"x-forwarded-host") or host
    return f"{'https' if is_secure else 'http'}://{host.lower()}"


def _cookie(scope: Scope) -> str:
    # A browser adds its cookie to whatever any page opens: it counts only where the browser says which page that is.
    if not _header(scope, b"origin") and _header(scope, b"sec-fetch-site") != "same-origin":
        return ""
    return parse_cookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _in_subprotocols(scope: Scope) -> str:
    offered: list[str] = scope.get("subprotocols") or []
    return next((name.removeprefix(BEARER) for name in offered if name.startswith(BEARER)), "")


def _header(scope: Scope, name: bytes) -> str:
    """Its value, or all of them joined as HTTP joins them, or an empty text."""
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name)
