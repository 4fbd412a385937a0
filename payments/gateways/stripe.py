"""Stripe, by its own library. `STRIPE_API_BASE` moves it to a look-alike."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import stripe
from django.conf import settings
from django.utils import timezone

from core.ids import uuid_or_none
from payments.conf import limits
from payments.errors import BadWebhook, GatewayAway, GatewayRefused, KeySpent
from payments.gateways.port import Call, Method, RefundSnapshot, Snapshot
from payments.models import Payment, Refund

P = ParamSpec("P")
R = TypeVar("R")

Status = Payment.Status

STATUSES = {
    "requires_payment_method": Status.CREATED,
    "requires_confirmation": Status.REQUIRES_ACTION,
    "requires_action": Status.REQUIRES_ACTION,
    "processing": Status.PROCESSING,
    "succeeded": Status.SUCCEEDED,
    "canceled": Status.CANCELLED,
}
REFUND_STATUSES = {
    "pending": Refund.Status.PENDING,
    "requires_action": Refund.Status.PENDING,
    "succeeded": Refund.Status.SUCCEEDED,
    "failed": Refund.Status.FAILED,
    "canceled": Refund.Status.FAILED,
}
SHOWN = ["latest_charge", "latest_charge.refunds"]
UNKNOWN_OUTCOMES = (
    stripe.APIConnectionError,
    stripe.APIError,
    stripe.RateLimitError,
    stripe.AuthenticationError,  # a key that was changed on one side only: it says nothing of the payment
    stripe.PermissionError,
)
SECRETS = {"client_secret"}


def told(ask: Callable[P, R]) -> Callable[P, R]:
    """Errors of the library, in the words of the port. An error of which it is not known what was done is not a no."""

    @wraps(ask)
    def tell(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return ask(*args, **kwargs)
        except stripe.IdempotencyError as error:
            raise KeySpent from error  # it was used for something else, so something may have been done
        except UNKNOWN_OUTCOMES as error:
            raise (KeySpent if _is_replayed(error) else GatewayAway) from error
        except stripe.StripeError as error:
            raise GatewayRefused(reason=error.code or type(error).__name__) from error

    return tell


class Stripe:
    def __init__(self) -> None:
        self._client = stripe.StripeClient(
            settings.STRIPE_API_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE},
            http_client=stripe.RequestsClient(timeout=limits.gateway_seconds),
            max_network_retries=0,  # the command is the retry
        )

    @told
    def create(self, payment: Payment, key: str) -> Snapshot:
        asked_at = timezone.now()
        try:
            intent = self._client.v1.payment_intents.create(_terms(payment), {"idempotency_key": key})
        except stripe.CardError as error:
            if error.error and error.error.payment_intent:  # it was made, and is as it is after any other decline
                return self.retrieve(error.error.payment_intent.id)
            raise
        return self._snapshot(intent, asked_at)

    @told
    def customer(self, payment: Payment, key: str) -> str:
        known_by = {"user_id": str(payment.payer_id)}
        return self._client.v1.customers.create({"metadata": known_by}, {"idempotency_key": key}).id

    @told
    def find(self, payment: Payment) -> Snapshot | None:
        """In the list, which knows at once what was made; a search learns of it later."""
        made = self._client.v1.payment_intents.list({"customer": payment.customer_id, "limit": 100})
        for intent in made.auto_paging_iter():
            if _metadata(intent).get("payment_id") == str(payment.pk):
                return self.retrieve(intent.id)
        return None

    @told
    def retrieve(self, intent_id: str) -> Snapshot:
        asked_at = timezone.now()
        return self._snapshot(self._client.v1.payment_intents.retrieve(intent_id, {"expand": SHOWN}), asked_at)

    @told
    def cancel(self, intent_id: str, key: str) -> Snapshot:
        asked_at, intents = timezone.now(), self._client.v1.payment_intents
        return self._snapshot(intents.cancel(intent_id, {"expand": SHOWN}, {"idempotency_key": key}), asked_at)

    @told
    def refund(self, refund: Refund, key: str) -> Snapshot:
        intent_id = refund.payment.intent_id or ""
        self._client.v1.refunds.create(
            {"payment_intent": intent_id, "amount": refund.amount, "metadata": {"refund_id": str(refund.pk)}},
            {"idempotency_key": key},
        )
        return self.retrieve(intent_id)

    @told
    def detach(self, payment: Payment, key: str) -> Snapshot:
        with suppress(stripe.InvalidRequestError):  # it is detached already, or is not there
            self._client.v1.payment_methods.detach(payment.method_id, {}, {"idempotency_key": key})
        return self.retrieve(payment.intent_id or "")

    def _snapshot(self, intent: Any, asked_at: datetime) -> Snapshot:
        charge = intent.latest_charge
        captured = intent.amount_received or 0
        return Snapshot(
            intent_id=intent.id,
            status=_status(intent),
            amount=intent.amount,
            currency=intent.currency.upper(),
            at=asked_at,
            captured=captured,
            captured_at=_instant(charge.created) if charge and captured else None,
            refunds=[_refund(refund) for refund in self._refunds(charge)] if charge else [],
            payment_id=uuid_or_none(_metadata(intent).get("payment_id")),
            method=_method(intent) if captured else None,
            client_secret=intent.client_secret or "",
        )

    def _refunds(self, charge: Any) -> Iterable[Any]:
        """A charge shows the newest ten."""
        if not charge.refunds.has_more:
            return charge.refunds.data
        return self._client.v1.refunds.list({"charge": charge.id, "limit": 100}).auto_paging_iter()

    def read_call(self, body: bytes, signature: str, now: datetime) -> Call:
        self._refuse_unless_signed(body, signature, now)
        try:
            event = json.loads(body)
            thing = event["data"]["object"]
            if event["livemode"] != settings.STRIPE_API_KEY.startswith(("sk_live_", "rk_live_")):
                raise BadWebhook
            kept = json.dumps(_without_secrets(event))
            return Call(str(event["id"]), str(event["type"]), _intent_of(thing), _instant(event["created"]), kept)
        except (ValueError, KeyError, TypeError) as error:
            raise BadWebhook from error

    def _refuse_unless_signed(self, body: bytes, signature: str, now: datetime) -> None:
        """By any of the secrets, so that one can be replaced while the other is in use."""
        try:
            # One time only: the library would take the first, and somebody may have added another.
            [stamped] = [int(part[2:]) for part in signature.split(",") if part.startswith("t=")]
            is_timely = abs(now.timestamp() - stamped) <= limits.webhook_tolerance_seconds
        except (ValueError, OverflowError) as error:
            raise BadWebhook from error
        if not (is_timely and any(_is_signed(body, signature, secret) for secret in settings.STRIPE_WEBHOOK_SECRETS)):
            raise BadWebhook


def _terms(payment: Payment) -> Any:
    terms: dict[str, Any] = {
        "amount": payment.amount,
        "currency": payment.currency.lower(),
        "automatic_payment_methods": {"enabled": True},
        "metadata": {"payment_id": str(payment.pk)},
        "expand": SHOWN,
    }
    if payment.customer_id:
        terms["customer"] = payment.customer_id
    if payment.is_off_session:
        terms |= {"payment_method": payment.method_id, "off_session": True, "confirm": True}
        terms["automatic_payment_methods"]["allow_redirects"] = "never"  # there is nobody to be taken anywhere
    elif payment.saves_method:
        terms["setup_future_usage"] = "off_session"
    return terms


def _method(intent: Any) -> Method | None:
    """Where its owner agreed that it is charged again."""
    if intent.setup_future_usage != "off_session" or not (intent.payment_method and intent.latest_charge):
        return None
    details = intent.latest_charge.payment_method_details
    shown = details.to_dict() if details else {}
    kind = str(shown.get("type", ""))
    known_by = shown.get(kind) or {}
    return Method(intent.payment_method, str(known_by.get("brand") or kind)[:20], str(known_by.get("last4") or ""))


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        return stripe.WebhookSignature.verify_header(body.decode(), signature, secret)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def _is_replayed(error: stripe.StripeError) -> bool:
    """It repeats the answer that it keeps for this key, for a day, though that was a failure of its own."""
    return {name.lower(): value for name, value in (error.headers or {}).items()}.get("idempotent-replayed") == "true"


def _without_secrets(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_secrets(inner) for name, inner in value.items() if name not in SECRETS}
        case list():
            return [_without_secrets(inner) for inner in value]
    return value


def _status(intent: Any) -> Status:
    # A card that was declined takes the intent back to where a method is chosen, with the error beside it.
    if intent.status == "requires_payment_method" and intent.last_payment_error:
        return Status.FAILED
    return STATUSES.get(intent.status, Status.PROCESSING)


def _refund(refund: Any) -> RefundSnapshot:
    return RefundSnapshot(
        gateway_id=refund.id,
        amount=refund.amount,
        status=REFUND_STATUSES.get(refund.status, Refund.Status.PENDING),
        at=_instant(refund.created),
        refund_id=uuid_or_none(_metadata(refund).get("refund_id")),
    )


def _intent_of(thing: Mapping[str, Any]) -> str:
    return str((thing["id"] if thing["object"] == "payment_intent" else thing.get("payment_intent")) or "")


def _metadata(thing: Any) -> Mapping[str, str]:
    """An object of the library is no mapping."""
    return thing.metadata.to_dict() if thing.metadata else {}


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
