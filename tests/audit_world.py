"""What hands do to the counters of a provider while others book, and how a repair must not be done."""

import time
from uuid import UUID

from bookings import auditing
from bookings.models import Provider, ProviderStats, Slot
from core.unit import unit

PATIENCE_SECONDS = 30


def distort(provider_id: UUID) -> None:
    ProviderStats.objects.filter(pk=provider_id).update(total_reservations=-5, revenue=1)
    Slot.objects.filter(provider=provider_id).update(held=1, confirmed=2)


def drifts(provider_id: UUID) -> list[str]:
    return [drift.counter for drift in auditing.drifts(_provider(provider_id))]


def repair(provider_id: UUID) -> int:
    return len(auditing.repair(_provider(provider_id)))


def repair_after_a_look(provider_id: UUID) -> None:
    """Without the lock: somebody books between the count and what is written of it."""
    found, deadline = auditing.recount(_provider(provider_id)), time.monotonic() + PATIENCE_SECONDS
    while auditing.recount(_provider(provider_id)) == found:
        if time.monotonic() > deadline:
            raise RuntimeError("Nobody has booked.")
        time.sleep(0.01)
    with unit():
        ProviderStats.objects.filter(pk=provider_id).update(**found)


def provider_of(service_id: UUID) -> str:
    return str(Provider.objects.get(services=service_id).pk)


def _provider(provider_id: UUID) -> Provider:
    return Provider.objects.get(pk=provider_id)
