"""Firebase Cloud Messaging, HTTP v1."""

import json
import time
from itertools import count
from typing import Any

from aiohttp import web

from tests.outside import fcm_errors, fcm_rules
from tests.outside.journal import Arrival, Journal
from tests.outside.oauth import MODES, TokenEndpoint
from tests.outside.provider import Provider, answer_json
from tests.outside.script import Step


class Fcm(Provider):
    """An address that begins with the name of a refusal answers with it: "unregistered:abc", "quota:7:abc"."""

    channel = "fcm"
    reads_addresses = True
    refusals = fcm_errors.REFUSALS

    def __init__(self, journal: Journal, tokens: TokenEndpoint, project: str) -> None:
        self._tokens = tokens
        self._project = project
        self._ids = count(1)
        super().__init__(journal)

    def routes(self) -> list[web.RouteDef]:
        return [*self._tokens.routes(), web.post("/v1/projects/{project}/messages:send", self.send)]

    def reset(self) -> None:
        super().reset()
        self._tokens.reset()

    @property
    def token_requests(self) -> int:
        return self._tokens.asked

    def set(self, **settings: Any) -> None:
        for name, value in settings.items():
            match name, value:
                case "token", str() if value in MODES:
                    self._tokens.mode = value
                case "token_latency_ms", int() | float():
                    self._tokens.latency_ms = value
                case "token_lifetime", int():
                    self._tokens.lifetime = value
                case "revoke", True:
                    self._tokens.revoke()
                case _:
                    super().set(**{name: value})

    async def send(self, request: web.Request) -> web.StreamResponse:
        at = time.time()
        raw = await request.read()
        try:
            body = json.loads(raw)
            message = body["message"]
        except (ValueError, TypeError, KeyError):
            body, message, raw = {}, None, b"{}"
        arrival = self.journal.arrived(self._arrival(at, raw, message, body.get("validate_only") is True))

        return await self.answer(
            request, arrival, check=lambda: self._check(request, message), accept=lambda: self._accepted(arrival)
        )

    def refusal(self, step: Step, arrival: Arrival) -> web.Response | None:
        if arrival.validate_only and step.name in fcm_errors.PAYLOAD_DEFECTS:
            return None  # the defect is in another message than this one
        return super().refusal(step, arrival)

    def _check(self, request: web.Request, message: Any) -> web.Response | None:
        if not self._tokens.knows(request.headers.get("Authorization", "")):
            return fcm_errors.unauthenticated()
        project = request.match_info["project"]
        if project != self._project:
            return fcm_errors.permission_denied(project)
        return fcm_rules.refusal(message)

    def _accepted(self, arrival: Arrival) -> web.Response:
        if arrival.validate_only:
            return answer_json({"name": f"projects/{self._project}/messages/fake_message_id"})
        name = f"projects/{self._project}/messages/0:{time.time_ns() // 1000}%{next(self._ids):x}"
        self.journal.accepted(arrival, name)
        return answer_json({"name": name})

    def _arrival(self, at: float, raw: bytes, message: Any, validate_only: bool) -> Arrival:
        if not isinstance(message, dict):
            return Arrival(at, "fcm", "", raw, is_visible=False)
        kind, address = fcm_rules.target_of(message)
        data = message.get("data")
        data = data if isinstance(data, dict) else {}
        title, body = texts(message, data)
        is_clear = data.get("type") == "clear" or "clear" in data
        return Arrival(
            at=at,
            channel="fcm",
            address=str(address) if kind in ("token", "fid") else f"{kind}:{address}",
            raw=raw,
            nid=str(data.get("nid", "")),
            kind=str(data.get("kind", "")),
            title=title,
            body=body,
            is_clear=is_clear,
            is_visible=bool(title or body) and not is_clear and not validate_only,
            validate_only=validate_only,
        )


def texts(message: dict[str, Any], data: dict[str, Any]) -> tuple[str, str]:
    """What a phone would draw: the notification, the alert, or for an app that draws by itself what the data says."""
    for block in (message.get("notification"), alert_of(message), data):
        if isinstance(block, dict) and (block.get("title") or block.get("body")):
            return str(block.get("title", "")), str(block.get("body", ""))
    return "", ""


def alert_of(message: dict[str, Any]) -> Any:
    try:
        return message["apns"]["payload"]["aps"]["alert"]
    except (KeyError, TypeError):
        return None
