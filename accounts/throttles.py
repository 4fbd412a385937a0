"""Who may ask how often. Rates are in settings; counts are in the cache, where all processes see them."""

import hashlib
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts.addresses import normalise


class Counted(SimpleRateThrottle):
    """Fixed windows and an atomic count: DRF's own read-then-write would not see guesses made at the same time."""

    def allow_request(self, request: Request, view: Any) -> bool:
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        window, self._passed = divmod(self.timer(), self.duration)
        return self._count(f"{key}:{window:.0f}") <= self.num_requests

    def wait(self) -> float:
        return self.duration - self._passed

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        subject = self.subject(request)
        if subject is None:
            return None
        # Hashed, since an address typed by anyone may hold what a cache key may not.
        digest = hashlib.sha256(subject.encode(errors="replace")).hexdigest()
        return f"throttle:{self.scope}:{digest}"

    def subject(self, request: Request) -> str | None:
        """Who is counted; None for nobody."""
        return self.get_ident(request)

    def _count(self, key: str) -> int:
        self.cache.add(key, 0, self.duration)
        try:
            return self.cache.incr(key)
        except ValueError:  # evicted since the line before
            return 1


class PerUser(Counted):
    scope = "user"

    def subject(self, request: Request) -> str | None:
        return str(request.user.pk) if request.user.is_authenticated else self.get_ident(request)


class PasswordPerUser(PerUser):
    """Where a password is asked of somebody who is signed in already: a stolen token must not help to guess it."""

    scope = "login"


class PerAccount(Counted):
    """Counts what is tried on one account, from wherever."""

    def subject(self, request: Request) -> str | None:
        body = request.data
        address = body.get("email_or_phone") if isinstance(body, dict) else None
        return normalise(address) if isinstance(address, str) else None


class LoginPerAccount(PerAccount):
    scope = "login"


class LoginPerAddress(Counted):
    scope = "login_address"


class RegisterPerAddress(Counted):
    scope = "register"


class CodePerAccount(PerAccount):
    scope = "code"


class CodePerAddress(Counted):
    scope = "code_address"
