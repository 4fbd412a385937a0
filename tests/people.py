"""What hands are asked to do to a deployment before a test can begin."""

from typing import Any

from django.utils.timezone import now

from accounts.models import User
from accounts.sessions import open_session
from realtime.models import Entry, Stream


def sign_up(count: int, *, is_long_lived: bool = False, is_staff: bool = False) -> list[dict[str, Any]]:
    """New people with a session each: their ids and access tokens."""
    known = User.objects.count()
    users = [
        User(email=f"person{known + n}@house.test", full_name=f"Person {known + n}", is_staff=is_staff)
        for n in range(count)
    ]
    User.objects.bulk_create(users)
    signed_in = [open_session(user, device="test", is_long_lived=is_long_lived, now=now()) for user in users]
    return [{"id": str(user.pk), "token": session.access_token} for user, session in zip(users, signed_in, strict=True)]


def heads() -> dict[str, int]:
    return {str(user_id): head for user_id, head in Stream.objects.values_list("user_id", "head")}


def history(user_id: Any) -> list[list[Any]]:
    """Offset and event id of all that is in a user's stream: what every device must end with."""
    entries = Entry.objects.filter(user_id=user_id).order_by("offset")
    return [[offset, event_id] for offset, event_id in entries.values_list("offset", "event_id")]
