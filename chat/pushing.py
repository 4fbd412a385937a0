"""Who is to be pushed a message. Looked at every second, from the rows: the row is the queue.

Whoever has read it, or acknowledged it on a device that is being looked at, knows. Who looks at an app is given some
seconds for that; who does not is pushed at once. So a conversation that both look at makes no notices at all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Max

from chat import events, messages
from chat.conf import limits
from chat.models import Conversation, Message, Participant
from chat.positions import store
from core.sql import relation
from core.unit import unit
from notifications.messages import notify
from realtime import presence
from realtime import selectors as streams

ENTRIES = 200  # of a stream, which has several to a message: who lacks more is told of the newest
STANDING = ("told_seq", "read_seq", "is_muted")


def tell(now: datetime) -> int:
    """Answers how many conversations were looked at."""
    due = Conversation.objects.filter(look_at__lte=now).order_by("look_at")
    looked_at = list(due.only("last_seq", "look_at")[: limits.lot])
    if looked_at:
        decisions = _decisions(looked_at, now)
        _put_off(looked_at, decisions, carried_out=_carry_out(decisions))
    return len(looked_at)


@dataclass(slots=True)
class _Decision:
    """Of one participant: up to where it is decided, whom to push what, and when to look again."""

    place: Participant
    upto: int
    push: list[tuple[Message, int]] = field(default_factory=list)  # with where in her stream she heard of it
    again_at: datetime | None = None

    @property
    def told(self) -> list[tuple[Message, int]]:
        return self.push[-limits.pushed_at_once :]


def _decisions(conversations: Sequence[Conversation], now: datetime) -> list[_Decision]:
    """Nothing is locked meanwhile: who sends does not wait for who thinks."""
    last = {conversation.pk: conversation.last_seq for conversation in conversations}
    behind = Participant.objects.active().filter(conversation__in=last, told_seq__lt=F("conversation__last_seq"))
    places = list(behind)
    knowledge = _Knowledge.of({place.user_id for place in places})
    lately = _messages(last, {key for _, key in knowledge.unacked})
    return [_decision(place, lately[place.conversation_id], last, knowledge, now) for place in places]


@dataclass(frozen=True, slots=True)
class _Knowledge:
    """Who looks at an app, and where in her stream each heard of what she acknowledged on no device she looked at."""

    looking: set[UUID]
    unacked: Mapping[streams.Told, int]

    @classmethod
    def of(cls, users: Collection[UUID]) -> "_Knowledge":
        acked = presence.cursors().filter(user_id__in=users).values_list("user_id").annotate(Max("acked_foreground"))
        unacked = streams.newest_after(dict.fromkeys(users, 0) | dict(acked), at_most=ENTRIES)
        return cls(presence.in_foreground(users), streams.told_in(unacked, events.MESSAGE_SENT))

    def offset(self, user_id: UUID, message: Message) -> int | None:
        """None of what she knows."""
        return self.unacked.get((user_id, str(message.pk)))


def _messages(conversations: Collection[UUID], keys: Collection[str]) -> Mapping[UUID, list[Message]]:
    """Of what somebody does not know, in each of these conversations, in order."""
    found: defaultdict[UUID, list[Message]] = defaultdict(list)
    if not keys:
        return found
    given, parameters = relation("given", {"id": ("uuid", [key.replace("-", "") for key in keys])})
    sql = f"""SELECT message.* FROM {given} JOIN chat_message message ON message.id = given.id
              WHERE message.deleted_at IS NULL ORDER BY message.conversation_id, message.seq"""
    for message in Message.objects.raw(sql, parameters):
        if message.conversation_id in conversations:
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
        offset = knowledge.offset(place.user_id, message)
        if offset is None:
            continue
        patience_ends = message.created_at + timedelta(seconds=limits.ack_seconds)
        if is_looking and now < patience_ends:
            decision.upto, decision.again_at = message.seq - 1, patience_ends
            break
        decision.push.append((message, offset))
    return decision


@unit
def _carry_out(decisions: Sequence[_Decision]) -> set[int]:
    """Those of people who have not moved since. Answers whose; of the others it is decided anew."""
    still = _locked(decisions)
    standing = [decision for decision in decisions if _standing(decision.place) == still.get(decision.place.pk)]
    _store(standing)
    to: defaultdict[UUID, dict[UUID, int]] = defaultdict(dict)
    for decision in standing:
        for message, offset in decision.told:
            to[message.pk][decision.place.user_id] = offset
    # As they are under the locks that who deletes one needs, too: later deletions find the notices and withdraw them.
    told = Message.objects.filter(pk__in=to, deleted_at=None).order_by("seq") if to else []
    notify(*(messages.message_sent(message, to[message.pk]) for message in told))
    return {decision.place.pk for decision in standing}


Standing = tuple[int, int, bool]


def _standing(place: Participant) -> Standing:
    return place.told_seq, place.read_seq, place.is_muted


def _locked(decisions: Sequence[_Decision]) -> dict[int, Standing]:
    active = Participant.objects.active().filter(pk__in=[decision.place.pk for decision in decisions])
    locked = active.order_by("pk").select_for_update(no_key=True)
    return {pk: tuple(standing) for pk, *standing in locked.values_list("pk", *STANDING)}


def _store(decisions: Sequence[_Decision]) -> None:
    if decisions:
        store(
            [decision.place.pk for decision in decisions],
            told_seq=[max(decision.upto, decision.place.told_seq) for decision in decisions],
            noticed_seq=[d.push[-1][0].seq if d.push else d.place.noticed_seq for d in decisions],
        )


@unit
def _put_off(
    conversations: Sequence[Conversation], decisions: Sequence[_Decision], *, carried_out: Collection[int]
) -> None:
    """In a unit of its own, since who sends locks the conversation before its participants. Where something came or
    somebody moved meanwhile, the next look stays due.
    """
    open_ones = {decision.place.conversation_id for decision in decisions if decision.place.pk not in carried_out}
    again: dict[UUID, datetime] = {}
    for decision in decisions:
        if decision.again_at:
            soonest = again.get(decision.place.conversation_id, decision.again_at)
            again[decision.place.conversation_id] = min(soonest, decision.again_at)
    seen = {conversation.pk: conversation.last_seq for conversation in conversations}
    locked = Conversation.objects.filter(pk__in=seen.keys() - open_ones).order_by("pk")
    lasts = locked.select_for_update(no_key=True).values_list("pk", "last_seq")
    unchanged = [pk for pk, last_seq in lasts if last_seq == seen[pk]]
    for at in {None, *again.values()}:
        Conversation.objects.filter(pk__in=[pk for pk in unchanged if again.get(pk) == at]).update(look_at=at)
