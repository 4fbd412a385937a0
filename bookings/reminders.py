"""What is told ahead of time, once: looked at again in the moment when it is told."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bookings import messages
from bookings.conf import REMIND_DAYS, limits
from bookings.models import Reservation, ScheduledReminder, Subscription
from bookings.periods import start_of
from core.sweeping import each
from core.unit import unit
from notifications.messages import notify

State = ScheduledReminder.State


def remind_everywhere(now: datetime) -> None:
    """Beat: each in a unit of its own."""
    due = ScheduledReminder.objects.filter(state=State.WAITING, scheduled_for__lte=now).order_by("scheduled_for")
    each(due.values_list("pk", "subscription_id")[: limits.lot], lambda one: _of_subscription(*one, now=now))
    soon = now + timedelta(hours=limits.remind_hours)
    near = Reservation.objects.confirmed().filter(reminded_at=None, start_at__lte=soon, start_at__gt=now)
    each(near.order_by("start_at").values_list("pk", flat=True)[: limits.lot], partial(_of_reservation, now=now))


def schedule_reminders(subscription: Subscription, now: datetime) -> None:
    """For the end of the period that has just begun: none for a period that is shorter than the time ahead."""
    begun = start_of(subscription, subscription.period)
    due = {days: subscription.expires_at - timedelta(days=days) for days in REMIND_DAYS}
    rows = [
        ScheduledReminder(
            subscription=subscription,
            period=subscription.period,
            days_before=days,
            scheduled_for=at,
            created_at=now,
        )
        for days, at in due.items()
        if begun < at and now < at
    ]
    ScheduledReminder.objects.bulk_create(rows, ignore_conflicts=True)


def drop_reminders(subscription: Subscription) -> None:
    subscription.reminders.filter(state=State.WAITING).update(state=State.DROPPED)


@unit
def _of_subscription(reminder_id: int, subscription_id: UUID, *, now: datetime) -> None:
    subscription = Subscription.objects.select_for_update(no_key=True).get(pk=subscription_id)
    reminder = ScheduledReminder.objects.get(pk=reminder_id)
    if reminder.state != State.WAITING:
        return
    is_so = subscription.status == Subscription.Status.ACTIVE and subscription.period == reminder.period
    is_needed = is_so and now < subscription.expires_at
    reminder.state = State.SENT if is_needed else State.DROPPED
    reminder.save(update_fields=["state"])
    if is_needed:
        notify(messages.renewal_near(subscription, reminder))


@unit
def _of_reservation(reservation_id: UUID, now: datetime) -> None:
    """Who has booked within that time needs no reminder."""
    reservation = Reservation.objects.select_for_update(no_key=True).get(pk=reservation_id)
    due = Reservation.objects.confirmed().filter(pk=reservation_id, reminded_at=None, start_at__gt=now)
    if not due.update(reminded_at=now):
        return
    remind_at = reservation.start_at - timedelta(hours=limits.remind_hours)
    if reservation.created_at < remind_at:
        notify(messages.reservation_near(reservation))
