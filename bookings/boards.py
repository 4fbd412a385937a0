"""Figures that those who work for a provider look at together, and that may lag a second behind."""

from uuid import UUID

from realtime.boards import BoardKind, touch

PROVIDER = "bookings.provider"
AGENDA = "bookings.agenda"


def touch_provider(provider_id: UUID) -> None:
    touch(f"{PROVIDER}:{provider_id}", f"{AGENDA}:{provider_id}")


BOARDS: dict[str, BoardKind] = {}
