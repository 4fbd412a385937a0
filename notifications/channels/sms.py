"""Text messages by Twilio. It has no key against repeats: a message whose answer was lost may be sent twice."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from django.conf import settings

from notifications.channels.gsm import fold, segment
from notifications.channels.http import HTTP_ERRORS, Answer, Client, brief, failure_of, retry_after
from notifications.channels.lifetime import lifetime
from notifications.channels.parcel import Outcome, Parcel, Scope, Verdict
from notifications.conf import limits

LONGEST_VALIDITY = 14_400  # seconds that Twilio keeps a message in its queue

# Of the number: invalid, a short code, our own, premium, in a region that is not enabled, unverified (of a trial
# account), unsubscribed, unroutable, not a mobile, a landline.
DEAD = {21211, 21265, 21266, 21268, 21408, 21608, 21610, 21612, 21614, 21635}
# Of the sender: TWILIO_FROM is no number of ours that can send, or a messaging service without one.
WRONG_SENDER = {21212, 21603, 21606, 21659, 21660, 21701, 21703}
QUEUE_FULL = 21611


class Sms:
    def __init__(self, http_seconds: float = limits.http_seconds) -> None:
        self._client = Client(http_seconds)

    async def close(self) -> None:
        await self._client.close()

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.is_clear:
            return Outcome(Verdict.REJECTED, "UNSUPPORTED", error="A text message cannot be taken back.")
        text = segment(": ".join(filter(None, (parcel.title, parcel.body))))
        return await self._post({"To": parcel.address, "Body": text, "ValidityPeriod": _validity(parcel)})

    async def send_text(self, address: str, text: str) -> Outcome:
        """A text of our own, such as a code: never cut, but in the alphabet that is cheaper if it can be."""
        return await self._post({"To": address, "Body": fold(text)})

    async def check(self) -> Outcome:
        """Asks for our account. That it may send from TWILIO_FROM only a message would tell."""
        try:
            http, headers, body = await self._ask("GET", ".json")
        except HTTP_ERRORS as error:
            return failure_of(error)
        status = str(_parsed(body).get("status", ""))
        if http == 200 and status == "active":
            return Outcome(Verdict.ACCEPTED, http=http)
        if http == 200 and status:
            return Outcome(Verdict.MISCONFIGURED, "ACCOUNT", http, error=f"The account is {status}.")
        return outcome_of(http, headers, body, "")

    async def _post(self, form: dict[str, str]) -> Outcome:
        try:
            answer = await self._ask("POST", "/Messages.json", data=form | _sender())
        except HTTP_ERRORS as error:
            return failure_of(error)
        return outcome_of(*answer, form["To"])

    async def _ask(self, method: str, resource: str, **sent: Any) -> Answer:
        account = settings.TWILIO_ACCOUNT_SID
        url = f"{settings.TWILIO_ENDPOINT}/2010-04-01/Accounts/{account}{resource}"
        headers = {"Authorization": aiohttp.encode_basic_auth(account, settings.TWILIO_AUTH_TOKEN)}
        return await self._client.ask(method, url, headers=headers, **sent)


def _sender() -> dict[str, str]:
    name = "MessagingServiceSid" if settings.TWILIO_FROM.startswith("MG") else "From"
    return {name: settings.TWILIO_FROM}


def _validity(parcel: Parcel) -> str:
    return str(min(max(int(lifetime(parcel).total_seconds()), 1), LONGEST_VALIDITY))


def outcome_of(http: int, headers: Mapping[str, str], body: bytes, address: str) -> Outcome:
    said = _parsed(body)
    number = said.get("code")
    code = str(number or f"HTTP_{http}")
    words = brief(str(said.get("message", "")), address)
    if http in (200, 201) and said.get("sid"):
        return Outcome(Verdict.ACCEPTED, http=http, provider_id=str(said["sid"]))
    if http == 429 or number == QUEUE_FULL:
        return Outcome(Verdict.LIMITED, code, http, retry_after=retry_after(headers), error=words)
    if not said or http < 400 or http >= 500 or http == 408:
        error = words or "Not an answer of Twilio."
        return Outcome(Verdict.TRANSIENT, code, http, retry_after=retry_after(headers), error=error)
    if number in DEAD:
        return Outcome(Verdict.DEAD, code, http, error=words)
    if number in WRONG_SENDER or http != 400:
        return Outcome(Verdict.MISCONFIGURED, code, http, error=words, scope=Scope.CHANNEL)
    return Outcome(Verdict.REJECTED, code, http, error=words)


def _parsed(body: bytes) -> dict[str, Any]:
    """Empty if a balancer or a proxy spoke in Twilio's place."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
