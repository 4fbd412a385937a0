"""What a user's stream and inbox say of dispatch."""

from dispatch.wiring import KINDS
from tests.hearing import Hearing, told

__all__ = ["folded", "fresh", "heard", "told"]

_dispatch = Hearing("dispatch", KINDS)
heard, folded, fresh = _dispatch.heard, _dispatch.folded, _dispatch.fresh
