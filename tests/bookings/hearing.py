"""What a user's stream and inbox say of bookings."""

from bookings.wiring import KINDS
from tests.hearing import Hearing, told

__all__ = ["folded", "fresh", "heard", "told"]

_bookings = Hearing("bookings", KINDS)
heard, folded, fresh = _bookings.heard, _bookings.folded, _bookings.fresh
