"""Who may ask how often. Rates are in settings; counts are in the cache, where all processes see them."""

import hashlib
import math
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts.addresses import normalise
from accounts.keys import Machine
from core.errors import TooManyRequests


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
        if isinstance(request.auth, Machine):
            return None
        return str(request.user.pk) if request.user.is_authenticated else self.get_ident(request)


class PerMachine(Counted):
    """By key: the machines of one owner do not wait for each other, nor for her."""

    scope = "machine"

    def subject(self, request: Request) -> str | None:
        return request.auth.key_id if isinstance(request.auth, Machine) else None


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


class OperatorLoginPerAccount(Counted):
    scope = "login"

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def subject(self, request: Request) -> str | None:
        return normalise(self._address)


class LoginPerAddress(Counted):
    scope = "login_address"


class RegisterPerAddress(Counted):
    scope = "register"


class CodePerAccount(PerAccount):
    scope = "code"


class CodePerAddress(Counted):
    scope = "code_address"


class Failures(Counted):
    """What was refused is counted, and looked at before the next is tried."""

    def allow_request(self, request: Request, view: Any) -> bool:
        return self.cache.get(self._key(request), 0) < self.num_requests

    def count(self, request: Request) -> None:
        self._count(self._key(request))

    def _key(self, request: Request) -> str:
        window, self._passed = divmod(self.timer(), self.duration)
        return f"{self.get_cache_key(request, None)}:{window:.0f}"


class SignaturesPerKey(Failures):
    """A machine that has lost its key or its clock, and does not stop, keeps none of its neighbours out."""

    scope = "signature"

    def __init__(self, key_id: str) -> None:
        super().__init__()
        self.key_id = key_id

    def subject(self, request: Request) -> str | None:
        return f"{self.get_ident(request)} {self.key_id}"


class SignaturesPerAddress(Failures):
    scope = "signature_address"


def refuse_after_failures(request: Request, key_id: str) -> None:
    for throttle in (SignaturesPerKey(key_id), SignaturesPerAddress()):
        if not throttle.allow_request(request, None):
            raise TooManyRequests(retry_after_ms=math.ceil(throttle.wait() * 1000))


def count_failure(request: Request, key_id: str) -> None:
    for throttle in (SignaturesPerKey(key_id), SignaturesPerAddress()):
        throttle.count(request)
