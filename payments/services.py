"""The verbs of payments, for the apps above. Each is a unit; what a gateway is to do follows after the commit."""

import time
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from core.doorbell import ring
from core.errors import refuse
from core.unit import unit
from payments import methods, tasks
from payments.applying import apply, lapse
from payments.commanding import carry_out
from payments.conf import limits
from payments.errors import (
    GatewayAway,
    NoSavedMethod,
    NotDead,
    NotRefundable,
    PaymentMismatch,
    PaymentOver,
    PaymentPending,
)
from payments.gateways import cash
from payments.gateways.port import Snapshot
from payments.gateways.registry import gateway
from payments.models import GatewayCommand, Payment, Refund, WebhookEvent
from payments.ordering import order
from payments.selectors import live_payment, refundable, saved_method

Kind = GatewayCommand.Kind

POLL_SECONDS = 0.05


@unit
def begin_payment(
    subject: tuple[str, object],
    *,
    payer: User,
    payee: str,
    amount: int,
    currency: str,
    by: str = Payment.Gateway.STRIPE,
    saves_method: bool = False,
    off_session: bool = False,
    now: datetime,
) -> Payment:
    """One at a time for one thing. The gateway hears of it once this is committed: see `intent_of`.

    What pays one that `saves_method` can pay others `off_session`, while the payer is away.
    """
    gateway(by)
    method = saved_method(payer, by) if off_session else None
    refuse(NoSavedMethod, unless=method or not off_session)
    kind, key = subject
    refuse(PaymentPending, unless=live_payment(subject) is None)
    payment = Payment(
        subject_kind=kind,
        subject_key=str(key),
        payer=payer,
        payee=payee,
        gateway=by,
        amount=amount,
        currency=currency,
        saves_method=saves_method,
        is_off_session=off_session,
        customer_id=method.customer_id if method else "",
        method_id=method.method_id if method else "",
        created_at=now,
    )
    try:
        with unit():
            payment.save(force_insert=True)
    except IntegrityError as error:
        raise PaymentPending from error  # somebody else began in this moment
    _command(payment, Kind.CREATE, now)
    return payment


def intent_of(payment: Payment, *, now: datetime) -> Snapshot:
    """What the payer's app needs in order to pay: asked for at once, and outside of any unit."""
    refuse(PaymentOver, unless=payment.status not in Payment.OVER)
    waiting = payment.commands.filter(kind=Kind.CREATE, state=GatewayCommand.State.WAITING).first()
    if waiting and (seen := carry_out(waiting.pk, now)):
        return seen
    _wait_for_intent(payment)
    refuse(GatewayAway, unless=payment.intent_id)
    return gateway(payment.gateway).retrieve(str(payment.intent_id))


@unit
def cancel_payment(payment: Payment, *, now: datetime) -> None:
    """Nobody is to pay it any more. If somebody just has, that is applied, and whoever it was for decides."""
    unasked = payment.commands.filter(kind=Kind.CREATE, state=GatewayCommand.State.WAITING, attempts=0)
    if unasked.update(state=GatewayCommand.State.FAILED, error="cancelled before it was asked for"):
        lapse(payment)
    elif Payment.objects.unsettled().filter(pk=payment.pk).exists():
        _command(payment, Kind.CANCEL, now)


@unit
def refund_payment(payment: Payment, *, amount: int | None = None, reason: str, now: datetime) -> Refund:
    """All that is left, or a part. What is on its way counts as gone."""
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    left = refundable(payment)
    amount = left if amount is None else amount
    refuse(NotRefundable, unless=0 < amount <= left, refundable=left)
    refund = Refund.objects.create(payment=payment, amount=amount, reason=reason, created_at=now)
    _command(payment, Kind.REFUND, now, refund)
    return refund


@unit
def give_back(payment: Payment, *, reason: str, now: datetime) -> Refund | None:
    """All that is left, if that is anything: when we hear that it was paid, somebody may have returned it already."""
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    return refund_payment(payment, reason=reason, now=now) if refundable(payment) else None


@unit
def settle_at_desk(payment: Payment, *, now: datetime) -> Payment:
    """Cash was paid."""
    refuse(PaymentMismatch, unless=payment.gateway == Payment.Gateway.CASH)
    still_open = Payment.objects.filter(pk=payment.pk).exclude(status__in=Payment.OVER)
    refuse(PaymentOver, unless=still_open.exists())
    return apply(payment, cash.taken(payment, now))


@unit
def forget_methods(payer_id: UUID, *, now: datetime) -> None:
    """He can be charged only while he is there; what is being charged in this moment is."""
    methods.forget(payer_id, now)
    ring(tasks.carry_out_commands)


def forget_payer(user_id: UUID) -> None:
    forget_methods(user_id, now=timezone.now())


@unit
def read_again(event: WebhookEvent, *, now: datetime) -> None:
    """A call that was given up gets as long as a new one."""
    dead = WebhookEvent.objects.filter(pk=event.pk, state=WebhookEvent.State.DEAD)
    refuse(NotDead, unless=dead.update(state=WebhookEvent.State.WAITING, attempts=0, next_at=now, waiting_since=now))
    ring(tasks.read_inbox)


def _wait_for_intent(payment: Payment) -> None:
    """While somebody else is asking for it: the app has come right behind the commit, as the worker has."""
    until = time.monotonic() + limits.intent_seconds
    under_way = payment.commands.filter(kind=Kind.CREATE, state=GatewayCommand.State.WAITING, error="")
    payment.refresh_from_db()
    while payment.intent_id is None and under_way.exists() and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        payment.refresh_from_db()


def _command(payment: Payment, kind: Kind, now: datetime, refund: Refund | None = None) -> None:
    order(payment, kind, now, refund)
    ring(tasks.carry_out_commands)
