"""The counters of providers. What changes them remembers by how much, and the unit moves each provider's row once, last
of all rows that are not a reader's: a popular provider is waited for as briefly as possible.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from bookings.models import Provider, ProviderDay, ProviderStats, Reservation, Review, Subscription
from bookings.schedule import local_date
from core.unit import remember
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
    by_day: Mapping[tuple[date, str], int] = field(default_factory=dict)  # where the day was counted already
    uncounted: tuple[date, date] | None = None  # days, the last included, that are to be counted anew


def reservation_moved(reservation: Reservation, was: str | None, now: datetime) -> None:
    latest = {"last_reservation_at": now} if was is None else {}
    if reservation.status == Reservation.Status.CONFIRMED and was != reservation.status:
        latest["last_confirmation_at"] = now
    by = _difference(RESERVATIONS, was, reservation.status)
    move = Moved(reservation.provider_id, by, latest)
    if was is not None and by["total_reservations"]:
        move = replace(move, by_day={(_made_on(reservation), "created"): by["total_reservations"]})
    if was is not None and reservation.start_at < now:
        move = replace(move, uncounted=_since_begun(reservation, was, now))
    remember(move)


def subscription_moved(subscription: Subscription, was: str | None, now: datetime) -> None:
    by = _difference(SUBSCRIPTIONS, was, subscription.status)
    latest = {"last_subscription_at": now} if by["total_subscriptions"] > 0 else {}
    remember(Moved(subscription.provider_id, by, latest))


def reviewed(review: Review) -> None:
    remember(Moved(review.provider_id, {"rating_sum": review.rating, "rating_count": 1}))


def entered(provider: Provider, entry: LedgerEntry) -> None:
    """Of a day that was counted already, too: the gateway's word may come late."""
    of_day = {(local_date(entry.occurred_at, provider), "revenue"): entry.amount}
    remember(Moved(provider.pk, {"revenue": entry.amount}, by_day=of_day))


def settle(moves: Sequence[Moved]) -> None:
    by: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    latest: defaultdict[UUID, dict[str, datetime]] = defaultdict(dict)
    for move in moves:
        by[move.provider_id].update(move.by)
        latest[move.provider_id].update(move.latest)
    for provider_id in sorted(by):
        if not any(by[provider_id].values()) and not latest[provider_id]:
            continue  # from completed to missed, say: nobody need wait for that
        moved: dict[str, Any] = {name: F(name) + by[provider_id][name] for name in by[provider_id]}
        row = ProviderStats.objects.filter(pk=provider_id)
        if not row.update(**moved, **latest[provider_id]):
            ProviderStats.objects.get_or_create(pk=provider_id)
            row.update(**moved, **latest[provider_id])
    for move in moves:
        _settle_days(move)


def locked(provider_id: UUID) -> ProviderStats:
    """Whoever changes what is counted commits before or waits."""
    ProviderStats.objects.get_or_create(pk=provider_id)
    return ProviderStats.objects.select_for_update(no_key=True).get(pk=provider_id)


def _settle_days(move: Moved) -> None:
    """With the counters locked: no day is being counted meanwhile."""
    days = ProviderDay.objects.filter(provider=move.provider_id)
    for (day, counter), change in move.by_day.items():
        days.filter(date=day).update(**{counter: F(counter) + change})
    if move.uncounted:
        days.filter(date__range=move.uncounted).delete()


def _made_on(reservation: Reservation) -> date:
    return local_date(reservation.created_at, reservation.provider)


def _since_begun(reservation: Reservation, was: str, now: datetime) -> tuple[date, date] | None:
    """Of days that may have been counted, its seats are used no more."""
    if (was in Reservation.SEATED) == (reservation.status in Reservation.SEATED):
        return None
    return local_date(reservation.start_at, reservation.provider), local_date(now, reservation.provider)


def _difference(counters: Mapping[str, Sequence[str]], was: str | None, is_now: str) -> Counter[str]:
    by = Counter(counters[is_now])
    by.subtract(counters[was] if was else [])
    return by
