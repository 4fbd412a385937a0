"""Stripe's events, and how it calls about them: signed, at least once, and again until it is answered with a 2xx."""

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from tests.outside.stripe_account import Clock
from tests.outside.stripe_shapes import API_VERSION, JSON, new_id

SECONDS = 20
TRIES = 12
FAKE_SECRET = "whsec_of_the_scheme_v0"


@dataclass(slots=True)
class Event:
    """The object is as it was when it happened. `answers` has the status of each call, 0 where there was none."""

    id: str
    type: str
    created: int
    object: JSON
    request: JSON
    answers: list[int] = field(default_factory=list)

    def body(self, is_live: bool = False) -> bytes:
        shown = {
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": {"object": self.object | {"livemode": is_live} if "livemode" in self.object else self.object},
            "livemode": is_live,
            "pending_webhooks": 1,
            "request": self.request,
            "type": self.type,
        }
        return json.dumps(shown, indent=2, ensure_ascii=False).encode()

    def as_json(self) -> JSON:
        return {
            "id": self.id,
            "type": self.type,
            "created": self.created,
            "object": self.object,
            "answers": self.answers,
        }


class Webhooks:
    """Held back, or else called in order, one at a time; what fails comes again later and holds up nothing."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self.url = ""
        self.secrets = [secret]  # several while one is being replaced
        self.is_held = False
        self.retry_ms: float = 500
        self.request: JSON = {"id": None, "idempotency_key": None}  # which makes the events of now
        self.events: dict[str, Event] = {}
        self._clock = clock
        self._due: asyncio.Queue[Event] = asyncio.Queue()
        self._caller: asyncio.Task[None] | None = None

    def tell(self, type: str, thing: JSON) -> None:
        event = Event(new_id("evt"), type, int(self._clock.now()), thing, self.request)
        self.events[event.id] = event
        if self.url and not self.is_held:
            self._due.put_nowait(event)
            self._caller = self._caller or asyncio.create_task(self._call_all())

    def close(self) -> None:
        self.url = ""
        if self._caller:
            self._caller.cancel()

    async def settled(self) -> None:
        """All that is due has been called about; what failed may be called about again."""
        await self._due.join()

    async def deliver(
        self,
        event: Event,
        *,
        times: int = 1,
        age: float = 0,
        signed_at: int | None = None,
        secret: str = "",
        is_live: bool = False,
        at_once: bool = False,
    ) -> list[int]:
        """Answers what was answered. `age` makes the signature so many seconds old; `at_once` calls all in parallel."""
        at = int(time.time() - age) if signed_at is None else signed_at
        body = event.body(is_live)
        header = signature(body, at, [secret] if secret else self.secrets)
        if at_once:
            return list(await asyncio.gather(*(self._call(event, body, header) for _ in range(times))))
        return [await self._call(event, body, header) for _ in range(times)]

    async def _call_all(self) -> None:
        while True:
            event = await self._due.get()
            [status] = await self.deliver(event)
            if not 200 <= status < 300 and len(event.answers) < TRIES:
                wait = self.retry_ms / 1000 * 2 ** (len(event.answers) - 1)
                asyncio.get_running_loop().call_later(wait, self._again, event)
            self._due.task_done()

    def _again(self, event: Event) -> None:
        if self.url and self.events.get(event.id) is event:
            self._due.put_nowait(event)

    async def _call(self, event: Event, body: bytes, header: str) -> int:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": header,
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        status = 0
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        with suppress(aiohttp.ClientError, TimeoutError):
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        event.answers.append(status)
        return status


def signature(body: bytes, at: int, secrets: list[str]) -> str:
    """In test mode there is also one of a scheme that nobody is to trust."""
    signed = [("v1", secret) for secret in secrets] + [("v0", FAKE_SECRET)]
    digests = [(scheme, hmac.new(secret.encode(), b"%d.%b" % (at, body), hashlib.sha256)) for scheme, secret in signed]
    return ",".join([f"t={at}", *(f"{scheme}={digest.hexdigest()}" for scheme, digest in digests)])
