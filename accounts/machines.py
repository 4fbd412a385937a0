"""Which views take requests that a machine has signed, and what it may do there.

    authentication_classes = MACHINES_TOO
    permission_classes = [HasScope("shifts.schedule", people=IsAdminUser)]

A key is good nowhere else: not on other views, not on sockets, not for tokens.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts import keys, signing
from accounts.errors import ScopeMissing, SignatureRefused
from accounts.keys import Machine
from accounts.models import User
from accounts.throttles import count_failure, refuse_after_failures
from core.errors import refuse

__all__ = ["MACHINES_TOO", "HasScope", "Machine", "SignedAuthentication"]


class HasScope(BasePermission):
    """Lets in machines that have the scope, and those `people` whom another permission lets in.

    Not to be combined with `|`: `request.user` is the owner of the key, and what she may do her machines may not.
    """

    def __init__(self, scope: str, *, people: Callable[[], BasePermission] | None = None) -> None:
        self.scope = scope
        self.people = people

    def __call__(self) -> "HasScope":
        """DRF makes a permission anew for each request; this one keeps nothing of any."""
        return self

    def has_permission(self, request: Request, view: APIView) -> bool:
        if isinstance(request.auth, Machine):
            refuse(ScopeMissing, unless=self.scope in request.auth.scopes, scope=self.scope)
            return True
        return self.people is not None and self.people().has_permission(request, view)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        if isinstance(request.auth, Machine):
            return True
        return self.people is not None and self.people().has_object_permission(request, view, obj)


class SignedAuthentication(BaseAuthentication):
    """`Authorization: HMAC-SHA256 key=…,timestamp=…,signature=…`; `request.auth` is the Machine."""

    def authenticate(self, request: Request) -> tuple[User, Machine] | None:
        claim = signing.read(get_authorization_header(request).decode("latin-1"))
        if claim is None:
            return None
        _refuse_unscoped(request.parser_context["view"])
        refuse_after_failures(request, claim.key_id)
        try:
            return keys.admit(claim, _message(request._request), now=timezone.now())
        except SignatureRefused:
            count_failure(request, claim.key_id)
            raise

    def authenticate_header(self, request: Request) -> str:
        return signing.SCHEME


MACHINES_TOO = [SignedAuthentication, *api_settings.DEFAULT_AUTHENTICATION_CLASSES]


class SignedScheme(OpenApiAuthenticationExtension):
    target_class = SignedAuthentication
    name = "signature"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "HMAC-SHA256 key=<id>,timestamp=<unix seconds>,signature=<hex>; see docs/clients/machines.md."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": description}


def _refuse_unscoped(view: APIView) -> None:
    """Fails whatever the request says, so that nobody publishes such a view."""
    if not any(isinstance(permission, HasScope) for permission in view.get_permissions()):
        raise ImproperlyConfigured(f"{type(view).__name__} takes signed requests and asks for no scope.")


def _message(request: HttpRequest) -> signing.Message:
    return signing.Message(request.method or "", _target(request), request.body)


def _target(request: HttpRequest) -> bytes:
    scope = getattr(request, "scope", {})
    if "raw_path" not in scope:  # not by a server, but by Django's test client
        return request.get_full_path().encode()
    path, query = scope["raw_path"], scope["query_string"]
    return b"?".join([path, query] if query else [path])
