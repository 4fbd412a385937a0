"""What was delivered follows from what devices acknowledge: no app has to say it of each message."""

from collections.abc import Collection, Sequence

from django.db import connection

from chat import events
from chat.positions import Place, Position, advance
from core.sql import as_uuid, relation
from realtime import selectors as streams
from realtime.selectors import Range, Told


def note(acked: Sequence[Range]) -> None:
    """These parts of these users' streams have arrived on a device of theirs. Of one's own messages nobody says so."""
    if told := streams.told_in(acked, events.MESSAGE_SENT):
        advance({place: Position(delivered=seq) for place, seq in _furthest(told).items()})


def _furthest(told: Collection[Told]) -> dict[Place, int]:
    """Of thousands of messages, in each conversation and for each reader."""
    users, keys = zip(*told, strict=True)
    ids = [key.replace("-", "") for key in keys]
    given, parameters = relation("given", {"user_id": ("uuid", users), "id": ("uuid", ids)})
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT message.conversation_id, given.user_id, MAX(message.seq)
                FROM {given} JOIN chat_message message
                     ON message.id = given.id AND message.sender_id <> given.user_id
                GROUP BY message.conversation_id, given.user_id""",
            parameters,
        )
        return {(as_uuid(place), as_uuid(user)): seq for place, user, seq in cursor.fetchall()}
