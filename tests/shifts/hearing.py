"""What a user's stream and inbox say of shifts."""

from typing import Any

from accounts.models import User
from tests.hearing import Hearing, told

__all__ = ["OFFER", "folded", "fresh", "heard", "told"]

OFFER = "shifts.offer"

_shifts = Hearing("shifts", [OFFER])
heard = _shifts.heard


def folded(user: User) -> dict[str, Any]:
    return _shifts.folded(user)[OFFER]


def fresh(user: User) -> dict[str, Any]:
    return _shifts.fresh(user)[OFFER]
