"""Twilio's Messages resource. Its own test numbers refuse as they do there; others are scripted."""

import json
import math
import re
import secrets
import string
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from hmac import compare_digest
from typing import ClassVar

from aiohttp import web

from tests.outside.journal import Arrival, Journal
from tests.outside.provider import Provider, answer_json, retry_after
from tests.outside.script import Step

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_BODY = 1600
GSM = frozenset(
    "\n\r !\"#$%&'()*+,-./:;<=>?@_" + string.ascii_letters + string.digits
    + "\u00a1\u00a3\u00a4\u00a5\u00a7\u00bf\u00c4\u00c5\u00c6\u00c7\u00c9\u00d1\u00d6\u00d8\u00dc\u00df"
    + "\u00e0\u00e4\u00e5\u00e6\u00e8\u00e9\u00ec\u00f1\u00f2\u00f6\u00f8\u00f9\u00fc"
    + "\u0393\u0394\u0398\u039b\u039e\u03a0\u03a3\u03a6\u03a8\u03a9"
)  # fmt: skip
GSM_DOUBLE = frozenset("^{}\\[~]|\f\u20ac")
TEST_NUMBERS = {
    "+15005550001": "invalid",
    "+15005550002": "unroutable",
    "+15005550003": "notpermitted",
    "+15005550004": "unsubscribed",
    "+15005550009": "nomobile",
}


def error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return answer_json({"code": code, "message": message, "more_info": more, "status": status}, status, headers)


class Twilio(Provider):
    channel = "sms"
    refusals: ClassVar[Mapping[str, Callable[[Step], web.Response]]] = {
        "invalid": lambda _: error(400, 21211, "Invalid 'To' Phone Number"),
        "unroutable": lambda _: error(400, 21612, "'To' number is not reachable from this 'From'"),
        "notpermitted": lambda _: error(400, 21408, "Permission to send an SMS has not been enabled for the region"),
        "unsubscribed": lambda _: error(400, 21610, "Attempt to send to unsubscribed recipient"),
        "nomobile": lambda _: error(400, 21614, "'To' number is not a valid mobile number"),
        "unauthorized": lambda _: error(401, 20003, "Authenticate"),
        "forbidden": lambda _: error(403, 20003, "Permission Denied"),
        "quota": lambda step: error(429, 20429, "Too Many Requests", retry_after(step)),
        "quotabare": lambda _: error(429, 20429, "Too Many Requests"),
        "internal": lambda _: error(500, 20500, "Internal Server Error"),
        "unavailable": lambda step: error(503, 20503, "Service is unavailable", retry_after(step)),
        "badgateway": lambda _: web.Response(text="<h1>502 Bad Gateway</h1>", status=502, content_type="text/html"),
    }  # fmt: skip

    def __init__(self, journal: Journal, account_sid: str, auth_token: str) -> None:
        self._account_sid = account_sid
        self._authorization = b"Basic " + b64encode(f"{account_sid}:{auth_token}".encode())
        super().__init__(journal)

    def reset(self) -> None:
        super().reset()
        self.script |= TEST_NUMBERS

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/2010-04-01/Accounts/{sid}/Messages.json", self.create),
            web.get("/2010-04-01/Accounts/{sid}.json", self.account),
        ]

    async def account(self, request: web.Request) -> web.StreamResponse:
        refusal = self._refusal_of_account(request)
        return refusal or answer_json({"sid": self._account_sid, "status": "active", "type": "Full"})

    async def create(self, request: web.Request) -> web.StreamResponse:
        at = time.time()
        form = {name: str(value) for name, value in (await request.post()).items()}
        arrival = self.journal.arrived(
            Arrival(at, "sms", form.get("To", ""), json.dumps(form).encode(), body=form.get("Body", ""))
        )
        return await self.answer(
            request, arrival, check=lambda: self._check(request, form), accept=lambda: self._accepted(arrival, form)
        )

    def _check(self, request: web.Request, form: dict[str, str]) -> web.Response | None:
        if refusal := self._refusal_of_account(request):
            return refusal
        if not form.get("To"):
            return error(400, 21604, "A 'To' phone number is required.")
        if not NUMBER.fullmatch(form["To"]):
            return error(400, 21211, f"Invalid 'To' Phone Number: {form['To'][:4]}XXXX")
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return error(400, 21603, "A 'From' phone number is required.")
        if not form.get("Body"):
            return error(400, 21602, "Message body is required.")
        if len(form["Body"]) > LONGEST_BODY:
            return error(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        return None

    def _refusal_of_account(self, request: web.Request) -> web.Response | None:
        if not compare_digest(request.headers.get("Authorization", "").encode(), self._authorization):
            return error(401, 20003, "Authenticate")
        if request.match_info["sid"] != self._account_sid:
            return error(404, 20404, f"The requested resource {request.path} was not found")
        return None

    def _accepted(self, arrival: Arrival, form: dict[str, str]) -> web.Response:
        sid = f"SM{secrets.token_hex(16)}"
        self.journal.accepted(arrival, sid)
        service = form.get("MessagingServiceSid")
        now = format_datetime(datetime.now(UTC))
        message = {
            "account_sid": self._account_sid,
            "api_version": "2010-04-01",
            "body": form["Body"],
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form.get("From"),
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": "0" if service else str(segments(form["Body"])),
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "accepted" if service else "queued",
            "to": form["To"],
            "uri": f"/2010-04-01/Accounts/{self._account_sid}/Messages/{sid}.json",
        }
        return answer_json(message, 201)


def segments(body: str) -> int:
    """In the alphabet of GSM if all of it is there, else in UTF-16; several are numbered, so each holds less."""
    if set(body) <= GSM | GSM_DOUBLE:
        units, alone, numbered = len(body) + sum(letter in GSM_DOUBLE for letter in body), 160, 153
    else:
        units, alone, numbered = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= alone else math.ceil(units / numbered)
