"""What Stripe keeps of a payment, and the JSON it shows of it."""

import secrets
import string
from dataclasses import dataclass, field
from typing import Any

API_VERSION = "2026-10-28.endive"
LISTED = 10  # refunds that a charge carries with it
LETTERS = string.ascii_letters + string.digits

JSON = dict[str, Any]


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_{''.join(secrets.choice(LETTERS) for _ in range(length))}"


@dataclass(slots=True)
class Customer:
    created: int
    metadata: dict[str, str]
    id: str = field(default_factory=lambda: new_id("cus", 14))

    def as_json(self) -> JSON:
        return {
            "id": self.id,
            "object": "customer",
            "address": None,
            "balance": 0,
            "created": self.created,
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": None,
            "discount": None,
            "email": None,
            "invoice_prefix": self.id[-8:].upper(),
            "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
            "livemode": False,
            "metadata": dict(self.metadata),
            "name": None,
            "phone": None,
            "preferred_locales": [],
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": None,
        }


@dataclass(slots=True)
class Method:
    """A card. `declines` is why it is declined; a method that was of a customer and is no more pays nothing."""

    created: int
    customer: str | None = None
    declines: str = ""
    was_attached: bool = False
    id: str = field(default_factory=lambda: new_id("pm"))

    def as_json(self) -> JSON:
        return {
            "id": self.id,
            "object": "payment_method",
            "allow_redisplay": "limited",
            "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
            "card": {"brand": "visa", "exp_month": 12, "exp_year": 2039, "funding": "credit", "last4": "4242"},
            "created": self.created,
            "customer": self.customer,
            "livemode": False,
            "metadata": {},
            "type": "card",
        }


@dataclass(slots=True)
class Refund:
    charge: "Charge"
    amount: int
    created: int
    status: str
    reason: str | None
    metadata: dict[str, str]
    failure_reason: str | None = None
    id: str = field(default_factory=lambda: new_id("re"))

    def as_json(self) -> JSON:
        failure = {"failure_balance_transaction": f"txn_{self.id[:2:-1]}", "failure_reason": self.failure_reason}
        return {
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": f"txn_{self.id[3:]}" if self.status == "succeeded" else None,
            "charge": self.charge.id,
            "created": self.created,
            "currency": self.charge.intent.currency,
            "destination_details": {"card": {"type": "refund"}, "type": "card"},
            **(failure if self.status == "failed" else {}),
            "metadata": dict(self.metadata),
            "payment_intent": self.charge.intent.id,
            **({"pending_reason": "processing"} if self.status == "pending" else {}),
            "reason": self.reason,
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": self.status,
            "transfer_reversal": None,
        }


@dataclass(slots=True)
class Charge:
    intent: "Intent"
    created: int
    status: str
    failure: JSON | None = None
    refunds: list[Refund] = field(default_factory=list)
    id: str = field(default_factory=lambda: new_id("ch"))

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds if refund.status not in ("failed", "canceled"))

    def as_json(self) -> JSON:
        is_paid, failure = self.status == "succeeded", self.failure or {}
        return {
            "id": self.id,
            "object": "charge",
            "amount": self.intent.amount,
            "amount_captured": self.intent.amount if is_paid else 0,
            "amount_refunded": self.refunded,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
            "calculated_statement_descriptor": "LOOK-ALIKE",
            "captured": is_paid,
            "created": self.created,
            "currency": self.intent.currency,
            "customer": self.intent.customer,
            "description": self.intent.description,
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": failure.get("code"),
            "failure_message": failure.get("message"),
            "fraud_details": {},
            "livemode": False,
            "metadata": dict(self.intent.metadata),
            "on_behalf_of": None,
            "outcome": None,
            "paid": self.status != "failed",
            "payment_intent": self.intent.id,
            "payment_method": self.intent.payment_method,
            "payment_method_details": {"card": {"brand": "visa", "last4": "4242"}, "type": "card"},
            "receipt_email": None,
            "receipt_number": None,
            "receipt_url": None,
            "refunded": is_paid and self.refunded == self.intent.amount,
            "review": None,
            "shipping": None,
            "source": None,
            "source_transfer": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": self.status,
            "transfer_data": None,
            "transfer_group": None,
        }

    def list_of_refunds(self) -> JSON:
        """Only where it is asked for by `expand`; of many, the newest."""
        newest = self.refunds[::-1]
        return page(
            [refund.as_json() for refund in newest[:LISTED]], len(newest) > LISTED, f"/v1/charges/{self.id}/refunds"
        )


@dataclass(slots=True)
class Intent:
    amount: int
    currency: str
    created: int
    metadata: dict[str, str]
    description: str | None
    customer: str | None = None
    future_usage: str | None = None
    redirects: str = "always"
    status: str = "requires_payment_method"
    payment_method: str | None = None
    charges: list[Charge] = field(default_factory=list)
    error: JSON | None = None
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    id: str = field(default_factory=lambda: new_id("pi"))
    secret: str = field(default_factory=lambda: new_id("secret", 25), repr=False)

    @property
    def charge(self) -> Charge | None:
        return self.charges[-1] if self.charges else None

    def as_json(self) -> JSON:
        next_action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        return {
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": self.amount if self.status == "succeeded" else 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": {"allow_redirects": self.redirects, "enabled": True},
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": "automatic_async",
            "client_secret": f"{self.id}_{self.secret}",
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": self.description,
            "excluded_payment_method_types": None,
            "last_payment_error": self.error,
            "latest_charge": self.charge.id if self.charge else None,
            "livemode": False,
            "metadata": dict(self.metadata),
            "next_action": next_action if self.status == "requires_action" else None,
            "on_behalf_of": None,
            "payment_method": self.payment_method,
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "processing": {"type": "card"} if self.status == "processing" else None,
            "receipt_email": None,
            "review": None,
            "setup_future_usage": self.future_usage,
            "shipping": None,
            "source": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": self.status,
            "transfer_data": None,
            "transfer_group": None,
        }


def page(data: list[JSON], has_more: bool, url: str) -> JSON:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
