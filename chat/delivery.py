"""What was delivered follows from what devices acknowledge: no app has to say it of each message."""

from collections.abc import Sequence

from chat import events
from chat.models import Message
from chat.positions import Place, Position, advance
from realtime import selectors as streams
from realtime.selectors import Range


def note(acked: Sequence[Range]) -> None:
    """These parts of these users' streams have arrived on a device of theirs."""
    told = streams.told_in(acked, events.MESSAGE_SENT)
    if not told:
        return
    found = Message.objects.filter(pk__in={key for _, key in told})
    places = {str(pk): (conversation, seq) for pk, conversation, seq in found.values_list("pk", "conversation", "seq")}
    furthest: dict[Place, int] = {}
    for user_id, key in told:
        if key in places:
            conversation_id, seq = places[key]
            place = conversation_id, user_id
            furthest[place] = max(seq, furthest.get(place, 0))
    advance({place: Position(delivered=seq) for place, seq in furthest.items()})
