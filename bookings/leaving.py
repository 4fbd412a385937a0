"""Who is gone, comes no more: reservations and subscriptions end, and what they said of anybody is forgotten."""

from datetime import datetime
from functools import partial
from uuid import UUID

from bookings import ending, holds, renewing
from bookings.models import Reservation, Subscription
from core.sweeping import each
from core.unit import unit

By = Reservation.By

CUSTOMER_IS_GONE = {"user__anonymised_at__isnull": False}
PROVIDER_IS_GONE = {"provider__owner__anonymised_at__isnull": False}


def leave_everywhere(now: datetime) -> None:
    """Rung when somebody goes; beat, for rings that were lost. Each in a unit of its own."""
    for who_is_gone, by in [(CUSTOMER_IS_GONE, By.USER), (PROVIDER_IS_GONE, By.PROVIDER)]:
        reservations = Reservation.objects.active().filter(**who_is_gone).order_by("pk")
        each(reservations.values_list("pk", flat=True), partial(_cancel, by=by, now=now))
        subscriptions = Subscription.objects.live().filter(**who_is_gone).order_by("pk")
        each(subscriptions.values_list("pk", flat=True), partial(_unsubscribe, now=now))


@unit
def _cancel(reservation_id: UUID, by: By, now: datetime) -> None:
    reservation = holds.locked(reservation_id)
    if reservation.status in Reservation.ACTIVE:
        ending.cancel(reservation, by, "The account was closed", now)


@unit
def _unsubscribe(subscription_id: UUID, now: datetime) -> None:
    subscription = renewing.locked(subscription_id)
    if subscription.status in Subscription.LIVE:
        renewing.cancel(subscription, By.SYSTEM, "", now)
