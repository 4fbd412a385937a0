"""What one app of seed 004 has been told, so that what is told next can be what has changed."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chat.models import Message, Participant

REMEMBERED = 500  # messages of which the ids are kept; those of others are looked up
TICKED = 50  # messages that are said to have been delivered at once: as many as the app has on a page

Reached = tuple[int, int]  # delivered and read up to here
Named = Mapping[int, tuple[str, str]]  # of message numbers, id and sender


@dataclass(slots=True)
class Known:
    """Of one conversation."""

    last_seq: int = 0
    unread: int = 0
    reached: dict[str, Reached] = field(default_factory=dict)  # by those who are in it


@dataclass(frozen=True, slots=True)
class Advance:
    """Somebody else has come further. `is_all` if she has read all there is."""

    reader: str
    before: Reached
    after: Reached
    is_all: bool

    @property
    def has_read(self) -> bool:
        return self.after[1] > self.before[1]

    @property
    def delivered(self) -> range:
        """The numbers of what has arrived, and was not read at once."""
        return range(max(self.before[0], self.after[1], self.after[0] - TICKED) + 1, self.after[0] + 1)

    @property
    def seqs(self) -> set[int]:
        return {*self.delivered, *([self.after[1]] if self.has_read else [])}


class Knowledge:
    def __init__(self, user_id: UUID) -> None:
        self._me = str(user_id)
        self._known: dict[str, Known] = {}
        self._ids: OrderedDict[tuple[str, int], tuple[str, str]] = OrderedDict()
        self.unread = 0

    def last_seq(self, conversation_id: UUID) -> int:
        """The newest message she was shown there."""
        known = self._known.get(str(conversation_id))
        return known.last_seq if known else 0

    def read(self) -> None:
        """From the database, in a thread."""
        mine = Participant.objects.active().filter(user=self._me)
        columns = mine.values_list("conversation", "conversation__last_seq", "read_seq", "uncounted")
        for conversation_id, last_seq, read_seq, uncounted in columns:
            known = self._of(str(conversation_id))
            known.last_seq = last_seq
            self._count(known, last_seq - read_seq - uncounted)
        here = Participant.objects.active().filter(conversation__in=mine.values("conversation"))
        for conversation_id, user_id, *reached in here.values_list("conversation", "user", "delivered_seq", "read_seq"):
            self._of(str(conversation_id)).reached[str(user_id)] = (reached[0], reached[1])

    def note_message(self, data: Mapping[str, Any]) -> None:
        conversation_id, seq = data["conversation_id"], data["seq"]
        known = self._of(conversation_id)
        known.last_seq = max(known.last_seq, seq)
        self.remember(conversation_id, {seq: (data["id"], data["sender_id"])})

    def note_unread(self, conversation_id: str, data: Mapping[str, Any] | None) -> bool:
        """Whether the total has changed. None for a conversation that is closed to her now."""
        before = self.unread
        known = self._of(conversation_id)
        if data is None:
            self._count(known, 0)
            del self._known[conversation_id]
        else:
            known.last_seq = max(known.last_seq, data["read_seq"])
            self._count(known, data["unread"])
        return self.unread != before

    def note_receipts(self, conversation_id: str, data: Mapping[str, Any] | None) -> list[Advance]:
        """Who has come further. Of somebody new nothing is said: she has not moved."""
        if data is None:
            return []
        places = data["participants"].items()
        reached = {user: (place["delivered_seq"], place["read_seq"]) for user, place in places}
        known = self._of(conversation_id)
        before, known.reached = known.reached, reached
        return [
            Advance(user, before[user], after, is_all=after[1] >= known.last_seq)
            for user, after in known.reached.items()
            if user != self._me and user in before and before[user] != after
        ]

    def remember(self, conversation_id: str, named: Named) -> None:
        self._ids |= {(conversation_id, seq): message for seq, message in named.items()}
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)

    def named(self, conversation_id: str, seqs: Iterable[int]) -> Named:
        """Those of them that are remembered."""
        return {seq: message for seq in seqs if (message := self._ids.get((conversation_id, seq)))}

    def _of(self, conversation_id: str) -> Known:
        return self._known.setdefault(conversation_id, Known())

    def _count(self, known: Known, unread: int) -> None:
        self.unread += unread - known.unread
        known.unread = unread


def look_up(conversation_id: str, seqs: Collection[int]) -> Named:
    found = Message.objects.filter(conversation=conversation_id, seq__in=seqs)
    return {seq: (str(pk), str(sender)) for seq, pk, sender in found.values_list("seq", "pk", "sender")}
