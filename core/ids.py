from uuid import UUID


def uuid_or_none(text: str | None) -> UUID | None:
    """What somebody typed or sent, if it is one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
