from collections.abc import Collection

from accounts.models import User
from accounts.selectors import user_at
from bookings import events
from bookings.models import Provider
from core.unit import unit
from realtime.publishing import publish


@unit
def set_staff(provider: Provider, staff: Collection[User]) -> None:
    """Who comes has the newest references in view, and who goes has none."""
    before, after = set(provider.staff.values_list("pk", flat=True)), {user.pk for user in staff}
    provider.staff.set(staff)
    vars(provider).pop("team", None)  # as it was when it was looked up
    for joined_or_left, users in [(events.team_joined, after - before), (events.team_left, before - after)]:
        if users := users - {provider.owner_id}:
            publish(*joined_or_left(provider, users))


@unit
def add_staff(provider: Provider, email: str) -> None:
    """Who has an account, and has shown that the address is his. Nobody is told whether there is one."""
    user = user_at(email)
    if user is not None and user.is_active and user.email_verified_at is not None and user.pk != provider.owner_id:
        set_staff(provider, [*provider.staff.all(), user])


@unit
def remove_staff(provider: Provider, email: str) -> None:
    user = user_at(email)
    if user is not None:
        leave(provider, user)


@unit
def leave(provider: Provider, user: User) -> None:
    set_staff(provider, [one for one in provider.staff.all() if one.pk != user.pk])
