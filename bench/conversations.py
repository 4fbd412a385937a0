"""What a deployment is asked to do before its chat is measured; runs in a hand (tests/hand.py)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from accounts.models import User
from chat.services.conversations import open_conversation


def open_all(users: Sequence[UUID]) -> list[UUID]:
    """A conversation of each two."""
    people, now = User.objects.in_bulk(users), datetime.now(UTC)
    pairs = zip(users[::2], users[1::2], strict=True)
    return [open_conversation(people[one], [other], now=now)[0].pk for one, other in pairs]
