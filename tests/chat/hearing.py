"""What a user's stream says of chat."""

from chat.wiring import KINDS
from tests.hearing import Hearing

__all__ = ["folded", "fresh", "heard"]

_chat = Hearing("chat", KINDS)
heard, folded, fresh = _chat.heard, _chat.folded, _chat.fresh
