from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts import browsers, selectors
from accounts.errors import SessionEnded
from accounts.identity import Identity, user_and_identity
from accounts.models import User
from core.errors import refuse


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`; `request.auth` is the caller's Identity."""

    allow_long_lived = False

    def authenticate(self, request: Request) -> tuple[User, Identity] | None:
        token = self.token(request)
        return user_and_identity(token, allow_long_lived=self.allow_long_lived) if token else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def token(self, request: Request) -> str | None:
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


class DialectAuthentication(TokenAuthentication):
    """For the seeds' own apps, which cannot renew a token: Bearer or `?token=`, long-lived or not."""

    allow_long_lived = True

    def token(self, request: Request) -> str | None:
        return super().token(request) or request.query_params.get("token")


class BrowserAuthentication(SessionAuthentication):
    """By cookie, unless the session it names was ended."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        session_id = browsers.session_of(request._request.session) if found else None
        refuse(SessionEnded, unless=session_id is None or selectors.session_in_use(session_id))
        return found


class BrowserScheme(SessionScheme):
    target_class = BrowserAuthentication


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class DialectScheme(OpenApiAuthenticationExtension):
    target_class = DialectAuthentication
    name = "longLivedToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "Also accepted as ?token= in the query."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": description}
