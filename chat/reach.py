"""Of the messages that were sent, the share that reached a device or a push provider in time: seed 004's 99.9 %.

The messages of ten seconds are judged together, once, 15 to 30 s after they were sent. So whatever has arrived by then
has arrived in time, and the figure is rather too low than too high. Only when nobody judged for a while it is later:
then the time of the push still tells, and an acknowledgement counts as one in time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, Max, Q, QuerySet, Sum, Value, When

from chat import events, messages
from chat.conf import limits
from chat.models import Message, Participant, Reach
from core.ids import first_of
from core.sweeping import each
from core.unit import unit
from notifications.models import Delivery, Device
from realtime import presence

WINDOW = timedelta(seconds=10)
EARLY = timedelta(seconds=5)  # as often as it is looked whether one is due
FAR_BACK = timedelta(hours=1)  # what nobody judged for longer stays unjudged
IN_FLIGHT = timedelta(minutes=1)  # the longest from the time of a message to that of its id

HANDED_OVER = [Delivery.State.ACCEPTED, Delivery.State.OPENED]


@dataclass(frozen=True, slots=True)
class Share:
    due: int
    reached: int
    unreachable: int

    @property
    def ratio(self) -> float | None:
        return self.reached / self.due if self.due else None


def share(since: datetime, until: datetime) -> Share:
    rows = Reach.objects.filter(begun_at__gte=since, begun_at__lt=until)
    names = ("due", "reached", "unreachable")
    return Share(**rows.aggregate(**{name: Sum(name, default=0) for name in names}))


def judged_until() -> datetime | None:
    last: datetime | None = Reach.objects.aggregate(last=Max("begun_at"))["last"]
    return last + WINDOW if last else None


def measure(now: datetime) -> int:
    return each(list(_windows_due(now)), _judge)


def _windows_due(now: datetime) -> Iterator[datetime]:
    newest = _floor(now - _in_time() + EARLY)
    begun_at = max(judged_until() or newest, _floor(now - FAR_BACK))
    while begun_at <= newest:
        yield begun_at
        begun_at += WINDOW


def _floor(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.second % WINDOW.seconds, microseconds=moment.microsecond)


def _in_time() -> timedelta:
    return timedelta(seconds=limits.reach_seconds)


@dataclass(frozen=True, slots=True)
class _Missed:
    """A message, and a reader of whom no device has it."""

    user_id: UUID
    conversation_id: UUID
    seq: int
    sent_at: datetime


def _judge(begun_at: datetime) -> None:
    pairs = _pairs(begun_at)
    delivered = pairs.filter(is_delivered=True).count()
    rows = pairs.filter(is_delivered=False).values_list("user_id", "conversation_id", "seq", "sent_at")
    missed = [_Missed(*row) for row in rows]
    pushes = _Pushes.since(begun_at, {one.user_id for one in missed})
    pushed = [one for one in missed if pushes.reached(one)]
    unpushed = [one for one in missed if not pushes.reached(one)]
    reachable = _reachable({one.user_id for one in unpushed} - pushes.unwanted)
    reachable |= presence.online({one.user_id for one in unpushed})
    lost = sum(one.user_id in reachable for one in unpushed)
    reached = delivered + len(pushed)
    _note(Reach(begun_at=begun_at, due=reached + lost, reached=reached, unreachable=len(unpushed) - lost))


@unit
def _note(found: Reach) -> None:
    Reach.objects.bulk_create([found], ignore_conflicts=True)  # where two judge at once, one does


def _pairs(begun_at: datetime) -> QuerySet[Participant]:
    """Each message of that time with each of its readers who wants to hear of it."""
    ended_at = begun_at + WINDOW
    of_that_time = {
        "id__gte": first_of(begun_at),  # there is an index of ids, and they are as old as their messages
        "id__lt": first_of(ended_at + IN_FLIGHT),
        "created_at__gte": begun_at,
        "created_at__lt": ended_at,
        "deleted_at": None,
        "seq__gt": F("since_seq"),
    }
    sent = Q(**{f"conversation__messages__{name}": value for name, value in of_that_time.items()})
    found = Participant.objects.active().filter(sent, is_muted=False)
    found = found.annotate(
        seq=F("conversation__messages__seq"),
        sent_at=F("conversation__messages__created_at"),
        sender=F("conversation__messages__sender"),
    )
    is_delivered = Case(When(delivered_seq__gte=F("seq"), then=Value(True)), default=Value(False))
    return found.exclude(user=F("sender")).annotate(is_delivered=is_delivered)


@dataclass(frozen=True, slots=True)
class _Pushes:
    """What providers took of each conversation for each reader: up to which message, and when."""

    taken: dict[tuple[UUID, UUID], list[tuple[int, datetime]]]
    unwanted: set[UUID]

    @classmethod
    def since(cls, begun_at: datetime, users: Collection[UUID]) -> "_Pushes":
        about = Delivery.objects.filter(
            notice__recipient__in=users,
            notice__kind=messages.MESSAGES,
            notice__subject_kind=events.MESSAGE,
            notice__created_at__gte=begun_at,
            is_clear=False,
        )
        sent = list(
            about.filter(state__in=HANDED_OVER).values_list("notice__recipient", "notice__subject_key", "ended_at")
        )
        places = _places({key for _, key, _ in sent})
        taken = defaultdict(list)
        for user_id, key, ended_at in sent:
            if key in places:
                conversation_id, seq = places[key]
                taken[user_id, conversation_id].append((seq, ended_at))
        muted = Q(reason=Delivery.Reason.MUTED)
        held = Q(held_until__gt=begun_at + _in_time())
        return cls(dict(taken), set(about.filter(muted | held).values_list("notice__recipient", flat=True)))

    def reached(self, one: _Missed) -> bool:
        """Of a burst only the newest are pushed: who was pushed one that came later knows of those before."""
        taken = self.taken.get((one.user_id, one.conversation_id), ())
        return any(seq >= one.seq and at <= one.sent_at + _in_time() for seq, at in taken)


def _places(keys: Collection[str]) -> dict[str, tuple[UUID, int]]:
    found: Sequence[tuple[UUID, UUID, int]] = Message.objects.filter(pk__in=keys).values_list(
        "pk", "conversation_id", "seq"
    )
    return {str(pk): (conversation_id, seq) for pk, conversation_id, seq in found}


def _reachable(users: Collection[UUID]) -> set[UUID]:
    return set(Device.objects.enabled().filter(user__in=users).values_list("user", flat=True))
