"""What operators ask of all bookings at once: how they go, and on what somebody is to act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Prefetch, Q

from bookings import auditing
from bookings.conf import limits
from bookings.models import (
    Invoice,
    Provider,
    ProviderStats,
    Reservation,
    ScheduledReminder,
    Slot,
    Subscription,
    WaitlistEntry,
)
from core.clocks import DAY
from core.counting import count_by_status
from payments.backlog import Backlog, backlogs

SHOWN = 12
LATE = timedelta(minutes=1)  # after which a sweep should have come by

Status = Reservation.Status


@dataclass(frozen=True, slots=True)
class Overview:
    """`lapsed`, `unended`, `unreminded`: what sweeps should have settled by now."""

    confirmed: int
    held: int
    lapsed: int
    oldest_lapsed_at: datetime | None
    unended: int
    unreminded: int
    waiting: int
    subscriptions: Mapping[str, int]
    unapproved: int
    backlogs: Sequence[Backlog]
    failed_renewals: Sequence[Subscription]
    busiest: Sequence[ProviderStats]


def overview(now: datetime) -> Overview:
    holds = Reservation.objects.pending().aggregate(
        held=Count("pk", filter=Q(hold_expires_at__gt=now)),
        lapsed=Count("pk", filter=Q(hold_expires_at__lte=now)),
        oldest=Min("hold_expires_at", filter=Q(hold_expires_at__lte=now)),
    )
    confirmed = Reservation.objects.confirmed()
    long_over = now - timedelta(hours=limits.complete_hours) - LATE
    reminders = ScheduledReminder.objects.filter(state=ScheduledReminder.State.WAITING)
    return Overview(
        confirmed=confirmed.filter(end_at__gt=now).count(),
        held=holds["held"],
        lapsed=holds["lapsed"],
        oldest_lapsed_at=holds["oldest"],
        unended=confirmed.filter(end_at__lte=long_over).count(),
        unreminded=reminders.filter(scheduled_for__lte=now - LATE).count(),
        waiting=WaitlistEntry.objects.live().count(),
        subscriptions=count_by_status(Subscription.objects.live().order_by(), Subscription.LIVE),
        unapproved=Provider.objects.filter(is_approved=False, is_active=True).count(),
        backlogs=backlogs(now),
        failed_renewals=_failed_renewals(),
        busiest=list(ProviderStats.objects.select_related("provider").order_by("-total_reservations", "pk")[:SHOWN]),
    )


def drifting_slots(now: datetime) -> list[Slot]:
    """Of those that begin within a day or have just begun: where the counters are not what the reservations say."""
    near = Slot.objects.filter(start_at__gt=now - DAY, start_at__lte=now + DAY)
    return list(auditing.drifting_slots(near.select_related("provider", "service"))[:SHOWN])


def _failed_renewals() -> list[Subscription]:
    """Those that are tried again, the longest waiting first, each with what is open of it."""
    failed = Subscription.objects.filter(status=Subscription.Status.PAYMENT_FAILED).select_related("provider", "user")
    unpaid = Invoice.objects.filter(status=Invoice.Status.OPEN).order_by("period")
    return list(failed.prefetch_related(Prefetch("invoices", unpaid, to_attr="unpaid")).order_by("expires_at")[:SHOWN])
