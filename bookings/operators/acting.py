"""On what somebody is to act now, of all bookings or of one provider's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Prefetch, Q, QuerySet

from bookings import auditing
from bookings.conf import limits
from bookings.models import Invoice, Provider, Reservation, ScheduledReminder, Slot, Subscription, WaitlistEntry
from core.clocks import DAY
from core.counting import count_by_status

EVERY = Q()
SHOWN = 12
LATE = timedelta(minutes=1)  # after which a sweep should have come by


@dataclass(frozen=True, slots=True)
class Now:
    """`lapsed`, `unended`, `unreminded`: what sweeps should have settled by now."""

    confirmed: int
    held: int
    lapsed: int
    oldest_lapsed_at: datetime | None
    unended: int
    unreminded: int
    waiting: int
    subscriptions: Mapping[str, int]


def as_of(now: datetime, which: Q = EVERY) -> Now:
    """`which`: in the words of what points at a provider."""
    holds = (
        Reservation.objects.filter(which)
        .pending()
        .aggregate(
            held=Count("pk", filter=Q(hold_expires_at__gt=now)),
            lapsed=Count("pk", filter=Q(hold_expires_at__lte=now)),
            oldest=Min("hold_expires_at", filter=Q(hold_expires_at__lte=now)),
        )
    )
    confirmed = Reservation.objects.filter(which).confirmed()
    long_over = now - timedelta(hours=limits.complete_hours) - LATE
    subscriptions = Subscription.objects.filter(which).live()
    reminders = ScheduledReminder.objects.filter(state=ScheduledReminder.State.WAITING, scheduled_for__lte=now - LATE)
    waiting = WaitlistEntry.objects.live()
    if which:
        reminders = reminders.filter(subscription__in=subscriptions)
        waiting = waiting.filter(slot__in=Slot.objects.filter(which))
    return Now(
        confirmed=_ahead(now, which),
        held=holds["held"],
        lapsed=holds["lapsed"],
        oldest_lapsed_at=holds["oldest"],
        unended=confirmed.filter(end_at__lte=long_over).count(),
        unreminded=reminders.count(),
        waiting=waiting.count(),
        subscriptions=count_by_status(subscriptions, Subscription.LIVE),
    )


def unapproved() -> QuerySet[Provider]:
    """Who has waited longest comes first."""
    return Provider.objects.filter(is_approved=False, is_active=True).order_by("created_at", "pk")


def longest_waitlists(which: Q = EVERY) -> Sequence[Slot]:
    """Slots, each with how many want it, and since when the first does."""
    live = Q(waitlist__status__in=WaitlistEntry.LIVE)
    wanted = Slot.objects.filter(which, live).select_related("service", "provider")
    counted = wanted.annotate(entries=Count("waitlist"), since=Min("waitlist__created_at"))
    return counted.order_by("-entries", "since", "pk")[:SHOWN]


def failed_renewals(which: Q = EVERY) -> Sequence[Subscription]:
    """Those that are tried again, the longest waiting first, each with what is open of it."""
    failed = Subscription.objects.filter(which, status=Subscription.Status.PAYMENT_FAILED)
    unpaid = Invoice.objects.filter(status=Invoice.Status.OPEN).order_by("period")
    shown = failed.select_related("provider", "user").prefetch_related(Prefetch("invoices", unpaid, to_attr="unpaid"))
    return shown.order_by("expires_at")[:SHOWN]


def drifting_slots(now: datetime, which: Q = EVERY) -> list[Any]:
    """Of those that begin within a day or have just begun: where the counters are not what the reservations say."""
    near = Slot.objects.filter(which, start_at__gt=now - DAY, start_at__lte=now + DAY)
    return list(auditing.drifting_slots(near.select_related("provider", "service"))[:SHOWN])


def _ahead(now: datetime, which: Q) -> int:
    """Confirmed, and not over. Counted by what an index has: ends of all, but beginnings of one provider's."""
    confirmed = Reservation.objects.filter(which).confirmed()
    if not which:
        return confirmed.filter(end_at__gt=now).count()
    begun = confirmed.filter(start_at__gt=now - DAY, start_at__lte=now, end_at__gt=now)  # none lasts longer than a day
    return confirmed.filter(start_at__gt=now).count() + begun.count()
