"""Stripe's API of payments: intents, refunds, customers and their methods, as far as our side calls it. What is
scripted is scripted by the name that a call has in Stripe's library, as in {"refunds.create": "lost:1"}.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, ClassVar

from aiohttp import web

from tests.outside.journal import Arrival, Journal
from tests.outside.provider import Provider, answer_json
from tests.outside.script import Step
from tests.outside.stripe_account import Account, Clock, expanded
from tests.outside.stripe_errors import SCRIPTED, Refused, answer, missing
from tests.outside.stripe_shapes import API_VERSION, JSON, Method, new_id
from tests.outside.stripe_terms import DETACHED, INTENT_TERMS, USAGES, check_confirm, check_limit, listed, redirects
from tests.outside.stripe_webhooks import Webhooks
from tests.outside.stripe_wire import Kept, Keys, check_names, expansions, metadata, read_form, whole_number

SMALLEST = {"usd": 50, "eur": 50, "gbp": 30}
LARGEST = 99_999_999
REFUND_STATUSES = ("succeeded", "pending")
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@dataclass(slots=True)
class Call:
    request: web.Request
    arrival: Arrival
    form: dict[str, Any]
    key: str
    id: str

    @property
    def intent_id(self) -> str:
        return self.request.match_info["intent_id"]


class Stripe(Provider):
    """`check` of a call refuses what is malformed, which leaves its key unused; `run` does it, once for its key."""

    channel = "stripe"
    refusals: ClassVar[Mapping[str, Callable[[Step], web.Response]]] = SCRIPTED

    def __init__(self, journal: Journal, api_key: str, webhook_secret: str) -> None:
        self._authorization = f"Bearer {api_key}".encode()
        self._secret = webhook_secret
        self.webhooks = Webhooks(webhook_secret, Clock())
        super().__init__(journal)

    def reset(self) -> None:
        super().reset()
        self.webhooks.close()
        self.clock = Clock()
        self.webhooks = Webhooks(self._secret, self.clock)
        self.account = Account(self.clock, self.webhooks.tell)
        self.refund_status = "succeeded"
        self._keys = Keys()

    def set(self, **settings: Any) -> None:
        common = {}
        for name, value in settings.items():
            match name, value:
                case "webhook_url", str():
                    self.webhooks.url = value
                case "webhook_secrets", [str(), *_]:
                    self.webhooks.secrets = value
                case "held", bool():
                    self.webhooks.is_held = value
                case "retry_ms", int() | float():
                    self.webhooks.retry_ms = value
                case "refund_status", str() if value in REFUND_STATUSES:
                    self.refund_status = value
                case "clock", int() | float():
                    self.clock.set(value)
                case "advance", int() | float():
                    self.clock.advance(value)
                case _:
                    common[name] = value
        super().set(**common)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/payment_intents", self.create_intent),
            web.get("/v1/payment_intents", self.list_intents),
            web.get("/v1/payment_intents/{intent_id}", self.retrieve_intent),
            web.post("/v1/payment_intents/{intent_id}/cancel", self.cancel_intent),
            web.post("/v1/refunds", self.create_refund),
            web.get("/v1/refunds", self.list_refunds),
            web.post("/v1/customers", self.create_customer),
            web.post("/v1/payment_methods/{method_id}/detach", self.detach_method),
        ]

    async def create_intent(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "payment_intents.create", self._check_intent, self._create_intent)

    async def retrieve_intent(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "payment_intents.retrieve", self._check_secret, self._retrieve_intent)

    async def list_intents(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "payment_intents.list", self._check_intents, self._list_intents)

    async def cancel_intent(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "payment_intents.cancel", self._check_cancel, self._cancel_intent)

    async def create_refund(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "refunds.create", self._check_refund, self._create_refund)

    async def list_refunds(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "refunds.list", self._check_list, self._list_refunds)

    async def create_customer(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "customers.create", self._check_customer, self._create_customer)

    async def detach_method(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "payment_methods.detach", self._check_detach, self._detach_method)

    def refusal(self, step: Step, arrival: Arrival) -> web.Response | None:
        """A 500 is of a call that was begun, so its key is used; what Stripe refuses at its door is not."""
        response = super().refusal(step, arrival)
        if response is not None and response.status == 500:
            self._keep(arrival, response, new_id("req", 14))
        return response

    async def _answer(
        self,
        request: web.Request,
        name: str,
        check: Callable[[dict[str, Any]], None],
        run: Callable[[Call], JSON],
    ) -> web.StreamResponse:
        at = time.time()
        text = request.query_string if request.method == "GET" else (await request.read()).decode()
        key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
        request_id = new_id("req", 14)
        try:
            form = read_form(text)
        except Refused as refused:
            return answer(refused, {"Request-Id": request_id})
        raw = json.dumps({"path": request.path, "form": form}).encode()
        arrival = self.journal.arrived(Arrival(at, self.channel, name, raw, nid=key, is_visible=False))
        call = Call(request, arrival, form, key, request_id)
        response = await self.answer(
            request, arrival, check=lambda: self._check(call, check), accept=lambda: self._run(call, run)
        )
        response.headers.update({"Request-Id": request_id, "Stripe-Version": API_VERSION})
        if key:
            response.headers["Idempotency-Key"] = key
        return response

    def _check(self, call: Call, check: Callable[[dict[str, Any]], None]) -> web.Response | None:
        given = call.request.headers.get("Authorization", "")
        try:
            if not given:
                raise Refused("You did not provide an API key.", status=401)
            if not compare_digest(given.encode(), self._authorization):
                raise Refused(f"Invalid API Key provided: {given[7:15]}****{given[-4:]}", status=401)
            if replayed := self._keys.replay(call.key, call.request.path, call.form, self.clock.now()):
                return replayed
            check(call.form)
        except Refused as refused:
            return answer(refused)
        return None

    def _run(self, call: Call, run: Callable[[Call], JSON]) -> web.Response:
        self.webhooks.request = {"id": call.id, "idempotency_key": call.key or None}
        try:
            response = answer_json(run(call))
        except Refused as refused:
            response = answer(refused)
        self.webhooks.request = {"id": None, "idempotency_key": None}
        self._keep(call.arrival, response, call.id)
        return response

    def _keep(self, arrival: Arrival, response: web.Response, request_id: str) -> None:
        asked, body = json.loads(arrival.raw), response.body
        assert isinstance(body, bytes)
        kept = Kept(asked["path"], asked["form"], response.status, body, request_id, self.clock.now())
        self._keys.keep(arrival.nid, kept)

    def _check_intent(self, form: dict[str, Any]) -> None:
        check_names(form, ("amount", "currency"), INTENT_TERMS)
        amount, currency = whole_number(form, "amount"), form["currency"]
        if not (isinstance(currency, str) and len(currency) == 3 and currency.isalpha()):
            raise Refused(f"Invalid currency: {currency}", param="currency")
        least = SMALLEST.get(currency.lower(), 1)
        if amount < least:
            raise Refused(
                f"Amount must be at least {least} of the smallest unit of {currency}",
                code="amount_too_small", param="amount",
            )  # fmt: skip
        if amount > LARGEST:
            raise Refused("Amount must be no more than 999,999.99", code="amount_too_large", param="amount")
        if form.get("setup_future_usage", USAGES[0]) not in USAGES:
            raise Refused(f"Invalid setup_future_usage: must be one of {', '.join(USAGES)}", param="setup_future_usage")
        check_confirm(form)
        metadata(form)

    def _create_intent(self, call: Call) -> JSON:
        form = call.form
        customer = self.account.customer(form["customer"]).id if "customer" in form else None
        method = self._method_of(customer, form["payment_method"]) if "payment_method" in form else None
        intent = self.account.create(
            int(form["amount"]),
            form["currency"].lower(),
            metadata(form),
            form.get("description"),
            customer=customer,
            future_usage=form.get("setup_future_usage"),
            redirects=redirects(form),
        )
        if method and form.get("confirm") == "true":
            self.account.confirm(intent, method)
        return self._shown(intent, form)

    def _method_of(self, customer: str | None, method_id: str) -> Method:
        method = self.account.method(method_id)
        if method.customer == customer:
            return method
        if method.customer is None and method.was_attached:
            raise Refused(DETACHED)
        raise Refused(
            f"The customer does not have a payment method with the ID {method_id}. "
            "The payment method must be attached to the customer.",
            param="payment_method",
        )

    def _check_intents(self, form: dict[str, Any]) -> None:
        check_names(form, (), ("customer", "limit", "starting_after"))
        check_limit(form)

    def _list_intents(self, call: Call) -> JSON:
        """Newest first."""
        form = call.form
        found = self.account.intents_of(form.get("customer"), form.get("starting_after"))
        return listed(found, form, self.account, "/v1/payment_intents")

    def _check_secret(self, form: dict[str, Any]) -> None:
        check_names(form, (), ("client_secret",))

    def _retrieve_intent(self, call: Call) -> JSON:
        return self._shown(self.account.intent(call.intent_id), call.form)

    def _check_cancel(self, form: dict[str, Any]) -> None:
        check_names(form, (), ("cancellation_reason",))

    def _cancel_intent(self, call: Call) -> JSON:
        intent = self.account.intent(call.intent_id)
        self.account.cancel(intent, call.form.get("cancellation_reason"))
        return self._shown(intent, call.form)

    def _check_refund(self, form: dict[str, Any]) -> None:
        check_names(form, (), ("amount", "charge", "metadata", "payment_intent", "reason"))
        if not form.get("payment_intent") and not form.get("charge"):
            raise missing("payment_intent")
        if "amount" in form:
            whole_number(form, "amount")
        if form.get("reason", REASONS[0]) not in REASONS:
            raise Refused(f"Invalid reason: must be one of {', '.join(REASONS)}", param="reason")
        metadata(form)

    def _create_refund(self, call: Call) -> JSON:
        form = call.form
        if charge_id := form.get("charge"):
            charge = self.account.charge(charge_id)
        else:
            charge = self.account.paid_charge(self.account.intent(form["payment_intent"], "payment_intent"))
        amount = int(form["amount"]) if "amount" in form else None
        refund = self.account.refund(charge, amount, self.refund_status, form.get("reason"), metadata(form))
        return self._shown(refund, form)

    def _check_list(self, form: dict[str, Any]) -> None:
        check_names(form, (), ("charge", "limit", "payment_intent", "starting_after"))
        check_limit(form)

    def _list_refunds(self, call: Call) -> JSON:
        form = call.form
        found = self.account.refunds_of(form.get("payment_intent"), form.get("charge"), form.get("starting_after"))
        return listed(found, form, self.account, "/v1/refunds")

    def _check_customer(self, form: dict[str, Any]) -> None:
        check_names(form, (), ("metadata",))
        metadata(form)

    def _create_customer(self, call: Call) -> JSON:
        return self.account.create_customer(metadata(call.form)).as_json()

    def _check_detach(self, form: dict[str, Any]) -> None:
        check_names(form, ())

    def _detach_method(self, call: Call) -> JSON:
        method = self.account.method(call.request.match_info["method_id"])
        self.account.detach(method)
        return method.as_json()

    def _shown(self, thing: Any, form: dict[str, Any]) -> JSON:
        shown: JSON = expanded(self.account, thing, expansions(form))
        return shown
