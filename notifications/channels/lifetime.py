"""How long a provider may keep a notice for a phone that is away."""

from datetime import UTC, datetime, timedelta

from notifications.channels.parcel import Parcel

LONGEST = timedelta(days=28)
URGENT = timedelta(hours=4)  # what could not wait is no news after that
NORMAL = timedelta(hours=24)  # a day later the inbox tells it better


def lifetime(parcel: Parcel) -> timedelta:
    """In whole seconds. A notice without an end of its own lasts as long as it is news."""
    if parcel.expires_at is None:
        return URGENT if parcel.is_urgent else NORMAL
    left = timedelta(seconds=int((parcel.expires_at - datetime.now(UTC)).total_seconds()))
    return min(max(left, timedelta(0)), LONGEST)
