from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from bookings.models import Plan, Provider, ProviderStats, Service
from tests.factories.accounts import UserFactory


def every_day(*spans: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"weekday": day, "start": start, "end": end} for day in range(7) for start, end in spans]


def on_the_hour(hours: float = 48, since: datetime | None = None) -> datetime:
    """A slot of a service of an hour that is always open, about so far ahead."""
    at = (since or timezone.now()).astimezone(UTC) + timedelta(hours=hours)
    return at.replace(minute=0, second=0, microsecond=0)


class ProviderFactory(DjangoModelFactory):
    """Approved, and open at all hours."""

    class Meta:
        model = Provider
        skip_postgeneration_save = True

    owner = factory.SubFactory(UserFactory)
    business_name = factory.Sequence(lambda n: f"Spa {n}")
    currency = "EGP"
    hours = factory.LazyFunction(lambda: every_day(("00:00", "00:00")))
    is_approved = True

    @factory.post_generation
    def staff(self: Provider, create: bool, users: Any, **_: Any) -> None:
        ProviderStats.objects.create(provider=self)
        self.staff.set(users or [])


class ServiceFactory(DjangoModelFactory):
    """An hour that costs nothing, and is booked at once."""

    class Meta:
        model = Service

    provider = factory.SubFactory(ProviderFactory)
    name = "Massage"
    duration_minutes = 60
    capacity = 2

    class Params:
        paid = factory.Trait(price=500_00)


class PlanFactory(DjangoModelFactory):
    class Meta:
        model = Plan

    provider = factory.SubFactory(ProviderFactory)
    name = "Premium Monthly Membership"
    price = 299_99
