"""Who is to be pushed a message. Looked at every second, from the rows: the row is the queue.

Whoever has read it, or acknowledged it on a device that is being looked at, knows. Who looks at an app is given some
seconds for that; who does not is pushed at once. So a conversation that both look at makes no notices at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Max

from chat import events, messages
from chat.conf import limits
from chat.models import Conversation, Message, Participant
from core.sql import Columns, relation
from core.unit import unit
from notifications.messages import notify
from realtime import presence
from realtime import selectors as streams

FAR_BACK = 100  # messages of a conversation: who lacks more is told of the newest
ENTRIES = 1000  # of a stream, which has several to a message


def tell(now: datetime) -> int:
    """Answers how many conversations were looked at."""
    due = Conversation.objects.filter(look_at__lte=now).order_by("look_at")
    looked_at = list(due.only("last_seq", "look_at")[: limits.lot])
    if looked_at:
        _put_off(looked_at, _decide(looked_at, now))
    return len(looked_at)


@dataclass(slots=True)
class _Decision:
    """Of one participant: up to where it is decided, whom to push what, and when to look again."""

    place: Participant
    upto: int
    push: list[Message] = field(default_factory=list)
    again_at: datetime | None = None


@unit
def _decide(conversations: Sequence[Conversation], now: datetime) -> dict[UUID, datetime]:
    """Answers when to look again, where somebody may still acknowledge."""
    last = {conversation.pk: conversation.last_seq for conversation in conversations}
    behind = Participant.objects.active().filter(conversation__in=last, told_seq__lt=F("conversation__last_seq"))
    places = list(behind.order_by("pk").select_for_update(no_key=True, of=("self",)))
    lately = _messages_since(places, last)
    knowledge = _Knowledge.of(places, lately)
    decisions = [_decision(place, lately[place.conversation_id], last, knowledge, now) for place in places]
    _store(decisions)
    _notify(decisions, knowledge)
    again: dict[UUID, datetime] = {}
    for decision in decisions:
        if decision.again_at:
            soonest = again.setdefault(decision.place.conversation_id, decision.again_at)
            again[decision.place.conversation_id] = min(soonest, decision.again_at)
    return again


@dataclass(frozen=True, slots=True)
class _Knowledge:
    """Who looks at an app, how far they have acknowledged there, and where they heard of each message."""

    looking: set[UUID]
    acked: Mapping[UUID, int]
    offsets: Mapping[streams.Told, int]

    @classmethod
    def of(cls, places: Sequence[Participant], lately: Mapping[UUID, Sequence[Message]]) -> "_Knowledge":
        users = {place.user_id for place in places}
        keys = [str(message.pk) for of_one in lately.values() for message in of_one]
        acked = presence.cursors().filter(user_id__in=users).values_list("user_id").annotate(Max("acked_foreground"))
        offsets = streams.offsets_of(events.MESSAGE, keys, users, newest=ENTRIES)
        return cls(presence.in_foreground(users), dict(acked), offsets)

    def knows(self, user_id: UUID, message: Message) -> bool:
        offset = self.offset(user_id, message)
        return offset is not None and offset <= self.acked.get(user_id, 0)

    def offset(self, user_id: UUID, message: Message) -> int | None:
        return self.offsets.get((user_id, str(message.pk)))


def _messages_since(places: Sequence[Participant], last: Mapping[UUID, int]) -> Mapping[UUID, list[Message]]:
    """What somebody there may not know yet, in order."""
    since: dict[UUID, int] = {}
    for place in places:
        after = max(place.told_seq, place.read_seq, last[place.conversation_id] - FAR_BACK)
        since[place.conversation_id] = min(after, since.get(place.conversation_id, after))
    found: defaultdict[UUID, list[Message]] = defaultdict(list)
    if not since:
        return found
    given, parameters = relation(
        "given", {"conversation_id": ("uuid", list(since)), "after": ("bigint", list(since.values()))}
    )
    sql = f"""SELECT message.* FROM {given} JOIN chat_message message
              ON message.conversation_id = given.conversation_id AND message.seq > given.after
              WHERE message.deleted_at IS NULL ORDER BY message.conversation_id, message.seq"""
    for message in Message.objects.raw(sql, parameters):
        found[message.conversation_id].append(message)
    return found


def _decision(
    place: Participant,
    lately: Iterable[Message],
    last: Mapping[UUID, int],
    knowledge: _Knowledge,
    now: datetime,
) -> _Decision:
    decision = _Decision(place, last[place.conversation_id])
    if place.is_muted:
        return decision
    is_looking = place.user_id in knowledge.looking
    for message in lately:
        is_new = max(place.read_seq, place.told_seq) < message.seq <= decision.upto
        if not is_new or message.sender_id == place.user_id:
            continue
        if knowledge.knows(place.user_id, message):
            continue
        patience_ends = message.created_at + timedelta(seconds=limits.ack_seconds)
        if is_looking and now < patience_ends:
            decision.upto, decision.again_at = message.seq - 1, patience_ends
            break
        decision.push.append(message)
    return decision


def _notify(decisions: Sequence[_Decision], knowledge: _Knowledge) -> None:
    to: defaultdict[UUID, dict[UUID, int | None]] = defaultdict(dict)
    pushed = {message.pk: message for decision in decisions for message in _told_of(decision)}
    for decision in decisions:
        for message in _told_of(decision):
            user_id = decision.place.user_id
            to[message.pk][user_id] = knowledge.offset(user_id, message)
    notify(*(messages.message_sent(message, to[pk]) for pk, message in pushed.items()))


def _told_of(decision: _Decision) -> list[Message]:
    return decision.push[-limits.pushed_at_once :]


def _store(decisions: Sequence[_Decision]) -> None:
    if not decisions:
        return
    noticed = [d.push[-1].seq if d.push else d.place.noticed_seq for d in decisions]
    columns: Columns = {
        "id": ("bigint", [decision.place.pk for decision in decisions]),
        "told": ("bigint", [max(decision.upto, decision.place.told_seq) for decision in decisions]),
        "noticed": ("bigint", noticed),
    }
    given, parameters = relation("given", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE chat_participant SET told_seq = given.told, noticed_seq = given.noticed
                FROM {given} WHERE chat_participant.id = given.id""",
            parameters,
        )


@unit
def _put_off(conversations: Sequence[Conversation], again: Mapping[UUID, datetime]) -> None:
    """In a unit of its own, since who sends locks the conversation before its participants. Where something came
    meanwhile, the next look stays due.
    """
    seen = {conversation.pk: conversation.last_seq for conversation in conversations}
    locked = Conversation.objects.filter(pk__in=seen).order_by("pk").select_for_update(no_key=True)
    unchanged = [pk for pk, last_seq in locked.values_list("pk", "last_seq") if last_seq == seen[pk]]
    for at in {None, *again.values()}:
        Conversation.objects.filter(pk__in=[pk for pk in unchanged if again.get(pk) == at]).update(look_at=at)
