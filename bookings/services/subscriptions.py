from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from bookings import events, renewing, stats
from bookings.conf import limits
from bookings.errors import NoCash, NotBookable, NothingToPay, SubscribedAlready, SubscriptionOver
from bookings.models import Invoice, Plan, Reservation, Subscription
from core.errors import refuse
from core.unit import unit
from payments.models import Payment
from payments.selectors import open_payment
from realtime.publishing import publish

Status = Subscription.Status
By = Reservation.By


@unit
def subscribe(
    user: User,
    plan: Plan,
    *,
    by: str = Payment.Gateway.STRIPE,
    subscribers: Sequence[dict[str, Any]] = (),
    now: datetime,
) -> Subscription:
    """Active once its first period is paid for: at once where that costs nothing, or is paid at the desk."""
    provider = plan.provider
    refuse(NotBookable, unless=plan.is_active and provider.is_open)
    refuse(NoCash, unless=by != Payment.Gateway.CASH or provider.accepts_cash)
    # Whoever comes twice at once waits here for himself.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    refuse(SubscribedAlready, unless=not Subscription.objects.live().filter(user=user, plan=plan).exists())
    subscription = Subscription.objects.create(
        user=user,
        provider=provider,
        plan=plan,
        plan_name=plan.name,
        price=plan.price,
        currency=provider.currency,
        gateway=by,
        interval=plan.interval,
        interval_count=plan.interval_count,
        zone=provider.zone,
        subscribers=list(subscribers),
        renews=plan.renews,
        anchor_at=now,
        expires_at=now + timedelta(hours=limits.unpaid_hours),
        created_at=now,
        updated_at=now,
    )
    stats.subscription_moved(subscription, None, now)
    if not subscription.price:
        renewing.begin_period(subscription, 0, now)
        return subscription
    invoice = Invoice.objects.create(subscription=subscription, period=0, amount=subscription.price, created_at=now)
    renewing.begin_payment(invoice, off_session=False, now=now)
    if by == Payment.Gateway.CASH:
        renewing.paid(invoice, now)
    else:
        publish(*events.subscription_changed(subscription))
    return renewing.locked(subscription.pk)


@unit
def pay_subscription(subscription: Subscription, *, now: datetime) -> Payment:
    """What is open now, by the customer's own hand: the one she has begun, or a new one."""
    subscription = renewing.locked(subscription.pk)
    invoice = subscription.invoices.filter(status=Invoice.Status.OPEN).order_by("period").first()
    if invoice is None:
        raise NothingToPay
    under_way = open_payment(renewing.subject_of(invoice))
    return under_way or renewing.begin_payment(invoice, off_session=False, now=now)


@unit
def cancel_subscription(
    subscription: Subscription, *, by: By = By.USER, because: str = "", now: datetime
) -> Subscription:
    """What was paid for stays until the period ends; nothing more is asked for."""
    subscription = renewing.locked(subscription.pk)
    if subscription.status == Status.CANCELLED:
        return subscription
    refuse(SubscriptionOver, unless=subscription.status in Subscription.LIVE, status=subscription.status)
    renewing.cancel(subscription, by, because, now)
    return subscription
