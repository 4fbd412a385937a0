"""Stripe's calls, as a test lets them come; and what became of a payment."""

import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from payments import inbox
from payments.models import LedgerEntry, Payment
from tests.outside.stripe_webhooks import Event, signature
from tests.outside.world import World
from tests.sample.models import Ticket

URL = "/api/payments/webhooks/stripe"


@dataclass
class Gate:
    world: World
    client: Client

    @property
    def secret(self) -> str:
        return self.world.env["STRIPE_WEBHOOK_SECRETS"]

    def bodies(self, *types: str) -> list[bytes]:
        """Of all that has happened, oldest first; or of these types, in their order."""
        events = self.world.stripe.events()
        chosen = [event for type in types for event in events if event["type"] == type] if types else events
        return [body_of(event) for event in chosen]

    def call(
        self, body: bytes, *, at: float | None = None, secret: str = "", header: str | None = None
    ) -> HttpResponse:
        """To the endpoint, in its own signature or the one given."""
        signed = signature(body, int(time.time() if at is None else at), [secret or self.secret])
        given = signed if header is None else header
        headers = {"Stripe-Signature": given} if given else {}
        return self.client.post(URL, body, content_type="application/json", headers=headers)

    def tell_all(self) -> None:
        """All that has happened, in order; and it is read."""
        for body in self.bodies():
            assert self.call(body).status_code == 200
        inbox.read_due(timezone.now())

    def asked(self, name: str) -> int:
        """How often the gateway was asked for this."""
        return sum(arrival["address"] == name for arrival in self.world.journal("stripe"))


def body_of(event: dict[str, Any], *, is_live: bool = False) -> bytes:
    request = {"id": None, "idempotency_key": None}
    return Event(event["id"], event["type"], event["created"], event["object"], request).body(is_live)


def state(payment: Payment) -> dict[str, Any]:
    """All that must be the same, however we came to know of it."""
    payment.refresh_from_db()
    ticket = Ticket.objects.get(pk=payment.subject_key)
    refunds = payment.refunds.order_by("gateway_id").values_list("gateway_id", "amount", "status", "is_external")
    return {
        "payment": (payment.status, payment.captured, payment.captured_at, payment.refunded, payment.intent_id),
        "refunds": list(refunds),
        "ledger": ledger(payment),
        "ticket": (ticket.paid, ticket.lapsed, ticket.refunded),
        "takings": ticket.takings,
    }


def ledger(payment: Payment) -> list[tuple[str, int]]:
    entries = LedgerEntry.objects.filter(payment=payment).order_by("dedupe_key")
    return list(entries.values_list("kind", "amount"))
