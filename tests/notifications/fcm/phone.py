"""What is sent to Grace's phone, and what came of it."""

from typing import Any
from uuid import UUID

from notifications.channels.parcel import Outcome, Parcel
from tests.outside.world import World

NID = UUID("0197f6a0-0000-7000-8000-000000000001")
USER_ID = UUID("0197f6a0-0000-7000-8000-000000000002")
ADDRESS = "phone-of-grace"
PATIENCE = 2  # seconds


def parcel(address: str = ADDRESS, **given: Any) -> Parcel:
    usual = {
        "nid": NID,
        "user_id": USER_ID,
        "kind": "shift_offers",
        "title": "New shift",
        "body": "Home care, tomorrow 09:00",
        "data": {"shift_id": "42"},
        "is_urgent": False,
        "is_clear": False,
        "badge": 3,
        "expires_at": None,
        "platform": "android",
        "renders_data": True,
    }
    return Parcel(address=address, **(usual | given))


def told(outcome: Outcome) -> tuple[Any, ...]:
    return outcome.verdict, outcome.code, outcome.http, outcome.scope, outcome.retry_after


def arrived(world: World) -> list[dict[str, Any]]:
    return world.journal("fcm")


def only_message(world: World) -> dict[str, Any]:
    [arrival] = arrived(world)
    message: dict[str, Any] = arrival["message"]
    return message
