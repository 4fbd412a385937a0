"""What a gateway is to do: written in the unit that decides it, carried out after the commit by whoever comes first.

A command is repeated with its own key: the gateway does it once. No transaction is open while a gateway is asked.
"""

from contextlib import suppress
from datetime import datetime

from core.sweeping import each
from core.unit import unit
from payments.applying import apply, lapse
from payments.conf import limits
from payments.errors import GatewayAway, GatewayRefused, KeySpent, NoSuchGateway
from payments.gateways.port import Snapshot
from payments.gateways.registry import gateway
from payments.leasing import backoff, lease
from payments.models import GatewayCommand, Payment, Refund

Kind = GatewayCommand.Kind
State = GatewayCommand.State
Status = Payment.Status


def carry_out_due(now: datetime) -> int:
    """Beat: those that nobody has carried out yet. Answers how many were; the rest waits where a gateway is away, lest
    every worker wait for it."""

    def carry_out_one(command_id: int) -> None:
        with suppress(GatewayRefused):  # it is written on the command
            carry_out(command_id, now)

    due = GatewayCommand.objects.filter(state=State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    return each(due.values_list("pk", flat=True)[: limits.lot], carry_out_one, until=GatewayAway)


def carry_out(command_id: int, now: datetime) -> Snapshot | None:
    """None where somebody else is at it, or it is done. Raises what the gateway said, after it was written down."""
    command = _claim(command_id, now)
    if command is None:
        return None
    try:
        seen = _ask(command)
    except (GatewayAway, NoSuchGateway) as error:
        _put_off(command, error, now)
        raise
    except GatewayRefused as error:
        _give_up(command, error)
        raise
    _done(command, seen)
    return seen


def _claim(command_id: int, now: datetime) -> GatewayCommand | None:
    if not lease(GatewayCommand.objects.filter(pk=command_id, state=State.WAITING), now):
        return None
    return GatewayCommand.objects.select_related("payment", "refund__payment").get(pk=command_id)


def _ask(command: GatewayCommand) -> Snapshot:
    payment, way = command.payment, gateway(command.payment.gateway)
    if payment.intent_id is None:
        if command.kind == Kind.CREATE:
            return _create(command)
        raise GatewayAway("It is still being made.")
    if command.kind == Kind.CREATE:
        return way.retrieve(payment.intent_id)  # a call was read before the answer came
    if command.kind == Kind.DETACH:
        return way.detach(payment, command.idempotency_key)
    if command.attempts > 1:
        # Perhaps it was done and only the answer was lost, longer ago than the gateway remembers a key.
        seen = way.retrieve(payment.intent_id)
        if _is_done(command, seen):
            return seen
    if command.refund is None:
        return _cancel(command, payment.intent_id)
    return way.refund(command.refund, command.idempotency_key)


def _create(command: GatewayCommand) -> Snapshot:
    payment, way = command.payment, gateway(command.payment.gateway)
    if payment.saves_method and not payment.customer_id:
        key = f"customer:{payment.payer_id}:v{command.version}"
        _note_customer(payment, _known_customer(payment) or way.customer(payment, key))
    if payment.is_off_session and command.attempts > 1 and (made := way.find(payment)):
        return made  # the answer was lost; under a key that the gateway has forgotten he would be charged twice
    return way.create(payment, command.idempotency_key)


def _known_customer(payment: Payment) -> str:
    others = Payment.objects.filter(payer=payment.payer_id, gateway=payment.gateway).exclude(customer_id="")
    return others.order_by("-created_at").values_list("customer_id", flat=True).first() or ""


@unit
def _note_customer(payment: Payment, customer_id: str) -> None:
    """Before the intent is asked for: a repeated call is the same call only with the same words."""
    payment.customer_id = customer_id
    payment.save(update_fields=["customer_id"])


def _cancel(command: GatewayCommand, intent_id: str) -> Snapshot:
    """Who has just paid has paid."""
    way = gateway(command.payment.gateway)
    try:
        return way.cancel(intent_id, command.idempotency_key)
    except GatewayRefused as refusal:
        seen = way.retrieve(intent_id)
        if _is_done(command, seen):
            return seen
        if seen.status == Status.PROCESSING:
            raise KeySpent from refusal
        raise


def _is_done(command: GatewayCommand, seen: Snapshot) -> bool:
    if command.kind == Kind.CANCEL:
        return seen.status not in Payment.UNSETTLED
    return command.refund_id in {one.refund_id for one in seen.refunds}


@unit
def _done(command: GatewayCommand, seen: Snapshot) -> None:
    apply(command.payment, seen)
    GatewayCommand.objects.filter(pk=command.pk, state=State.WAITING).update(state=State.DONE, error="")


@unit
def _put_off(command: GatewayCommand, error: GatewayAway | NoSuchGateway, now: datetime) -> None:
    # A payer stands and waits for what is to be created.
    longest = limits.lease_seconds if command.kind == Kind.CREATE else limits.longest_retry_seconds
    GatewayCommand.objects.filter(pk=command.pk, state=State.WAITING).update(
        next_at=now + backoff(command.attempts, longest),
        error=repr(error.__cause__ or error)[:300],
        version=command.version + isinstance(error, KeySpent),
    )


@unit
def _give_up(command: GatewayCommand, error: GatewayRefused) -> None:
    """The money stays where it is; the operators see to it."""
    why = str(error.details.get("reason", error.message))[:300]
    GatewayCommand.objects.filter(pk=command.pk, state=State.WAITING).update(state=State.FAILED, error=why)
    if command.kind == Kind.CREATE:
        lapse(command.payment)
        command.payment.commands.filter(state=State.WAITING).update(
            state=State.FAILED, error="there is nothing to cancel"
        )
    if command.refund_id:
        Refund.objects.filter(pk=command.refund_id, status=Refund.Status.REQUESTED).update(status=Refund.Status.FAILED)
