"""The counters of providers. What changes them remembers by how much, and the unit moves each provider's row once, last
of all rows that are not a reader's: a popular provider is waited for as briefly as possible.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum

from bookings.models import Provider, ProviderDay, ProviderStats, Reservation, Review, Subscription
from bookings.schedule import local_date
from core.unit import remember, unit
from payments.models import LedgerEntry

RESERVATIONS: Mapping[str, Sequence[str]] = {
    Reservation.Status.PENDING: ["total_reservations", "pending_reservations"],
    **dict.fromkeys(Reservation.SEATED, ("total_reservations", "confirmed_reservations")),
    Reservation.Status.CANCELLED: ["total_reservations", "cancelled_reservations"],
    Reservation.Status.EXPIRED: [],
}
SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    Subscription.Status.PENDING: ["total_subscriptions"],
    **dict.fromkeys(Subscription.RUNNING, ("total_subscriptions", "active_subscriptions")),
    Subscription.Status.CANCELLED: ["total_subscriptions", "cancelled_subscriptions"],
    Subscription.Status.EXPIRED: ["total_subscriptions"],
}


@dataclass(frozen=True, slots=True)
class Moved:
    provider_id: UUID
    by: Mapping[str, int]
    latest: Mapping[str, datetime] = field(default_factory=dict)


def reservation_moved(reservation: Reservation, was: str | None, now: datetime) -> None:
    latest = {"last_reservation_at": now} if was is None else {}
    if reservation.status == Reservation.Status.CONFIRMED and was != reservation.status:
        latest["last_confirmation_at"] = now
    by = _difference(RESERVATIONS, was, reservation.status)
    remember(Moved(reservation.provider_id, by, latest))


def subscription_moved(subscription: Subscription, was: str | None, now: datetime) -> None:
    by = _difference(SUBSCRIPTIONS, was, subscription.status)
    latest = {"last_subscription_at": now} if by["total_subscriptions"] > 0 else {}
    remember(Moved(subscription.provider_id, by, latest))


def reviewed(review: Review) -> None:
    remember(Moved(review.provider_id, {"rating_sum": review.rating, "rating_count": 1}))


def entered(provider: Provider, entry: LedgerEntry) -> None:
    """A day that was counted already is counted again: the gateway's word came late."""
    remember(Moved(provider.pk, {"revenue": entry.amount}))
    ProviderDay.objects.filter(provider=provider, date=local_date(entry.occurred_at, provider)).delete()


def settle(moves: Sequence[Moved]) -> None:
    by: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    latest: defaultdict[UUID, dict[str, datetime]] = defaultdict(dict)
    for move in moves:
        by[move.provider_id].update(move.by)
        latest[move.provider_id].update(move.latest)
    for provider_id in sorted(by):
        moved: dict[str, Any] = {name: F(name) + by[provider_id][name] for name in by[provider_id]}
        row = ProviderStats.objects.filter(pk=provider_id)
        if not row.update(**moved, **latest[provider_id]):
            ProviderStats.objects.get_or_create(pk=provider_id)
            row.update(**moved, **latest[provider_id])


def _difference(counters: Mapping[str, Sequence[str]], was: str | None, is_now: str) -> Counter[str]:
    by = Counter(counters[is_now])
    by.subtract(counters[was] if was else [])
    return by


# Counting them anew.


@dataclass(frozen=True, slots=True)
class Drift:
    counter: str
    kept: int
    counted: int


def drifts(provider: Provider) -> list[Drift]:
    """Where the counters are not what the rows say."""
    kept, _ = ProviderStats.objects.get_or_create(pk=provider.pk)
    counted = recount(provider)
    return [Drift(name, getattr(kept, name), counted[name]) for name in counted if getattr(kept, name) != counted[name]]


@unit
def repair(provider: Provider) -> list[Drift]:
    """With the row locked: who moves a counter meanwhile waits, and moves the right one."""
    ProviderStats.objects.get_or_create(pk=provider.pk)
    ProviderStats.objects.select_for_update(no_key=True).get(pk=provider.pk)
    found = drifts(provider)
    if found:
        ProviderStats.objects.filter(pk=provider.pk).update(**{drift.counter: drift.counted for drift in found})
    return found


def recount(provider: Provider) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for rows, counters in [(provider.reservations, RESERVATIONS), (provider.subscriptions, SUBSCRIPTIONS)]:
        for names in counters.values():
            counted.update(dict.fromkeys(names, 0))
        for status, count in _by_status(rows.all()):
            counted.update(dict.fromkeys(counters[status], count))
    ledger = LedgerEntry.objects.filter(payee=provider.payee).aggregate(sum=Sum("amount"))
    ratings = provider.reviews.aggregate(sum=Sum("rating"), count=Count("pk"))
    return {
        **counted,
        "revenue": ledger["sum"] or 0,
        "rating_sum": ratings["sum"] or 0,
        "rating_count": ratings["count"],
    }


def _by_status(rows: QuerySet[Any]) -> list[tuple[str, int]]:
    return list(rows.order_by().values_list("status").annotate(count=Count("pk")))
