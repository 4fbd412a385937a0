"""What the channels that speak HTTP share: one pool of connections for each, and how failures of the way are told."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import aiohttp

from notifications.channels.parcel import Outcome, Scope, Verdict
from notifications.conf import limits

LONGEST_ERROR = 200

# What the client raises when there is no answer; whatever else it raises is a defect of ours.
HTTP_ERRORS = (aiohttp.ClientError, OSError, TimeoutError)


class Answer(NamedTuple):
    http: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Connections to one provider, made on the loop that first uses them."""

    def __init__(self, seconds: float = limits.http_seconds) -> None:
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, method: str, url: str, **sent: Any) -> Answer:
        """Raises one of HTTP_ERRORS where there is no answer."""
        if self._session is None:
            self._session = _session(self._seconds)
        async with self._session.request(method, url, allow_redirects=False, **sent) as response:
            return Answer(response.status, response.headers, await response.read())

    async def close(self) -> None:
        if self._session:
            closing, self._session = self._session, None
            await closing.close()


def _session(seconds: float) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        # Idle connections are let go before a provider's balancer closes them (60 s at the shortest): a message
        # written to a connection that is just being closed may or may not have arrived.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),  # how many, the windows of the lanes say
        timeout=aiohttp.ClientTimeout(total=seconds, connect=min(limits.connect_seconds, seconds)),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds until the provider wants to hear from us again: it says so in seconds, or as a date."""
    value = headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now or datetime.now(UTC))
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _seconds_until(date: str, now: datetime) -> float:
    try:
        return (parsedate_to_datetime(date) - now).total_seconds()
    except (ValueError, TypeError):
        return math.nan


def failure_of(error: Exception) -> Outcome:
    """What an exception of the HTTP client amounts to."""
    match error:
        case aiohttp.InvalidURL():
            return Outcome(Verdict.MISCONFIGURED, "ENDPOINT", error="The endpoint is no URL.", scope=Scope.CHANNEL)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Outcome(Verdict.UNSENT, "CONNECT", error=_said(error))
        case TimeoutError():
            return Outcome(Verdict.TRANSIENT, "TIMEOUT", error="No answer in time.")
        case aiohttp.ClientError() | OSError():
            return Outcome(Verdict.TRANSIENT, "CONNECTION", error=_said(error))
        case _:
            raise error


def brief(text: str, address: str = "") -> str:
    """A provider's words, fit to be stored: short, and without the address should they repeat it."""
    if address:
        text = text.replace(address, "…")
    return text[:LONGEST_ERROR]


def _said(error: Exception) -> str:
    return brief(f"{type(error).__name__}: {error}")
