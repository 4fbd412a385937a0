"""How Stripe's requests are written (forms with brackets), and what it remembers of their keys."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web

from tests.outside.stripe_errors import Refused, missing, unknown

REMEMBERED_SECONDS = 24 * 3600
LONGEST_KEY = 255
NAME = re.compile(r"[^\[\]]+")


def read_form(text: str) -> dict[str, Any]:
    """`metadata[payment_id]=1&expand[0]=latest_charge`: lists are dicts by their index."""
    form: dict[str, Any] = {}
    for written, value in parse_qsl(text, keep_blank_values=True):
        *path, last = NAME.findall(written) or [written]
        inner = form
        for name in path:
            inner = inner.setdefault(name, {})
            if not isinstance(inner, dict):
                raise Refused(f"Invalid hash: {written}", param=path[0])
        if written.endswith("[]"):
            inner = inner.setdefault(last, {})
            last = str(len(inner))
        inner[last] = value
    return form


def check_names(form: dict[str, Any], required: Iterable[str], optional: Iterable[str] = ()) -> None:
    required = tuple(required)
    for name in form:
        if name not in (*required, *optional, "expand"):
            raise unknown(name)
    for name in required:
        if not form.get(name):
            raise missing(name)


def whole_number(form: dict[str, Any], name: str) -> int:
    text = form[name]
    if not isinstance(text, str) or not re.fullmatch(r"-?\d+", text):
        raise Refused(f"Invalid integer: {text}", code="parameter_invalid_integer", param=name)
    if int(text) < 1:
        wanted = "This value must be greater than or equal to 1."
        raise Refused(wanted, code="parameter_invalid_integer", param=name)
    return int(text)


def metadata(form: dict[str, Any]) -> dict[str, str]:
    found = form.get("metadata") or {}
    if not isinstance(found, dict):
        raise Refused("Invalid hash", param="metadata")
    return {name: str(value) for name, value in found.items() if value != ""}


def expansions(form: dict[str, Any]) -> list[str]:
    found = form.get("expand") or {}
    if not isinstance(found, dict):
        raise Refused("Invalid array", param="expand")
    return [str(path) for path in found.values()]


class Kept(NamedTuple):
    """`path` and `form` are of the request, `status` and `body` of its answer."""

    path: str
    form: dict[str, Any]
    status: int
    body: bytes
    request_id: str
    at: float


class Keys:
    """Answers by idempotency key."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def keep(self, key: str, kept: Kept) -> None:
        if key:
            self._kept[key] = kept

    def replay(self, key: str, path: str, form: dict[str, Any], now: float) -> web.Response | None:
        if len(key) > LONGEST_KEY:
            raise Refused("Idempotency key is too long: at most 255 characters.")
        kept = self._kept.get(key)
        if kept is None or now - kept.at > REMEMBERED_SECONDS:
            return None
        other = f"Try using a key other than '{key}' if you meant to execute a different request."
        if kept.path != path:
            raise Refused(
                "Keys for idempotent requests can only be used for the same endpoint they were first used for "
                f"('{path}' vs '{kept.path}'). {other}",
                type="idempotency_error",
            )
        if kept.form != form:
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                + other,
                type="idempotency_error",
            )
        headers = {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
        return web.Response(
            body=kept.body, status=kept.status, headers=headers, content_type="application/json", charset="utf-8"
        )
