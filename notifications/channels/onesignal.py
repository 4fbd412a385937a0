"""OneSignal, the second provider of push: it knows people by their user id, and their phones by itself."""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid3

from django.conf import settings

from notifications.channels.http import HTTP_ERRORS, Answer, Client, brief, failure_of, retry_after
from notifications.channels.lifetime import lifetime
from notifications.channels.parcel import Outcome, Parcel, Scope, Verdict
from notifications.conf import limits

HIGH_PRIORITY = 10
# Of a request that named one person: what is listed here is she.
NOT_SUBSCRIBED = {"invalid_aliases", "invalid_external_user_ids", "invalid_player_ids"}
PLACEHOLDER = re.compile(r"\{(?=[{%])")


class OneSignal:
    def __init__(self, http_seconds: float = limits.http_seconds) -> None:
        self._client = Client(http_seconds)

    async def close(self) -> None:
        await self._client.close()

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.is_clear:
            return Outcome(Verdict.REJECTED, "UNSUPPORTED", error="OneSignal takes nothing off a screen.")
        return await self._create(_notice(parcel), parcel.address)

    async def broadcast(self, segment: str, title: str, body: str, data: Mapping[str, str]) -> Outcome:
        """To a segment as its dashboard knows them, such as "Subscribed Users"; so only what is public."""
        return await self._create({"included_segments": [segment], **_words(title, body, "en"), "data": dict(data)})

    async def check(self) -> Outcome:
        """Asks for what was sent last, which takes the same key as sending."""
        asked = {"app_id": settings.ONESIGNAL_APP_ID, "limit": "1"}
        try:
            http, headers, body = await self._ask("GET", "notifications", params=asked)
        except HTTP_ERRORS as error:
            return failure_of(error)
        is_known = http == 200 and b'"notifications"' in body
        return Outcome(Verdict.ACCEPTED, http=http) if is_known else outcome_of(http, headers, body, "")

    async def _create(self, notification: Mapping[str, Any], address: str = "") -> Outcome:
        message = {"app_id": settings.ONESIGNAL_APP_ID, "target_channel": "push", **notification}
        try:
            answer = await self._ask("POST", "notifications?c=push", json=message)
        except HTTP_ERRORS as error:
            return failure_of(error)
        return outcome_of(*answer, address)

    async def _ask(self, method: str, path: str, **sent: Any) -> Answer:
        url = f"{settings.ONESIGNAL_ENDPOINT}/{path}"
        headers = {"Authorization": f"Key {settings.ONESIGNAL_API_KEY}"}
        return await self._client.ask(method, url, headers=headers, **sent)


def _notice(parcel: Parcel) -> dict[str, Any]:
    nid = str(parcel.nid)
    notice: dict[str, Any] = {
        "include_aliases": {"external_id": [parcel.address]},
        **_words(parcel.title, parcel.body, parcel.locale),
        "data": {**parcel.data, "nid": nid, "kind": parcel.kind},
        "collapse_id": nid,
        # A repeat of a call whose answer was lost is not shown again. It takes UUIDs of version 3 and 4 only.
        "idempotency_key": str(uuid3(parcel.nid, "onesignal")),
        "ttl": int(lifetime(parcel).total_seconds()),
        "ios_badgeType": "SetTo",
        "ios_badgeCount": parcel.badge,
    }
    if parcel.is_urgent:
        notice |= {"priority": HIGH_PRIORITY, "ios_interruption_level": "time-sensitive"}
    return notice


def _words(title: str, body: str, locale: str) -> dict[str, dict[str, str]]:
    """English is required; a phone that speaks another language than its owner's account shows that one."""
    languages = dict.fromkeys(["en", re.split("[-_]", locale)[0]])
    words = {"contents": dict.fromkeys(languages, _plain(body or title))}
    return words | ({"headings": dict.fromkeys(languages, _plain(title))} if title and body else {})


def _plain(text: str) -> str:
    """OneSignal would fill in what looks like a placeholder: a word joiner, which nobody sees, keeps it apart."""
    return PLACEHOLDER.sub("{\u2060", text)


def outcome_of(http: int, headers: Mapping[str, str], body: bytes, address: str) -> Outcome:
    said = _parsed(body)
    code, words = f"HTTP_{http}", brief(_errors(said), address)
    if http == 429:
        return Outcome(Verdict.LIMITED, code, http, retry_after=retry_after(headers), error=words)
    if not said or http >= 500 or http in (408, 409):
        error = words or "Not an answer of OneSignal."
        return Outcome(Verdict.TRANSIENT, code, http, retry_after=retry_after(headers), error=error)
    is_made = http == 200 and bool(said.get("id"))
    if (http == 200 and not is_made) or _is_nobody(said):
        return Outcome(Verdict.DEAD, "NO_SUBSCRIBER", http, error=words)
    if is_made:
        return Outcome(Verdict.ACCEPTED, http=http, provider_id=str(said["id"]))
    if "app_id" in words:
        return Outcome(Verdict.MISCONFIGURED, "APP_ID", http, error=words, scope=Scope.CHANNEL)
    if http in (400, 413):
        return Outcome(Verdict.REJECTED, code, http, error=words)
    return Outcome(Verdict.MISCONFIGURED, code, http, error=words, scope=Scope.CHANNEL)


def _parsed(body: bytes) -> dict[str, Any]:
    """Empty if a balancer or a proxy spoke in OneSignal's place."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) and ("id" in said or "errors" in said) else {}


def _is_nobody(said: Mapping[str, Any]) -> bool:
    """The one addressee is unknown or unsubscribed; that may be said beside an id."""
    errors = said.get("errors")
    is_listed = isinstance(errors, dict) and not NOT_SUBSCRIBED.isdisjoint(errors)
    return is_listed or "not subscribed" in _errors(said)


def _errors(said: Mapping[str, Any]) -> str:
    """They come as texts, as objects, or as one object."""
    errors = said.get("errors") or []
    return "; ".join(map(str, errors)) if isinstance(errors, list) else str(errors)
