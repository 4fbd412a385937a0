"""What is true of conversations, whatever was done in whatever order: by their rows, and by what streams have told."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F

from chat import events, kinds
from chat.models import Block, Conversation, Message, Participant
from notifications.models import Notice
from realtime.kinds import encode
from realtime.models import Entry

ABOUT_CONVERSATIONS = [events.CONVERSATION, events.UNREAD, events.RECEIPTS]


def breaches(conversations: Collection[UUID] | None = None) -> list[str]:
    """Of these conversations, or of all: nothing."""
    found = Conversation.objects.order_by("pk")
    if conversations is not None:
        found = found.filter(pk__in=conversations)
    wanted = {conversation.pk: conversation for conversation in found}
    return [
        *(breach for conversation in wanted.values() for breach in _of_rows(conversation)),
        *_of_blocks(wanted),
        *_of_streams(wanted),
        *_of_notices(wanted),
    ]


def unread_by_rows(user_id: UUID) -> dict[str, int]:
    """In each conversation that is open to her, one by one."""
    places = Participant.objects.active().filter(user=user_id)
    return {str(place.conversation_id): _recount(place) for place in places}


def last_seqs() -> dict[str, int]:
    return {str(pk): last for pk, last in Conversation.objects.values_list("pk", "last_seq")}


def bodies_of(conversation_id: UUID) -> list[str]:
    return list(Message.objects.filter(conversation=conversation_id).order_by("seq").values_list("body", flat=True))


def heard_of(user_id: UUID, conversation_id: UUID) -> dict[str, int]:
    """How often her stream told her that each message of it was sent."""
    ids = [str(pk) for pk in Message.objects.filter(conversation=conversation_id).values_list("pk", flat=True)]
    told = Entry.objects.filter(user_id=user_id, event__name=events.MESSAGE_SENT, event__key__in=ids)
    return dict(Counter(told.values_list("event__key", flat=True)))


def deeds_after(user_id: UUID, name: str, conversation_id: UUID, sender_id: UUID) -> list[str]:
    """What her stream tells of another's messages in a conversation after it told `name` of that."""
    told = Entry.objects.filter(user_id=user_id)
    last = told.filter(event__name=name, event__key=str(conversation_id)).order_by("-offset")
    after = last.values_list("offset", flat=True)[0]
    messages = Message.objects.filter(conversation=conversation_id, sender=sender_id)
    sent = [str(pk) for pk in messages.values_list("pk", flat=True)]
    later = told.filter(offset__gt=after, event__kind=events.MESSAGE, event__key__in=sent)
    return list(later.values_list("event__name", flat=True))


def sent_by(user_id: UUID) -> list[dict[str, Any]]:
    """All she has sent, in the order of its places."""
    found = Message.objects.filter(sender=user_id).order_by("conversation", "seq")
    return [
        {"client_id": str(one.client_id), "conversation_id": str(one.conversation_id), "seq": one.seq, "body": one.body}
        for one in found
    ]


def messages_in(conversations: Collection[UUID]) -> dict[str, Any]:
    """As everybody who sees one sees it."""
    found = Message.objects.filter(conversation__in=conversations).values_list("pk", flat=True)
    shown: dict[str, Any] = json.loads(encode(kinds.messages([str(pk) for pk in found])))
    return shown


def delivered_to(user_id: UUID) -> dict[str, int]:
    """Wherever she was ever in."""
    places = Participant.objects.filter(user=user_id).values_list("conversation", "delivered_seq")
    return {str(conversation): delivered for conversation, delivered in places}


def untold() -> int:
    """Messages of which nobody has decided yet whom to push them."""
    behind = Participant.objects.active().filter(told_seq__lt=F("conversation__last_seq"))
    return behind.count()


def told_in_all() -> int:
    return Notice.objects.filter(subject_kind=events.MESSAGE).count()


def told(users: Collection[UUID]) -> int:
    return Notice.objects.filter(recipient__in=users, subject_kind=events.MESSAGE).count()


# By rows


def _of_rows(conversation: Conversation) -> Iterator[str]:
    seqs = list(Message.objects.filter(conversation=conversation).order_by("seq").values_list("seq", flat=True))
    if seqs != list(range(1, conversation.last_seq + 1)):
        yield f"{conversation.pk} counts {conversation.last_seq} messages, and has {seqs}"
    places = list(Participant.objects.filter(conversation=conversation))
    for place in places:
        yield from (f"{place}: {breach}" for breach in _of_place(place, conversation))
    if conversation.is_direct:
        if len(places) != 2:
            yield f"{conversation.pk} is of two, and has {len(places)}"
        return
    here = [place for place in places if not place.left_at]
    if here and not any(place.role == Participant.Role.OWNER for place in here):
        yield f"{conversation.pk} has nobody who adds and removes people"
    if any(place.blocked_at for place in places):
        yield f"{conversation.pk} is a group, and closed by a block"


