"""What workers do with payments, by the clock of a test: the gateway is real, what it says is said at that time."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from payments import commanding
from payments.applying import apply
from payments.errors import GatewayRefused
from payments.gateways.port import Snapshot
from payments.gateways.registry import gateway
from payments.models import GatewayCommand, Payment, Refund

State = GatewayCommand.State


def carry_out(now: datetime) -> int:
    """All that is to be done, and what follows from it. Answers how much that was."""
    done = 0
    while due := list(GatewayCommand.objects.filter(state=State.WAITING, next_at__lte=now).order_by("pk")):
        for command in due:
            done += _carry_out(command, now)
    return done


def look(payment: Payment, now: datetime) -> Snapshot:
    """What the gateway knows of it, not applied yet."""
    return replace(gateway(payment.gateway).retrieve(str(payment.intent_id)), at=now)


def hear(payment: Payment, now: datetime) -> None:
    apply(payment, look(payment, now))


def hear_all(now: datetime) -> None:
    for payment in Payment.objects.exclude(intent_id=None):
        hear(payment, now)


def books(payment: Payment) -> int:
    """What the gateway has taken of it and not given back."""
    seen = gateway(payment.gateway).retrieve(str(payment.intent_id))
    return seen.captured - sum(one.amount for one in seen.refunds if one.status == Refund.Status.SUCCEEDED)


def _carry_out(command: GatewayCommand, now: datetime) -> bool:
    claimed = commanding._claim(command.pk, now)
    if claimed is None:
        return False
    try:
        seen = commanding._ask(claimed)
    except GatewayRefused as refusal:
        with suppress(GatewayRefused):
            commanding._give_up(claimed, refusal)
    else:
        commanding._done(claimed, replace(seen, at=now))
    return True
