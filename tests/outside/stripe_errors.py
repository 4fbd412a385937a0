"""Stripe's refusals, in its envelope."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.outside.provider import answer_json, retry_after
from tests.outside.script import Step


class Refused(Exception):
    """`more` goes into the envelope as it is."""

    def __init__(self, message: str, *, status: int = 400, type: str = "invalid_request_error", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.envelope = {"error": {"message": message, "type": type, **more}}


def missing(param: str) -> Refused:
    return Refused(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> Refused:
    return Refused(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def no_such(kind: str, asked: str, param: str) -> Refused:
    return Refused(f"No such {kind}: '{asked}'", status=404, code="resource_missing", param=param)


def answer(refused: Refused, headers: dict[str, str] | None = None) -> web.Response:
    return answer_json(refused.envelope, refused.status, headers)


def _api_error(status: int, message: str) -> Callable[[Step], web.Response]:
    return lambda _: answer(Refused(message, status=status, type="api_error"))


IN_USE = (
    "There is currently another in-progress request using this Idempotent Key "
    "(that probably means you submitted twice, and the other request is still going through). Please try again later."
)
SCRIPTED: Mapping[str, Callable[[Step], web.Response]] = {
    "internal": _api_error(500, "An unknown error occurred"),
    "unavailable": _api_error(503, "Stripe is temporarily unavailable. Please try again."),
    "badgateway": lambda _: web.Response(text="<h1>502 Bad Gateway</h1>", status=502, content_type="text/html"),
    "quota": lambda step: answer(
        Refused("Request rate limit exceeded.", status=429, code="rate_limit"), retry_after(step)
    ),
    "locked": lambda _: answer(
        Refused("This object cannot be accessed right now.", status=429, code="lock_timeout")
    ),
    "inuse": lambda _: answer(
        Refused(IN_USE, status=409, type="idempotency_error", code="idempotency_key_in_use")
    ),
}  # fmt: skip