def _of_place(place: Participant, conversation: Conversation) -> Iterator[str]:
    counted = conversation.last_seq - place.read_seq - place.uncounted
    if counted != _recount(place):
        yield f"has {_recount(place)} unread, and counts {counted}"
    if not place.since_seq <= place.read_seq <= place.delivered_seq <= conversation.last_seq:
        yield f"{place.since_seq}, {place.read_seq}, {place.delivered_seq} of {conversation.last_seq}"
    if max(place.told_seq, place.noticed_seq) > conversation.last_seq:
        yield f"was told up to {place.told_seq} and noticed {place.noticed_seq} of {conversation.last_seq}"


def _recount(place: Participant) -> int:
    unread = Message.objects.filter(conversation=place.conversation_id, seq__gt=place.read_seq, deleted_at=None)
    return unread.exclude(sender=place.user_id).count()


def _of_blocks(wanted: Mapping[UUID, Conversation]) -> Iterator[str]:
    blocks = set(Block.objects.values_list("blocker", "blocked"))
    direct = [conversation for conversation in wanted.values() if conversation.is_direct]
    for conversation in direct:
        one, other = Participant.objects.filter(conversation=conversation).order_by("pk")
        for place, her in ((one, other), (other, one)):
            is_blocked = (her.user_id, place.user_id) in blocks
            if is_blocked != (place.blocked_at is not None):
                yield f"{place} is {'' if is_blocked else 'not '}blocked, and her place is {place.blocked_at}"


# By streams: commits are in their order, so whoever was out when something was told has heard what she must not


def _of_streams(wanted: Mapping[UUID, Conversation]) -> Iterator[str]:
    messages = Message.objects.filter(conversation__in=wanted).values_list("pk", "conversation")
    home = {(events.MESSAGE, str(pk)): conversation_id for pk, conversation_id in messages}
    home |= {(kind, str(pk)): pk for pk in wanted for kind in ABOUT_CONVERSATIONS}
    told = Entry.objects.filter(event__kind__in=[*ABOUT_CONVERSATIONS, events.MESSAGE]).order_by("user_id", "offset")
    is_open: defaultdict[tuple[UUID, UUID], bool] = defaultdict(bool)
    replayed: Counter[tuple[UUID, UUID]] = Counter()
    sent: Counter[tuple[UUID, str]] = Counter()
    for user_id, offset, name, kind, key, is_gone in told.values_list(
        "user_id", "offset", "event__name", "event__kind", "event__key", "is_gone"
    ):
        conversation_id = home.get((kind, key))
        if conversation_id is None:
            continue
        place = user_id, conversation_id
        if kind == events.CONVERSATION:
            is_open[place] = name != "chat.conversation_closed"
        elif not is_open[place] and (kind == events.MESSAGE or not is_gone):
            yield f"{user_id} heard {name} at {offset} of {conversation_id}, where she was not"
        sent[user_id, key] += name == events.MESSAGE_SENT
        # How far others have come is told without a lock, and may be told as she goes.
        replayed[place] += not is_gone and kind in (events.CONVERSATION, events.MESSAGE)
    yield from (f"{user_id} heard {times} times of {key}" for (user_id, key), times in sent.items() if times > 1)
    active = set(Participant.objects.active().filter(conversation__in=wanted).values_list("user_id", "conversation_id"))
    if {place for place, opened in is_open.items() if opened} != active:
        yield "streams tell of other places than there are"
    if left := [place for place, times in replayed.items() if times and place not in active]:
        yield f"streams would replay what is closed: {left}"


def _of_notices(wanted: Mapping[UUID, Conversation]) -> Iterator[str]:
    """Nobody is pushed her own, what was deleted, or what she has read; and nobody anything twice."""
    messages = {str(one.pk): one for one in Message.objects.filter(conversation__in=wanted)}
    notices = Notice.objects.filter(subject_kind=events.MESSAGE, subject_key__in=messages, withdrawn_at=None)
    places = {(p.conversation_id, p.user_id): p for p in Participant.objects.filter(conversation__in=wanted)}
    told: Counter[tuple[UUID, str]] = Counter()
    for notice in notices:
        message = messages[notice.subject_key]
        place = places.get((message.conversation_id, notice.recipient_id))
        told[notice.recipient_id, notice.subject_key] += 1
        problems = {
            "to one who was never there": place is None,
            "her own": message.sender_id == notice.recipient_id,
            "though it was deleted": message.deleted_at is not None,
            "though she has read it": bool(place and place.read_seq >= message.seq and not notice.read_at),
            "though she is not there": bool(place and (place.left_at or place.blocked_at) and not notice.read_at),
            "twice": told[notice.recipient_id, notice.subject_key] > 1,
        }
        yield from (f"{notice.pk} was pushed {problem}" for problem, is_so in problems.items() if is_so)
