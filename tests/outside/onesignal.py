"""OneSignal's Create Notification API, for push. How a user answers is scripted by external id."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import Any, ClassVar

from aiohttp import web

from tests.outside.journal import Arrival, Journal
from tests.outside.provider import Provider, answer_json, retry_after, retry_after_date
from tests.outside.script import Step

LONGEST_TTL = 2_419_200
LONGEST_COLLAPSE_ID = 64
KEY_VERSIONS = (3, 4)
TARGETS = ("include_aliases", "included_segments", "include_subscription_ids", "filters")
DENIED = (
    "Access denied.  Please include an 'Authorization: ...' header with a valid API key "
    "(https://documentation.onesignal.com/docs/accounts-and-keys)."
)


def errors(status: int, *texts: str, headers: dict[str, str] | None = None) -> web.Response:
    return answer_json({"errors": list(texts)}, status, headers)


def too_many(headers: dict[str, str]) -> web.Response:
    return errors(429, "API rate limit exceeded.", headers=headers)


class OneSignal(Provider):
    channel = "onesignal"
    refusals: ClassVar[Mapping[str, Callable[[Step], web.Response]]] = {
        "unsubscribed": lambda _: answer_json({"id": "", "errors": ["All included players are not subscribed"]}),
        "badrequest": lambda _: errors(400, "Notification contents must not be null for any languages"),
        "unauthorized": lambda _: errors(401, DENIED),
        "forbidden": lambda _: errors(403, DENIED),
        "quota": lambda step: too_many(retry_after(step)),
        "quotadate": lambda step: too_many(retry_after_date(step)),
        "quotabare": lambda _: too_many({}),
        "internal": lambda _: errors(500, "Internal Server Error"),
        "unavailable": lambda step: errors(503, "Service temporarily unavailable", headers=retry_after(step)),
        "badgateway": lambda _: web.Response(text="<h1>502 Bad Gateway</h1>", status=502, content_type="text/html"),
    }

    def __init__(self, journal: Journal, app_id: str, api_key: str) -> None:
        self._app_id = app_id
        self._authorization = f"Key {api_key}".encode()
        super().__init__(journal)

    def reset(self) -> None:
        super().reset()
        self._answered: dict[str, Any] = {}  # idempotency key -> what was answered

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/notifications", self.create), web.get("/notifications", self.view)]

    async def view(self, request: web.Request) -> web.StreamResponse:
        if not self._is_ours(request):
            return errors(403, DENIED)
        return answer_json({"total_count": 0, "offset": 0, "limit": 1, "notifications": []})

    async def create(self, request: web.Request) -> web.StreamResponse:
        at = time.time()
        raw = await request.read()
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return errors(400, "app_id not found. You may be missing a Content-Type: application/json header.")
        arrival = self.journal.arrived(self._arrival(at, raw, body))
        return await self.answer(
            request, arrival, check=lambda: self._check(request, body), accept=lambda: self._accepted(arrival, body)
        )

    def refusal(self, step: Step, arrival: Arrival) -> web.Response | None:
        if step.name != "unknown":
            return super().refusal(step, arrival)
        aliases = {"invalid_aliases": {"external_id": arrival.address.split(",")}}
        return answer_json({"id": str(uuid.uuid4()), "external_id": None, "errors": aliases})

    def _check(self, request: web.Request, body: dict[str, Any]) -> web.Response | None:
        if not self._is_ours(request):
            return errors(403, DENIED)
        defects = self._defects(body)
        return errors(400, *defects) if defects else None

    def _is_ours(self, request: web.Request) -> bool:
        return compare_digest(request.headers.get("Authorization", "").encode(), self._authorization)

    def _defects(self, body: dict[str, Any]) -> list[str]:
        found = []
        if body.get("app_id") != self._app_id:
            found.append("app_id not found. You may be missing a Content-Type: application/json header.")
        targets = [target for target in TARGETS if body.get(target)]
        if len(targets) != 1:
            found.append("You must include which players, segments, or tags you wish to send this notification to.")
        if "include_aliases" in targets and body.get("target_channel") != "push":
            found.append("target_channel must be one of push, email or sms when include_aliases is used")
        for name in ("contents", "headings"):
            if name in body and not (isinstance(body[name], dict) and body[name].get("en")):
                found.append(f"{name} must have an English language string.")
        if not body.get("contents") and not body.get("content_available"):
            found.append("Notification contents must not be null for any languages")
        if len(str(body.get("collapse_id", ""))) > LONGEST_COLLAPSE_ID:
            found.append("collapse_id is too long (maximum is 64 characters)")
        if body.get("ttl", 0) not in range(LONGEST_TTL + 1):
            found.append("ttl must be between 0 and 2419200")
        if (key := body.get("idempotency_key")) and not is_idempotency_key(key):
            found.append("idempotency_key must be a v3 or v4 UUID")
        return found

    def _accepted(self, arrival: Arrival, body: dict[str, Any]) -> web.Response:
        key = body.get("idempotency_key", "")
        if key in self._answered:
            return answer_json(self._answered[key])
        notification_id = str(uuid.uuid4())
        made = {"id": notification_id, "external_id": key or None}
        if key:
            self._answered[key] = made
        self.journal.accepted(arrival, notification_id, addressees(body))
        return answer_json(made)

    def _arrival(self, at: float, raw: bytes, body: dict[str, Any]) -> Arrival:
        data = body.get("data") or {}
        is_clear = data.get("type") == "clear" or "clear" in data
        return Arrival(
            at=at,
            channel="onesignal",
            address=",".join(addressees(body)),
            raw=raw,
            nid=str(data.get("nid") or body.get("collapse_id") or body.get("idempotency_key") or ""),
            kind=str(data.get("kind", "")),
            title=english(body, "headings"),
            body=english(body, "contents"),
            is_clear=is_clear,
            is_visible=bool(body.get("contents")) and not is_clear,
        )


def addressees(body: dict[str, Any]) -> tuple[str, ...]:
    aliases = body.get("include_aliases") or {}
    segments = (f"segment:{name}" for name in body.get("included_segments") or ())
    return (*map(str, aliases.get("external_id") or ()), *segments)


def english(body: dict[str, Any], name: str) -> str:
    texts = body.get(name)
    return str(texts.get("en", "")) if isinstance(texts, dict) else ""


def is_idempotency_key(key: Any) -> bool:
    """Not every UUID is: its documentation names versions 3 and 4."""
    try:
        return uuid.UUID(str(key)).version in KEY_VERSIONS
    except ValueError:
        return False
