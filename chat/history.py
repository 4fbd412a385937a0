"""Pages of a conversation. Its messages are numbered without a gap, so that a page is a range of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from chat.models import Message, Participant


@dataclass(frozen=True, slots=True)
class Page:
    """In the order of the conversation."""

    messages: Sequence[Message]
    has_older: bool
    has_newer: bool


def page(
    place: Participant, *, before: int | None = None, after: int | None = None, around: int | None = None, limit: int
) -> Page:
    """Next to a message, which `around` includes; the newest where nothing is said. `place` is the reader's."""
    oldest, newest = place.since_seq + 1, place.conversation.last_seq
    if after is not None:
        first = max(oldest, after + 1)
    elif around is not None:
        first = max(oldest, min(around - limit // 2, newest - limit + 1))
    else:
        first = min(newest + 1 if before is None else before, newest + 1) - limit
    last = min(first + limit - 1, newest)
    first = max(first, oldest)
    here = Message.objects.filter(conversation=place.conversation_id, seq__gte=first, seq__lte=last)
    return Page(list(here.select_related("media").order_by("seq")), first > oldest, last < newest)
