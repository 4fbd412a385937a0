"""What payers and people at Stripe's desk do, and which calls about it come, as the tests and the page command it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.outside.provider import answer_json
from tests.outside.stripe import Stripe
from tests.outside.stripe_account import Account, expanded
from tests.outside.stripe_errors import Refused, no_such
from tests.outside.stripe_shapes import JSON, Intent
from tests.outside.stripe_webhooks import Webhooks

NEWEST = 50
WHOLE = ["latest_charge", "latest_charge.refunds"]


class StripeControl:
    def __init__(self, stripe: Stripe) -> None:
        self._stripe = stripe
        self._acts: dict[str, Callable[..., Awaitable[Any]]] = {
            "pay": self.pay,
            "decline": self.decline,
            "require_action": self.require_action,
            "process": self.process,
            "refund": self.refund,
            "settle_refund": self.settle_refund,
            "fail_refund": self.fail_refund,
            "spoil": self.spoil,
            "deliver": self.deliver,
            "settled": self.settled,
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/payments", self.payments),
            web.get("/control/stripe/intents", self.intents),
            web.get("/control/stripe/events", self.events),
            web.get("/control/stripe/customers", self.customers),
            web.get("/control/stripe/methods", self.methods),
            web.post("/control/stripe/{act}", self.act),
        ]

    async def payments(self, _: web.Request) -> web.Response:
        """For the page."""
        newest = list(self._account.intents.values())[: -NEWEST - 1 : -1]
        return answer_json([for_page(intent) for intent in newest])

    async def intents(self, _: web.Request) -> web.Response:
        """Oldest first."""
        return answer_json([self._shown(one.id) for one in list(self._account.intents.values())])

    async def events(self, _: web.Request) -> web.Response:
        """Oldest first."""
        return answer_json([event.as_json() for event in self._webhooks.events.values()])

    async def customers(self, _: web.Request) -> web.Response:
        """Oldest first."""
        return answer_json([customer.as_json() for customer in self._account.customers.values()])

    async def methods(self, _: web.Request) -> web.Response:
        """Oldest first."""
        return answer_json([method.as_json() for method in self._account.methods.values()])

    async def act(self, request: web.Request) -> web.Response:
        act = self._acts.get(request.match_info["act"])
        if act is None:
            raise web.HTTPNotFound
        try:
            return answer_json(await act(**json.loads(await request.read())))
        except (Refused, TypeError) as refusal:
            raise web.HTTPBadRequest(text=str(refusal)) from refusal

    async def pay(self, intent: str) -> JSON:
        self._account.pay(self._account.intent(intent))
        return self._shown(intent)

    async def decline(self, intent: str, code: str = "card_declined") -> JSON:
        self._account.decline(self._account.intent(intent), code)
        return self._shown(intent)

    async def require_action(self, intent: str) -> JSON:
        self._account.require_action(self._account.intent(intent))
        return self._shown(intent)

    async def process(self, intent: str) -> JSON:
        self._account.process(self._account.intent(intent))
        return self._shown(intent)

    async def refund(self, intent: str, amount: int | None = None) -> JSON:
        charge = self._account.paid_charge(self._account.intent(intent))
        return self._account.refund(charge, amount, self._stripe.refund_status, None, {}).as_json()

    async def settle_refund(self, refund: str) -> JSON:
        found = self._account.one_refund(refund)
        self._account.settle_refund(found)
        return found.as_json()

    async def fail_refund(self, refund: str, reason: str = "lost_or_stolen_card") -> JSON:
        found = self._account.one_refund(refund)
        self._account.fail_refund(found, reason)
        return found.as_json()

    async def spoil(self, method: str, code: str) -> JSON:
        found = self._account.method(method)
        found.declines = code
        return found.as_json()

    async def deliver(self, event: str, **how: Any) -> list[int]:
        if event not in self._webhooks.events:
            raise no_such("event", event, "event")
        if not self._webhooks.url:
            raise Refused("There is no webhook_url.")
        return await self._webhooks.deliver(self._webhooks.events[event], **how)

    async def settled(self) -> JSON:
        await self._webhooks.settled()
        return {}

    # A reset makes new ones.
    @property
    def _account(self) -> Account:
        return self._stripe.account

    @property
    def _webhooks(self) -> Webhooks:
        return self._stripe.webhooks

    def _shown(self, intent_id: str) -> JSON:
        shown: JSON = expanded(self._account, self._account.intents[intent_id], WHOLE)
        return shown


def for_page(intent: Intent) -> JSON:
    return {
        "id": intent.id,
        "amount": intent.amount,
        "currency": intent.currency,
        "status": intent.status,
        "error": (intent.error or {}).get("message"),
        "refunded": intent.charge.refunded if intent.charge else 0,
        "at": intent.created,
    }
