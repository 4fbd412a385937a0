"""What hands do to the payments of a deployment, and what became of them."""

import time
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from payments import commanding, inbox, receiving, reconciling, services
from payments.errors import GatewayAway
from payments.gateways.registry import gateway
from payments.models import GatewayCommand, LedgerEntry, Payment, Refund, SavedMethod, WebhookEvent
from tests.factories.payments import TicketFactory
from tests.sample import tickets
from tests.sample.models import Ticket

State = GatewayCommand.State
A_WHILE = 0.3  # between a look and what follows from it, where nothing is locked: all others look meanwhile


def forget_everything() -> None:
    for model in (SavedMethod, LedgerEntry, GatewayCommand, Refund, WebhookEvent, Payment, Ticket):
        model.objects.all().delete()


def sell(count: int) -> list[int]:
    """Tickets that nobody has begun to pay for."""
    return [TicketFactory().pk for _ in range(count)]


def begin(ticket: int, by: str = "stripe", payer_id: UUID | None = None, **how: bool) -> str:
    payer = User.objects.filter(pk=payer_id).first() or User.objects.create(email=f"{uuid7().hex}@payments.test")
    terms = {"payer": payer, "payee": "box office", "amount": 1000, "currency": "EUR", "by": by, "now": timezone.now()}
    return str(services.begin_payment((tickets.KIND, ticket), **terms, **how).pk)


def begin_and_save(ticket: int) -> str:
    return begin(ticket, saves_method=True)


def renew() -> None:
    """Another ticket for each who can be charged while he is away."""
    for saved in SavedMethod.objects.order_by("pk"):
        begin(sell(1)[0], payer_id=saved.payer_id, off_session=True)


# What workers do


def carry_out() -> int:
    """All that is due, also what others are at: the claim decides."""
    done = 0
    for command_id in GatewayCommand.objects.filter(state=State.WAITING).order_by("pk").values_list("pk", flat=True):
        with suppress(GatewayAway):
            done += commanding.carry_out(command_id, timezone.now()) is not None
    return done


def carry_out_carelessly() -> int:
    """As it would be if who looks first did not claim."""
    waiting = list(GatewayCommand.objects.filter(state=State.WAITING).order_by("pk").select_related("payment"))
    time.sleep(A_WHILE)
    for command in waiting:
        commanding._done(command, commanding._ask(command))
    return len(waiting)


def receive(body: str, signature: str) -> bool:
    return receiving.receive("stripe", body.encode(), signature, now=timezone.now())


def read() -> None:
    for event_id in WebhookEvent.objects.order_by("pk").values_list("pk", flat=True):
        inbox.read(event_id, timezone.now())


def read_carelessly() -> None:
    """As it would be if a row were neither claimed nor locked, and a sum had no key."""
    for event in WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING).order_by("pk"):
        seen = gateway("stripe").retrieve(event.intent_id)
        payment = Payment.objects.get(intent_id=event.intent_id)
        if not payment.is_paid:
            time.sleep(A_WHILE)
            tickets.paid(payment)
            Payment.objects.filter(pk=payment.pk).update(status=seen.status)


def reconcile() -> None:
    for payment in Payment.objects.order_by("pk"):
        reconciling.look(payment, timezone.now())


def refund(payment_id: UUID, amount: int) -> str:
    payment = Payment.objects.get(pk=payment_id)
    return str(services.refund_payment(payment, amount=amount, reason="race", now=timezone.now()).pk)


def refund_carelessly(payment_id: UUID, amount: int) -> None:
    """As it would be without the lock."""
    payment = Payment.objects.get(pk=payment_id)
    taken = sum(payment.refunds.standing().values_list("amount", flat=True))
    time.sleep(A_WHILE)
    if taken + amount <= payment.captured:
        payment.refunds.create(amount=amount, reason="race", created_at=timezone.now())


def pay_in_cash(ticket: int) -> str:
    payment_id = begin(ticket, "cash")
    carry_out()
    services.settle_at_desk(Payment.objects.get(pk=payment_id), now=timezone.now())
    return payment_id


# What became of it


def intents() -> list[str | None]:
    return list(Payment.objects.order_by("pk").values_list("intent_id", flat=True))


def attempts() -> list[int]:
    return list(GatewayCommand.objects.order_by("pk").values_list("attempts", flat=True))


def events() -> list[str]:
    return list(WebhookEvent.objects.order_by("pk").values_list("state", flat=True))


def told() -> list[int]:
    """How often each ticket heard that it was paid."""
    return list(Ticket.objects.order_by("pk").values_list("paid", flat=True))


def books() -> list[int]:
    """What each payment brought, by the ledger."""
    sums = Payment.objects.order_by("pk").annotate(sum=Sum("ledger__amount"))
    return [found or 0 for found in sums.values_list("sum", flat=True)]


def entries() -> int:
    return LedgerEntry.objects.count()


def asked_back(payment_id: UUID) -> int:
    standing: dict[str, Any] = Payment.objects.get(pk=payment_id).refunds.standing().aggregate(sum=Sum("amount"))
    return standing["sum"] or 0
