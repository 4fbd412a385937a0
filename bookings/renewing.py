"""Subscriptions go from period to period, as long as they are paid for. The unique invoice of a period is what makes it
be asked for once; a payment that fails is tried again, days apart, and then no more.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bookings import events, messages, stats
from bookings.boards import touch_provider
from bookings.conf import RETRY_DAYS, limits
from bookings.models import Invoice, Reservation, Subscription
from bookings.periods import end_of, period_at
from bookings.reminders import drop_reminders, schedule_reminders
from core.sweeping import each
from core.unit import unit
from notifications.messages import notify, withdraw
from payments import services as payments
from payments.errors import NoSavedMethod
from payments.models import Payment
from payments.selectors import open_payment
from realtime.publishing import publish

Status = Subscription.Status

By = Reservation.By

INVOICES = "bookings.invoice"

REASONS = {
    By.USER: "Cancelled by user",
    By.PROVIDER: "Cancelled by provider",
    By.ADMIN: "Cancelled by admin",
    By.SYSTEM: "Cancelled with the account",
}
LEAST_BETWEEN_TRIES = timedelta(hours=12)  # also where nobody has tried for days


def go_on_everywhere(now: datetime) -> None:
    """Beat: periods that are over, and payments that are to be tried again. Each in a unit of its own."""
    over = Subscription.objects.live().filter(expires_at__lte=now).exclude(status=Status.PAYMENT_FAILED)
    each(over.order_by("expires_at").values_list("pk", flat=True)[: limits.lot], partial(go_on, now=now))
    due = Invoice.objects.filter(status=Invoice.Status.OPEN, next_try_at__lte=now).order_by("next_try_at")
    each(due.values_list("pk", flat=True)[: limits.lot], partial(charge, now=now))


@unit
def go_on(subscription_id: UUID, now: datetime) -> None:
    """The period is over: the next one begins by being asked for. Of those that passed unnoticed, none is; and while
    one is being paid for, no other."""
    subscription = locked(subscription_id)
    if subscription.expires_at > now or subscription.status not in {Status.PENDING, Status.ACTIVE}:
        return
    if subscription.status == Status.PENDING or not subscription.renews:
        end(subscription, now)
    elif subscription.price:
        if not subscription.invoices.filter(status=Invoice.Status.OPEN).exists():
            terms = {"amount": subscription.price, "next_try_at": now, "created_at": now}
            subscription.invoices.create(period=_next(subscription, now), **terms)
    else:
        begin_period(subscription, _next(subscription, now), now)


@unit
def charge(invoice_id: UUID, now: datetime) -> None:
    """By the method that she saved, without her; or at the desk."""
    subscription = locked(Invoice.objects.get(pk=invoice_id).subscription_id)
    due = subscription.invoices.filter(pk=invoice_id, status=Invoice.Status.OPEN, next_try_at__lte=now)
    if not due.update(next_try_at=None):
        return
    invoice = subscription.invoices.get(pk=invoice_id)
    if begun := open_payment(subject_of(invoice)):
        payments.cancel_payment(begun, now=now)  # she has had days to end it; that it lapses is this try
        return
    try:
        begin_payment(invoice, off_session=subscription.gateway == Payment.Gateway.STRIPE, now=now)
    except NoSavedMethod:
        failed(invoice, now)
    else:
        if subscription.gateway == Payment.Gateway.CASH:
            paid(invoice, now)


def begin_payment(invoice: Invoice, *, off_session: bool, now: datetime) -> Payment:
    subscription = invoice.subscription
    return payments.begin_payment(
        subject_of(invoice),
        payer=subscription.user,
        payee=subscription.provider.payee,
        amount=invoice.amount,
        currency=subscription.currency,
        by=subscription.gateway,
        saves_method=subscription.renews and not off_session,
        off_session=off_session,
        now=now,
    )


def paid(invoice: Invoice, now: datetime) -> None:
    """The subscription is locked, and the invoice open."""
    subscription = locked(invoice.subscription_id)
    _settle(invoice, Invoice.Status.PAID, now)
    if subscription.status == Status.PENDING:
        subscription.anchor_at = now
    begin_period(subscription, invoice.period, now)


def failed(invoice: Invoice, now: datetime) -> None:
    """Of the first period she may begin another payment, for a while; of the others we do."""
    subscription = locked(invoice.subscription_id)
    if subscription.status not in Subscription.RUNNING:
        return
    invoice.failures += 1
    is_last = invoice.failures > len(RETRY_DAYS)
    if not is_last:
        planned = invoice.created_at + timedelta(days=RETRY_DAYS[invoice.failures - 1])
        invoice.next_try_at = max(planned, now + LEAST_BETWEEN_TRIES)
    invoice.save(update_fields=["failures", "next_try_at"])
    if is_last:
        end(subscription, now)
        return
    if subscription.status == Status.ACTIVE:
        move(subscription, Status.PAYMENT_FAILED, now)
    else:
        notify(*messages.subscription_changed(subscription)[:1])


def begin_period(subscription: Subscription, period: int, now: datetime) -> None:
    was = subscription.status
    subscription.period, subscription.expires_at = period, end_of(subscription, period)
    if was == Status.ACTIVE:
        subscription.updated_at = now
        subscription.save(update_fields=["period", "expires_at", "updated_at"])
        publish(*events.subscription_renewed(subscription))
    else:
        move(subscription, Status.ACTIVE, now)
    if period:
        notify(messages.subscription_renewed(subscription))
    withdraw((events.SUBSCRIPTION, subscription.pk), kinds=[messages.REMINDERS])
    schedule_reminders(subscription, now)


def end(subscription: Subscription, now: datetime) -> None:
    move(subscription, Status.EXPIRED, now)
    stop_asking(subscription, now)


def cancel(subscription: Subscription, by: By, because: str, now: datetime) -> None:
    """The subscription is locked, and live."""
    if subscription.status == Status.PENDING:
        subscription.expires_at = subscription.anchor_at  # nothing was paid for
    reason = because or REASONS[by]
    move(subscription, Status.CANCELLED, now, renews=False, cancelled_at=now, cancelled_by=by, cancelled_because=reason)
    stop_asking(subscription, now)


def stop_asking(subscription: Subscription, now: datetime) -> None:
    """No period after the present one is to be paid for, and nobody is reminded of it."""
    drop_reminders(subscription)
    withdraw((events.SUBSCRIPTION, subscription.pk), kinds=[messages.REMINDERS])
    for invoice in subscription.invoices.filter(status=Invoice.Status.OPEN):
        _settle(invoice, Invoice.Status.VOID, now)
        if payment := open_payment(subject_of(invoice)):
            payments.cancel_payment(payment, now=now)


def move(subscription: Subscription, status: Status, now: datetime, **changes: object) -> None:
    """To another status: both sides hear it. The subscription is locked, and saved whole."""
    was = subscription.status
    for name, value in {"status": status, "updated_at": now, **changes}.items():
        setattr(subscription, name, value)
    subscription.save()
    stats.subscription_moved(subscription, was, now)
    publish(*events.subscription_changed(subscription))
    notify(*messages.subscription_changed(subscription))
    touch_provider(subscription.provider_id)


def locked(subscription_id: UUID) -> Subscription:
    """Before anything else of it is touched."""
    whole = Subscription.objects.select_related("provider", "user", "plan")
    return whole.select_for_update(no_key=True, of=("self",)).get(pk=subscription_id)


def subject_of(invoice: Invoice) -> tuple[str, UUID]:
    return INVOICES, invoice.pk


def _next(subscription: Subscription, now: datetime) -> int:
    return max(subscription.period + 1, period_at(subscription, now))


def _settle(invoice: Invoice, status: Invoice.Status, now: datetime) -> None:
    invoice.status, invoice.next_try_at, invoice.settled_at = status, None, now
    invoice.save(update_fields=["status", "next_try_at", "settled_at"])
