"""What seed 004's app says on its sockets: gathered over all sockets here, and committed together."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from chat.errors import NoSuchMessage
from chat.models import Message, Participant
from chat.sending import Draft, send_all
from chat.services.receipts import Move, move_all
from core.errors import DomainError
from core.unit import unit
from realtime.gathering import Gatherer


@dataclass(frozen=True, slots=True)
class Posted:
    message: Message
    is_new: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """How far somebody has come: to a message, or where none of that id is named, to number `shown`."""

    user_id: UUID
    conversation_id: UUID
    message_id: UUID | None
    shown: int
    is_read: bool


@unit
def post_all(drafts: Sequence[Draft]) -> list[Posted | Exception]:
    now = timezone.now()
    sent = send_all(drafts, now=now)
    return [one if isinstance(one, DomainError) else Posted(one, is_new=one.created_at == now) for one in sent]


def read_all(readings: Sequence[Reading]) -> list[Participant | Exception]:
    """Each stands or falls alone. What nobody can have read is refused; delivered is then all she was shown."""
    seqs = _seqs(readings)
    moves: list[Move | DomainError] = []
    for reading in readings:
        seq = seqs.get((reading.message_id, reading.conversation_id)) if reading.message_id else reading.shown
        if seq is None and reading.is_read:
            moves.append(NoSuchMessage())
        else:
            upto = reading.shown if seq is None else seq
            moves.append(Move(reading.user_id, reading.conversation_id, upto, reading.is_read))
    possible = [move for move in moves if isinstance(move, Move)]
    moved = iter(move_all(possible, now=timezone.now()) if possible else [])
    return [next(moved) if isinstance(move, Move) else move for move in moves]


def _seqs(readings: Sequence[Reading]) -> dict[tuple[UUID | None, UUID], int]:
    ids = {reading.message_id for reading in readings if reading.message_id}
    if not ids:
        return {}
    found = Message.objects.filter(pk__in=ids).values_list("pk", "conversation", "seq")
    return {(pk, conversation_id): seq for pk, conversation_id, seq in found}


posts: Gatherer[Draft, Posted] = Gatherer(post_all, about=lambda draft: draft.conversation_id)
readings: Gatherer[Reading, Participant] = Gatherer(read_all, about=lambda reading: reading.conversation_id)
