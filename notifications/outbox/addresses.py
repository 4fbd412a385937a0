"""Where a notice goes. An address of a person counts once she has verified it."""

from uuid import UUID

from accounts.models import User
from notifications import trees
from notifications.models import Device


def personal_address(channel: str, user: User) -> str:
    """Of the channels that reach a person rather than a device; empty when there is none."""
    match channel:
        case trees.EMAIL:
            return user.email if user.email and user.email_verified_at else ""
        case trees.SMS:
            return user.phone if user.phone and user.phone_verified_at else ""
        case _:
            return str(user.pk)


def sealed_address(device: Device | None, user_id: UUID) -> str:
    """Empty for a phone that is gone, dead, or has become somebody else's."""
    return device.address if device and device.is_enabled and device.user_id == user_id else ""
