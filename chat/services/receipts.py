"""How far people have come, as they say it themselves; many at once, since most of what an app says is this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from chat import clearing
from chat.errors import NoSuchConversation
from chat.models import Participant
from chat.positions import Place, Position, Step, advance
from core.errors import DomainError
from core.unit import unit


@dataclass(frozen=True, slots=True)
class Move:
    """Up to message `seq`, and with `is_read` read, else delivered."""

    user_id: UUID
    conversation_id: UUID
    seq: int
    is_read: bool

    @property
    def place(self) -> Place:
        return self.conversation_id, self.user_id


@unit
def move_all(moves: Sequence[Move], *, now: datetime) -> list[Participant | DomainError]:
    """Each stands or falls alone: answers, in their order, where she is now. What was read leaves the screens."""
    steps = advance(_furthest(moves))
    for step in steps:
        _clear(step, now)
    conversations, users = {move.conversation_id for move in moves}, {move.user_id for move in moves}
    active = Participant.objects.active().filter(conversation__in=conversations, user__in=users)
    places = {(place.conversation_id, place.user_id): place for place in active.select_related("conversation")}
    return [places.get(move.place) or NoSuchConversation() for move in moves]


@unit
def mark_read(user: User, conversation_id: UUID, seq: int, *, now: datetime) -> Participant:
    return _alone(Move(user.pk, conversation_id, seq, is_read=True), now)


@unit
def mark_delivered(user: User, conversation_id: UUID, seq: int, *, now: datetime) -> Participant:
    return _alone(Move(user.pk, conversation_id, seq, is_read=False), now)


def _alone(move: Move, now: datetime) -> Participant:
    [place] = move_all([move], now=now)
    if isinstance(place, DomainError):
        raise place
    return place


def _furthest(moves: Sequence[Move]) -> dict[Place, Position]:
    furthest: dict[Place, Position] = {}
    for move in moves:
        before = furthest.get(move.place, Position())
        read = max(before.read, move.seq) if move.is_read else before.read
        furthest[move.place] = Position(max(before.delivered, move.seq), read)
    return furthest


def _clear(step: Step, now: datetime) -> None:
    if step.has_read and step.place.noticed_seq > step.before.read:
        place = step.place
        clearing.clear(place.user, place.conversation_id, step.before.read, step.after.read, now=now)
