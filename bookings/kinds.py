"""How reservations, subscriptions and places on a waitlist look in the views of their readers."""

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
from bookings.teams import staff_of
from realtime.kinds import Key, Kind, Reader

Rendered = dict[Key, Mapping[str, Any]]
Overlays = dict[Reader, Mapping[str, Any]]

PROVIDER_AND_OWNER = ["pk", "provider_id", "provider__owner_id"]


def reservations(keys: Collection[Key]) -> Rendered:
    return {str(one.pk): ReservationOut(one).data for one in selectors.reservations().filter(pk__in=keys)}


def references(keys: Collection[Key]) -> Rendered:
    return {str(one.pk): ReferenceOut(one).data for one in Reservation.objects.filter(pk__in=keys)}


def subscriptions(keys: Collection[Key]) -> Rendered:
    return {str(one.pk): SubscriptionOut(one).data for one in selectors.subscriptions().filter(pk__in=keys)}


def subscription_references(keys: Collection[Key]) -> Rendered:
    return {str(one.pk): SubscriptionReferenceOut(one).data for one in Subscription.objects.filter(pk__in=keys)}


def entries(keys: Collection[Key]) -> Rendered:
    found = WaitlistEntry.objects.select_related("slot__service").filter(pk__in=keys)
    return {str(entry.pk): WaitlistEntryOut(entry).data for entry in found}


def of_user(rows: QuerySet[Any]) -> Callable[[Collection[Reader]], Overlays]:
    """Nobody but its user sees a row in this form."""

    def own(readers: Collection[Reader]) -> Overlays:
        users = rows.filter(pk__in={key for key, _ in readers}).values_list("pk", "user_id")
        hers = {(str(pk), user) for pk, user in users}
        return {reader: {} for reader in readers if reader in hers}

    return own


def of_team(rows: QuerySet[Any]) -> Callable[[Collection[Reader]], Overlays]:
    """Whoever works for the provider now."""

    def own(readers: Collection[Reader]) -> Overlays:
        found = rows.filter(pk__in={key for key, _ in readers})
        by_key = {str(pk): (provider, owner) for pk, provider, owner in found.values_list(*PROVIDER_AND_OWNER)}
        staff = set(staff_of({provider for provider, _ in by_key.values()}))
        return {
            (key, user): {}
            for key, user in readers
            if key in by_key and (by_key[key][1] == user or (by_key[key][0], user) in staff)
        }

    return own


RESERVATION = Kind(
    render=reservations,
    own=of_user(Reservation.objects.all()),
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
    own=of_user(Subscription.objects.all()),
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
    own=of_user(WaitlistEntry.objects.all()),
    keys_of=selectors.recent_entries,
    rank=10,
    is_windowed=True,
)
