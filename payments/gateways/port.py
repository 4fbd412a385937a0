from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payments.models import Payment, Refund


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    """`refund_id` is ours, where the refund was asked for by us."""

    gateway_id: str
    amount: int
    status: Refund.Status
    at: datetime
    refund_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """What was paid by and may be charged again. `brand` and `last4` are what its owner knows it by."""

    id: str
    brand: str = ""
    last4: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a gateway knew of a payment when it was asked, `at`. Amounts are in minor units of `currency`."""

    intent_id: str
    status: Payment.Status
    amount: int
    currency: str
    at: datetime
    captured: int = 0
    captured_at: datetime | None = None
    refunds: Sequence[RefundSnapshot] = ()
    payment_id: UUID | None = None
    method: Method | None = None
    client_secret: str = field(default="", repr=False)  # for the payer's app alone, never stored


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook that was checked. `intent_id` is empty where it is about something else; `kept` holds no secrets."""

    event_id: str
    type: str
    intent_id: str
    occurred_at: datetime
    kept: str = field(repr=False)


class Gateway(Protocol):
    """All may raise `GatewayAway`, which says nothing of what was done, or `GatewayRefused`, after which nothing was.

    A `key` makes a repeated call the same call. `KeySpent` asks for a new one.
    """

    def customer(self, payment: Payment, key: str) -> str:
        """The payer, as the gateway is to know him in order to keep what he pays by."""
        ...

    def create(self, payment: Payment, key: str) -> Snapshot:
        """Where the payer is away, he is charged at once; that his card is declined is no refusal."""
        ...

    def find(self, payment: Payment) -> Snapshot | None:
        """What was made for it of one of its `customer_id`, though nobody heard the answer."""
        ...

    def retrieve(self, intent_id: str) -> Snapshot: ...

    def cancel(self, intent_id: str, key: str) -> Snapshot: ...

    def refund(self, refund: Refund, key: str) -> Snapshot: ...

    def detach(self, payment: Payment, key: str) -> Snapshot:
        """Its method can be charged no more."""
        ...

    def read_call(self, body: bytes, signature: str, now: datetime) -> Call:
        """Raises `BadWebhook` unless the gateway signed it, lately, and in the mode we are in."""
        ...
