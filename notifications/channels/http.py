"""What the channels that speak HTTP share: one pool of connections for each, and how failures of the way are told."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from notifications.channels.parcel import Outcome, Verdict
from notifications.conf import limits


def session() -> aiohttp.ClientSession:
    """To be made on the loop that uses it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=limits.slots, keepalive_timeout=60),
        timeout=aiohttp.ClientTimeout(total=limits.http_seconds, connect=limits.connect_seconds),
    )


def retry_after(headers: "aiohttp.typedefs.LooseHeaders", now: datetime | None = None) -> float | None:
    """Seconds until the provider wants to hear from us again: it says so in seconds, or as a date."""
    value = dict(headers).get("Retry-After", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def failure_of(error: Exception) -> Outcome:
    """What an exception of the HTTP client amounts to."""
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Outcome(Verdict.UNSENT, "CONNECT", error=_said(error))
        case TimeoutError():
            return Outcome(Verdict.TRANSIENT, "TIMEOUT", error="No answer in time.")
        case aiohttp.ClientError() | OSError():
            return Outcome(Verdict.TRANSIENT, "CONNECTION", error=_said(error))
        case _:
            raise error


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
