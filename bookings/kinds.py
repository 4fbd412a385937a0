"""How reservations, subscriptions and places on a waitlist look in the views of their readers. What is a customer's own
is only ever told to her; who works for a provider may change.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db.models import QuerySet

from bookings import selectors
from bookings.models import Reservation, Subscription, WaitlistEntry
from bookings.serializers import (
    ReferenceOut,
    ReservationOut,
    SubscriptionOut,
    SubscriptionReferenceOut,
    WaitlistEntryOut,
)
from realtime.kinds import Key, Kind, Reader

Rendered = dict[Key, Mapping[str, Any]]
Overlays = dict[Reader, Mapping[str, Any]]

TEAM = ["pk", "provider__owner_id", "provider__staff"]


def reservations(keys: Collection[Key]) -> Rendered:
    return {str(one.pk): ReservationOut(one).data for one in Reservation.objects.filter(pk__in=keys)}


def references(keys: Collection[Key]) -> Rendered:
    return {str(one.pk): ReferenceOut(one).data for one in Reservation.objects.filter(pk__in=keys)}


def subscriptions(keys: Collection[Key]) -> Rendered:
    return {str(one.pk): SubscriptionOut(one).data for one in selectors.subscriptions().filter(pk__in=keys)}


def subscription_references(keys: Collection[Key]) -> Rendered:
    return {str(one.pk): SubscriptionReferenceOut(one).data for one in Subscription.objects.filter(pk__in=keys)}


def entries(keys: Collection[Key]) -> Rendered:
    found = WaitlistEntry.objects.select_related("slot__service", "slot__provider").filter(pk__in=keys)
    return {str(entry.pk): WaitlistEntryOut(entry).data for entry in found}


def of_team(rows: QuerySet[Any]) -> Callable[[Collection[Reader]], Overlays]:
    """Whoever works for the provider now."""

    def own(readers: Collection[Reader]) -> Overlays:
        found = rows.filter(pk__in={key for key, _ in readers}).values_list(*TEAM)
        theirs = {(str(pk), member) for pk, *team in found for member in team}
        return {reader: {} for reader in readers if reader in theirs}

    return own


RESERVATION = Kind(
    render=reservations,
    keys_of=selectors.recent_reservations,
    rank=30,
    is_windowed=True,
)
REFERENCE = Kind(
    render=references,
    own=of_team(Reservation.objects.all()),
    keys_of=selectors.recent_references,
    rank=20,
    is_windowed=True,
)
SUBSCRIPTION = Kind(
    render=subscriptions,
    keys_of=selectors.recent_subscriptions,
    rank=30,
    is_windowed=True,
)
SUBSCRIPTION_REFERENCE = Kind(
    render=subscription_references,
    own=of_team(Subscription.objects.all()),
    keys_of=selectors.recent_subscription_references,
    rank=20,
    is_windowed=True,
)
ENTRY = Kind(
    render=entries,
    keys_of=selectors.recent_entries,
    rank=10,
    is_windowed=True,
)
