"""What programs hear. A reservation is whole to its customer alone; to those who work for the provider it is a
reference, by the same key. Subscriptions likewise.
"""

from collections.abc import Collection
from uuid import UUID

from bookings import selectors
from bookings.models import Provider, Reservation, Subscription, WaitlistEntry
from realtime.publishing import Fact

RESERVATION = "bookings.reservation"
REFERENCE = "bookings.reservation_reference"
SUBSCRIPTION = "bookings.subscription"
SUBSCRIPTION_REFERENCE = "bookings.subscription_reference"
WAITLIST = "bookings.waitlist_entry"


def reservation_created(reservation: Reservation) -> list[Fact]:
    return _to_both("bookings.reservation_created", reservation)


def reservation_changed(reservation: Reservation) -> list[Fact]:
    """Its status: the name says which, as in `bookings.reservation_confirmed`."""
    return _to_both(f"bookings.reservation_{reservation.status}", reservation)


def reservation_rescheduled(reservation: Reservation) -> list[Fact]:
    return _to_both("bookings.reservation_rescheduled", reservation)


def payment_changed(reservation: Reservation) -> Fact:
    """The customer's affair."""
    return _to_customer("bookings.reservation_payment_changed", reservation)


def subscription_changed(subscription: Subscription) -> list[Fact]:
    """Its status, as in `bookings.subscription_active`."""
    return _of_subscription(f"bookings.subscription_{subscription.status}", subscription)


def subscription_renewed(subscription: Subscription) -> list[Fact]:
    return _of_subscription("bookings.subscription_renewed", subscription)


def waitlist_changed(entry: WaitlistEntry) -> Fact:
    """As in `bookings.waitlist_offered`."""
    return Fact(f"bookings.waitlist_{entry.status}", about=(WAITLIST, entry.pk), to=[entry.user_id])


def team_joined(provider: Provider, users: Collection[UUID]) -> list[Fact]:
    """What is in a fresh view of theirs from now on."""
    return _of_team("bookings.team_joined", provider, users)


def team_left(provider: Provider, users: Collection[UUID]) -> list[Fact]:
    return _of_team("bookings.team_left", provider, users)


def _of_team(name: str, provider: Provider, users: Collection[UUID]) -> list[Fact]:
    references = [(REFERENCE, key) for key in selectors.newest_references(provider)]
    references += [(SUBSCRIPTION_REFERENCE, key) for key in selectors.newest_subscription_references(provider)]
    return [Fact(name, about=about, to=users) for about in references]


def _to_both(name: str, reservation: Reservation) -> list[Fact]:
    reference = Fact(name, about=(REFERENCE, reservation.pk), to=reservation.provider.team)
    return [_to_customer(name, reservation), reference]


def _to_customer(name: str, reservation: Reservation) -> Fact:
    return Fact(name, about=(RESERVATION, reservation.pk), to=[reservation.user_id])


def _of_subscription(name: str, subscription: Subscription) -> list[Fact]:
    return [
        Fact(name, about=(SUBSCRIPTION, subscription.pk), to=[subscription.user_id]),
        Fact(name, about=(SUBSCRIPTION_REFERENCE, subscription.pk), to=subscription.provider.team),
    ]
