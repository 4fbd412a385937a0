from datetime import datetime
from uuid import UUID


def uuid_or_none(text: str | None) -> UUID | None:
    """What somebody typed or sent, if it is one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def first_of(moment: datetime) -> UUID:
    """Below every UUIDv7 that was made then or later, and above those made before: to the millisecond."""
    return UUID(int=round(moment.timestamp() * 1000) << 80)
