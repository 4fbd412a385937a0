"""Who may see what, and what is in a fresh view."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from bookings.errors import (
    NoSuchEntry,
    NoSuchPlan,
    NoSuchProvider,
    NoSuchReservation,
    NoSuchService,
    NoSuchSubscription,
    NotYours,
)
from bookings.models import Plan, Provider, Reservation, Service, Subscription, WaitlistEntry
from bookings.models.reservations import ReservationQuerySet, WaitlistQuerySet
from bookings.models.subscriptions import SubscriptionQuerySet
from bookings.teams import worked_for_by
from core.errors import refuse

RECENT = 50

Status = Reservation.Status


# What can be booked.


def open_provider(provider_id: UUID) -> Provider:
    found = Provider.objects.open().filter(pk=provider_id).first()
    if found is None:
        raise NoSuchProvider
    return found


def open_service(service_id: UUID) -> Service:
    found = Service.objects.select_related("provider").filter(pk=service_id, is_active=True).first()
    if found is None or not found.is_bookable:
        raise NoSuchService
    return found


def open_plan(plan_id: UUID) -> Plan:
    found = Plan.objects.select_related("provider").filter(pk=plan_id, is_active=True).first()
    if found is None or not found.provider.is_open:
        raise NoSuchPlan
    return found


def open_providers(search: str = "", category: str = "") -> QuerySet[Provider]:
    found = Provider.objects.open().select_related("stats")
    if category:
        found = found.filter(category__iexact=category)
    if search:
        found = found.filter(Q(business_name__icontains=search) | Q(description__icontains=search))
    return found


# The customer's own.


def is_customer(user: User) -> bool:
    """Anybody may book. Who runs things here is not asked to."""
    return not (user.is_staff or is_of_a_team(user))


def reservations() -> ReservationQuerySet:
    return Reservation.objects.select_related("provider", "service")


def reservations_of(user: User) -> ReservationQuerySet:
    return reservations().filter(user=user)


def reservation_of(user: User, reservation_id: UUID) -> Reservation:
    return _reservation(reservations_of(user), reservation_id)


def subscriptions() -> SubscriptionQuerySet:
    return Subscription.objects.select_related("provider", "plan")


def subscriptions_of(user: User) -> SubscriptionQuerySet:
    return subscriptions().filter(user=user)


def subscription_of(user: User, subscription_id: UUID) -> Subscription:
    return _subscription(subscriptions_of(user), subscription_id)


def entries_of(user: User) -> WaitlistQuerySet:
    return WaitlistEntry.objects.select_related("slot__service", "slot__provider").filter(user=user)


def entry_of(user: User, entry_id: UUID) -> WaitlistEntry:
    found = entries_of(user).filter(pk=entry_id).first()
    if found is None:
        raise NoSuchEntry
    return found


# The provider's.


def providers_of(user: User) -> QuerySet[Provider]:
    return worked_for_by([user.pk])


def is_of_a_team(user: User) -> bool:
    return providers_of(user).exists()


def provider_of(user: User, provider_id: UUID) -> Provider:
    """For those who work there; nobody else learns whether there is one."""
    found = providers_of(user).filter(pk=provider_id).first()
    if found is None:
        raise NoSuchProvider
    return found


def provider_owned_by(user: User, provider_id: UUID) -> Provider:
    provider = provider_of(user, provider_id)
    refuse(NotYours, unless=provider.owner_id == user.pk)
    return provider


def service_with(provider: Provider, service_id: UUID) -> Service:
    found = provider.services.select_related("provider").filter(pk=service_id).first()
    if found is None:
        raise NoSuchService
    return found


def plan_with(provider: Provider, plan_id: UUID) -> Plan:
    found = provider.plans.filter(pk=plan_id).first()
    if found is None:
        raise NoSuchPlan
    return found


def agenda(provider: Provider, since: datetime, until: datetime) -> ReservationQuerySet:
    """Who begins in this time, and has not cancelled. The statuses are what the index begins with."""
    expected = [Status.PENDING, *Reservation.SEATED]
    coming = Reservation.objects.filter(provider=provider, status__in=expected, start_at__gte=since, start_at__lt=until)
    return coming.select_related("user")


def reservation_with(provider: Provider, reservation_id: UUID) -> Reservation:
    return _reservation(reservations().filter(provider=provider), reservation_id)


def reservation_worked_on_by(user: User, reservation_id: UUID) -> Reservation:
    return _reservation(reservations().filter(provider__in=providers_of(user)), reservation_id)


def _reservation(those: ReservationQuerySet, reservation_id: UUID) -> Reservation:
    found = those.filter(pk=reservation_id).first()
    if found is None:
        raise NoSuchReservation
    return found


def _subscription(those: SubscriptionQuerySet, subscription_id: UUID) -> Subscription:
    found = those.filter(pk=subscription_id).first()
    if found is None:
        raise NoSuchSubscription
    return found


# What is in a fresh view.


def recent_reservations(user_id: UUID) -> list[str]:
    """All that are still to come, and the newest of the others."""
    newest = Reservation.objects.filter(user=user_id).order_by("-created_at", "-pk")
    return _keys(newest, Q(status__in=Reservation.ACTIVE))


def recent_references(user_id: UUID) -> list[str]:
    return [key for provider in worked_for_by([user_id]) for key in newest_references(provider)]


def newest_references(provider: Provider) -> list[str]:
    """Of one who may have a million."""
    return _newest(Reservation.objects.filter(provider=provider))


def recent_subscriptions(user_id: UUID) -> list[str]:
    newest = Subscription.objects.filter(user=user_id).order_by("-created_at", "-pk")
    return _keys(newest, Q(status__in=Subscription.LIVE))


def recent_subscription_references(user_id: UUID) -> list[str]:
    return [key for provider in worked_for_by([user_id]) for key in newest_subscription_references(provider)]


def newest_subscription_references(provider: Provider) -> list[str]:
    return _newest(Subscription.objects.filter(provider=provider))


def recent_entries(user_id: UUID) -> list[str]:
    newest = WaitlistEntry.objects.filter(user=user_id).order_by("-created_at", "-pk")
    return _keys(newest, Q(status__in=WaitlistEntry.LIVE))


def _newest(rows: QuerySet) -> list[str]:
    return [str(pk) for pk in rows.order_by("-created_at", "-pk").values_list("pk", flat=True)[:RECENT]]


def _keys(newest: QuerySet, live: Q) -> list[str]:
    keys: Iterable[UUID] = [
        *newest.values_list("pk", flat=True)[:RECENT],
        *newest.filter(live).values_list("pk", flat=True),
    ]
    return [str(key) for key in dict.fromkeys(keys)]
