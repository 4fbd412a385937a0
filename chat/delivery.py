"""What was delivered follows from what devices acknowledge: no app has to say it of each message."""

from collections.abc import Sequence

from django.db import connection

from chat import events
from chat.positions import Place, Position, advance
from core.sql import as_uuid, uuid_of
from realtime import selectors as streams
from realtime.selectors import Range


def note(acked: Sequence[Range]) -> None:
    """These parts of these users' streams have arrived on a device of theirs. Of one's own messages nobody says so."""
    advance({place: Position(delivered=seq) for place, seq in _furthest(acked).items()})


def _furthest(acked: Sequence[Range]) -> dict[Place, int]:
    """Of what may be thousands of messages, the last in each conversation for each reader."""
    told, parameters = streams.told_relation(acked, events.MESSAGE_SENT)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT message.conversation_id, told.user_id, MAX(message.seq)
                FROM {told} JOIN chat_message message
                     ON message.id = {uuid_of("told.key")} AND message.sender_id <> told.user_id
                GROUP BY message.conversation_id, told.user_id""",
            parameters,
        )
        return {(as_uuid(place), as_uuid(user)): seq for place, user, seq in cursor.fetchall()}
