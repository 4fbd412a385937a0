"""For whom somebody works: as the owner, or on the staff."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings.models import Provider


def worked_for_by(users: Collection[UUID]) -> QuerySet[Provider]:
    """The providers that one of these users works for."""
    on_staff = Provider.staff.through.objects.filter(user__in=users).values("provider")
    return Provider.objects.filter(Q(owner__in=users) | Q(pk__in=on_staff))
