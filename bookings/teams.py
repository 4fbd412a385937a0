"""Who works for a provider: its owner and its staff."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings.models import Provider


def team_of(provider: Provider) -> list[UUID]:
    staff = Provider.staff.through.objects.filter(provider=provider.pk).values_list("user_id", flat=True)
    return sorted({provider.owner_id, *staff})


def staff_of(providers: Collection[UUID]) -> QuerySet[Any, tuple[UUID, UUID]]:
    """Provider and user, of all of them."""
    return Provider.staff.through.objects.filter(provider__in=providers).values_list("provider_id", "user_id")


def worked_for_by(users: Collection[UUID]) -> QuerySet[Provider]:
    """The providers that one of these users works for."""
    on_staff = Provider.staff.through.objects.filter(user__in=users).values("provider")
    return Provider.objects.filter(Q(owner__in=users) | Q(pk__in=on_staff))
