"""When what is kept of a provider's slots is out of date."""

from uuid import UUID

from core import versions


def version_of(provider_id: UUID) -> str:
    return versions.version_of(_key(provider_id))


def outdate(provider_id: UUID) -> None:
    """Once the present unit has committed."""
    versions.renew(_key(provider_id))


def _key(provider_id: UUID) -> str:
    return f"bookings:slots:{provider_id}"
