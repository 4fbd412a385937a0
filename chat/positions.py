"""How far each participant has come: two positions that never go back, and the count of what is unread above them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import F

from chat import events, selectors
from chat.conf import limits
from chat.models import Participant
from core.sql import Columns, relation
from core.unit import unit
from realtime.publishing import publish

Place = tuple[UUID, UUID]  # a conversation and one who is in it


@dataclass(frozen=True, slots=True)
class Position:
    """Message numbers; what was read was delivered."""

    delivered: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A participant before and after."""

    place: Participant
    before: Position
    after: Position

    @property
    def has_read(self) -> bool:
        return self.after.read > self.before.read


def lock(ids: Collection[int]) -> None:
    """In one order, so that two who move several do not deadlock."""
    wanted = Participant.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    list(wanted.values_list("pk", flat=True))


@unit
def advance(wanted: Mapping[Place, Position]) -> list[Step]:
    """Nobody comes further than the last message, and nobody who is not there comes anywhere."""
    steps = _steps(wanted) if wanted else []
    _store(steps)
    publish(*_facts(steps))
    return steps


def _steps(wanted: Mapping[Place, Position]) -> list[Step]:
    conversations, users = {conversation for conversation, _ in wanted}, {user for _, user in wanted}
    active = Participant.objects.active().filter(conversation__in=conversations, user__in=users)
    places = active.annotate(last_seq=F("conversation__last_seq")).order_by("pk")
    steps = []
    for place in places.select_for_update(no_key=True, of=("self",)):
        if position := wanted.get((place.conversation_id, place.user_id)):
            before = Position(place.delivered_seq, place.read_seq)
            read = max(before.read, min(position.read, place.last_seq))
            delivered = max(before.delivered, read, min(position.delivered, place.last_seq))
            if before != Position(delivered, read):
                steps.append(Step(place, before, Position(delivered, read)))
    return steps


def _store(steps: Sequence[Step]) -> None:
    if steps:
        store(
            [step.place.pk for step in steps],
            delivered_seq=[step.after.delivered for step in steps],
            read_seq=[step.after.read for step in steps],
            uncounted=_uncounted(steps),
        )


def store(ids: Sequence[int], **numbers: Sequence[int]) -> None:
    """Of these participants, which are locked: by the name of its column, what is each one's own now."""
    columns: Columns = {"id": ("bigint", ids)} | {name: ("bigint", own) for name, own in numbers.items()}
    given, parameters = relation("given", columns)
    assignments = ", ".join(f"{name} = given.{name}" for name in numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE chat_participant SET {assignments} FROM {given} WHERE chat_participant.id = given.id", parameters
        )


def _uncounted(steps: Sequence[Step]) -> list[int]:
    """Above what she has read now: her own messages, and deleted ones."""
    readers = [step for step in steps if step.has_read]
    found = _count_above(readers) if readers else {}
    return [found.get(step.place.pk, 0) if step.has_read else step.place.uncounted for step in steps]


def _count_above(readers: Sequence[Step]) -> dict[int, int]:
    columns: Columns = {
        "id": ("bigint", [step.place.pk for step in readers]),
        "conversation_id": ("uuid", [step.place.conversation_id for step in readers]),
        "user_id": ("uuid", [step.place.user_id for step in readers]),
        "read": ("bigint", [step.after.read for step in readers]),
    }
    given, parameters = relation("given", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT given.id, COUNT(*) FROM {given}
                JOIN chat_message message ON message.conversation_id = given.conversation_id
                     AND message.seq > given.read
                WHERE message.sender_id = given.user_id OR message.deleted_at IS NOT NULL
                GROUP BY given.id""",
            parameters,
        )
        return dict(cursor.fetchall())


def _facts(steps: Sequence[Step]) -> Iterable[object]:
    for step in steps:
        if step.has_read:
            yield events.unread_changed(step.place.conversation_id, [step.place.user_id])
    for conversation_id, users in selectors.readers_of({step.place.conversation_id for step in steps}).items():
        if len(users) <= limits.receipts_upto:
            yield events.receipts_changed(conversation_id, users)
