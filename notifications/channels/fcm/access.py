"""Google's access token for our service account: one for everybody, fetched once however many ask for it."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from firebase_admin import credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

from notifications.channels.fcm.answers import NotSent
from notifications.channels.http import brief
from notifications.channels.parcel import Outcome, Scope, Verdict
from notifications.conf import limits

EARLY = 300  # seconds before its end a token is replaced, while it still serves


@dataclass(frozen=True, slots=True)
class Access:
    token: str = field(repr=False)
    project: str
    renew_at: float  # of the monotonic clock
    good_until: float


class ServiceAccount:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._access: Access | None = None
        self._fetching: asyncio.Future[Access] | None = None

    async def access(self, refused: Access | None = None) -> Access:
        """A token that holds, and not the one FCM has just refused."""
        access = None if self._access is refused else self._access
        now = time.monotonic()
        if access and now < access.renew_at:
            return access
        fetching = self._fetch_once()
        if access and now < access.good_until:
            return access
        try:
            # Whoever gives up leaves the others waiting: it is one call for all.
            return await asyncio.wait_for(asyncio.shield(fetching), self._seconds)
        except TimeoutError:
            raise NotSent(_unreachable("No access token in time.")) from None

    def _fetch_once(self) -> asyncio.Future[Access]:
        if self._fetching is None:
            self._fetching = asyncio.get_running_loop().run_in_executor(None, _fetch)
            self._fetching.add_done_callback(self._fetched)
        return self._fetching

    def _fetched(self, fetching: asyncio.Future[Access]) -> None:
        self._fetching = None
        if not fetching.cancelled() and not fetching.exception():
            self._access = fetching.result()


def _fetch() -> Access:
    """Blocks. The account is read anew each time, so that a replaced key needs no restart."""
    certificate = _certificate()
    account = certificate.get_credential()
    try:
        account.refresh(partial(Request(), timeout=limits.http_seconds))
    except GoogleAuthError as error:
        raise NotSent(_refusal(error)) from error
    except (ValueError, TypeError) as error:  # an answer that is no token endpoint's
        raise NotSent(_unreachable("The token endpoint said something else.")) from error
    now, left = time.monotonic(), _seconds_left(account.expiry)
    return Access(
        account.token,
        settings.FIREBASE_PROJECT or certificate.project_id,
        renew_at=now + max(left - EARLY, left / 2),
        good_until=now + left,
    )


def _certificate() -> credentials.Certificate:
    given = settings.FIREBASE_CREDENTIALS.strip()
    try:
        return credentials.Certificate(json.loads(given) if given.startswith("{") else given)
    except OSError as error:
        # Not the whole error: it holds the "path", which may be a key somebody pasted.
        raise NotSent(_misconfigured("CREDENTIALS", f"Cannot read the service account: {error.strerror}")) from None
    except ValueError as error:
        raise NotSent(_misconfigured("CREDENTIALS", str(error))) from None


def _seconds_left(expiry: datetime | None) -> float:
    return (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds() if expiry else 0


def _refusal(error: GoogleAuthError) -> Outcome:
    """An error of OAuth's own (RFC 6749, 5.2) is about us; everything else is about the way there."""
    said = error.args[-1] if error.args else None
    if isinstance(said, Mapping) and "error" in said and not error.retryable:
        return _misconfigured(str(said["error"]), str(error.args[0]))
    return _unreachable(str(error))


def _misconfigured(code: str, error: str) -> Outcome:
    return Outcome(Verdict.MISCONFIGURED, code, error=brief(error), scope=Scope.CHANNEL)


def _unreachable(error: str) -> Outcome:
    return Outcome(Verdict.UNSENT, "OAUTH", error=brief(error), scope=Scope.CHANNEL)
