"""What hands are asked to do to a deployment before a test can begin."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from accounts import services
from accounts.models import Session, User
from accounts.sessions import open_session
from accounts.tokens import ACCESS_LIFE
from realtime import presence
from realtime.models import Cursor, Entry, Event, Node, Stream


def sign_up(count: int, *, is_long_lived: bool = False, is_staff: bool = False) -> list[dict[str, Any]]:
    """New people with a session each: their ids and access tokens."""
    known = User.objects.count()
    users = [
        User(email=f"person{known + n}@house.test", full_name=f"Person {known + n}", is_staff=is_staff)
        for n in range(count)
    ]
    User.objects.bulk_create(users)
    return [_session_of(user, now(), is_long_lived=is_long_lived) for user in users]


def heads() -> dict[str, int]:
    return {str(user_id): head for user_id, head in Stream.objects.values_list("user_id", "head")}


def history(user_id: Any) -> list[list[Any]]:
    """Offset and event id of all that is in a user's stream: what every device must end with."""
    entries = Entry.objects.filter(user_id=user_id).order_by("offset")
    return [[offset, event_id] for offset, event_id in entries.values_list("offset", "event_id")]


def purge_upto(user_id: Any, offset: int) -> None:
    """As retention does, without waiting thirty days."""
    Stream.objects.filter(pk=user_id).update(floor=offset)
    Entry.objects.filter(user_id=user_id, offset__lte=offset).delete()


def age_shapes(kind: str) -> None:
    Event.objects.filter(kind=kind).update(shape=F("shape") - 1, data='{"of":"an older version"}')


def sign_up_long_lived() -> list[dict[str, Any]]:
    return sign_up(1, is_long_lived=True)


def sign_in_again(user_id: Any, *, ago: timedelta = timedelta(0)) -> dict[str, Any]:
    return _session_of(User.objects.get(pk=user_id), now() - ago)


def sign_in_long_ago() -> dict[str, Any]:
    return sign_in_again(sign_up(1)[0]["id"], ago=timedelta(hours=2))


def sign_in_for_seconds(user_id: Any, seconds: int) -> dict[str, Any]:
    """A session whose access token expires in so many seconds."""
    return sign_in_again(user_id, ago=ACCESS_LIFE - timedelta(seconds=seconds))


def sign_out(session_id: Any) -> None:
    services.log_out(Session.objects.get(pk=session_id))


def deactivate(session_id: Any) -> None:
    services.deactivate_user(Session.objects.get(pk=session_id).user)


def change_password(session_id: Any) -> None:
    services.set_password(Session.objects.get(pk=session_id).user, "another-pass-word")


def _session_of(user: User, at: datetime, *, is_long_lived: bool = False) -> dict[str, Any]:
    signed_in = open_session(user, device="test", is_long_lived=is_long_lived, now=at)
    session = Session.objects.filter(user=user).latest("id")
    return {"id": str(user.pk), "token": signed_in.access_token, "session": str(session.pk)}


def new_id() -> str:
    return str(uuid7())


def gaps() -> list[str]:
    """Streams whose entries are not exactly floor + 1 .. head."""
    found = []
    for stream in Stream.objects.all():
        offsets = list(Entry.objects.filter(user_id=stream.pk).order_by("offset").values_list("offset", flat=True))
        if offsets != list(range(stream.floor + 1, stream.head + 1)):
            found.append(f"{stream.pk} {stream.floor}..{stream.head}: {offsets}")
    return found


def deadlocks() -> int:
    """How many PostgreSQL has broken in this database, though units may have hidden them by a retry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def sign_up_staff() -> list[dict[str, Any]]:
    return sign_up(1, is_staff=True)


def is_online(user_id: Any) -> bool:
    return user_id in presence.online([user_id])


def age_nodes(seconds: int) -> None:
    Node.objects.update(seen_at=F("seen_at") - timedelta(seconds=seconds))


def cursor(user_id: Any, device: str) -> list[int] | None:
    found = Cursor.objects.filter(user_id=user_id, device=device).values_list("acked", "acked_foreground").first()
    return list(found) if found else None
