from accounts.models import User
from accounts.selectors import user_at
from bookings.models import Provider
from core.unit import unit


@unit
def add_staff(provider: Provider, email: str) -> None:
    """Who has an account, and has shown that the address is his. Nobody is told whether there is one."""
    user = user_at(email)
    if user is not None and user.is_active and user.email_verified_at is not None and user.pk != provider.owner_id:
        provider.staff.add(user)


@unit
def remove_staff(provider: Provider, email: str) -> None:
    user = user_at(email)
    if user is not None:
        provider.staff.remove(user)


@unit
def leave(provider: Provider, user: User) -> None:
    provider.staff.remove(user)
