"""Who is in a conversation. Whoever goes sees nothing of it any more; whoever comes sees what follows."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import User
from chat import clearing, events, positions, selectors
from chat.models import Conversation, Message, Participant
from realtime.models import Entry
from realtime.publishing import publish

CHUNK = 500


def lock(conversation_ids: Collection[UUID]) -> list[Conversation]:
    wanted = Conversation.objects.filter(pk__in=conversation_ids).order_by("pk")
    return list(wanted.select_for_update(no_key=True))


def lock_with_places(conversation_ids: Collection[UUID]) -> list[Conversation]:
    """For who comes or goes. Positions move without the lock of the conversation: one that moved meanwhile would be
    told to those who were there before, and shown to nobody who comes.
    """
    conversations = lock(conversation_ids)
    places = Participant.objects.active().filter(conversation__in=conversations)
    positions.lock(list(places.values_list("pk", flat=True)))
    return conversations


def lock_people(ids: Collection[UUID]) -> None:
    """Before any conversation: nobody blocks another while their conversation begins, or unblocks meanwhile."""
    people = User.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    list(people.values_list("pk", flat=True))


def let_in(conversation: Conversation, users: Collection[UUID], *, now: datetime) -> None:
    """Newcomers, and those who had left. The conversation is locked."""
    last = conversation.last_seq
    start = {"since_seq": last, "delivered_seq": last, "read_seq": last, "told_seq": last, "uncounted": 0}
    back = Participant.objects.filter(conversation=conversation, user__in=users)
    known = set(back.values_list("user_id", flat=True))
    back.update(**start, joined_at=now, left_at=None, role=Participant.Role.MEMBER, is_muted=False)
    new = [
        Participant(conversation=conversation, user_id=user_id, joined_at=now, **start)
        for user_id in users
        if user_id not in known
    ]
    Participant.objects.bulk_create(new)


def take_out(conversation: Conversation, user_id: UUID, *, now: datetime) -> None:
    """An owner who goes leaves the group to whoever has been in it longest."""
    here = Participant.objects.active().filter(conversation=conversation)
    Participant.objects.filter(conversation=conversation, user=user_id, left_at=None).update(left_at=now)
    if not conversation.is_direct and not here.filter(role=Participant.Role.OWNER).exists():
        heirs = here.order_by("joined_at", "pk")[:1]
        Participant.objects.filter(pk__in=[heir.pk for heir in heirs]).update(role=Participant.Role.OWNER)
    forget_identity(conversation)
    close_to(conversation, [user_id])
    tell_change(conversation, "participant_left")


def forget_identity(conversation: Conversation) -> None:
    """These are other people now: they would begin another."""
    Conversation.objects.filter(pk=conversation.pk).update(identity=None)


def close_to(conversation: Conversation, users: Collection[UUID]) -> None:
    """Out of their views, off their screens, and out of what their streams would replay."""
    publish(*events.conversation_changed("conversation_closed", conversation.pk, users))
    pushed = Participant.objects.filter(conversation=conversation, user__in=users, noticed_seq__gt=F("read_seq"))
    for place in pushed:
        clearing.take_back(place.user_id, conversation.pk, place.read_seq, place.noticed_seq)
    for user_id in users:
        _hide(conversation, user_id)


def open_to(conversation: Conversation, users: Collection[UUID]) -> None:
    """Again: with the last message, which a fresh view would show."""
    publish(*events.conversation_changed("conversation_opened", conversation.pk, users))
    last = Message.objects.filter(conversation=conversation, seq=conversation.last_seq).first()
    if last is not None:
        seeing = Participant.objects.active().filter(conversation=conversation, user__in=users, since_seq__lt=last.seq)
        publish(events.message_shown(last, list(seeing.values_list("user_id", flat=True))))


def tell_change(conversation: Conversation, name: str) -> None:
    publish(*events.conversation_changed(name, conversation.pk, selectors.active_users(conversation.pk)))


def note_block(conversations: Collection[Conversation], blocked: UUID, at: datetime | None) -> None:
    """`at` is None where the block is over: what nobody could send meanwhile nobody has missed."""
    places = Participant.objects.filter(conversation__in=conversations, user=blocked)
    places.update(blocked_at=at, told_seq=Greatest("told_seq", "read_seq"))


def _hide(conversation: Conversation, user_id: UUID) -> None:
    told = Entry.objects.filter(user_id=user_id, is_gone=False)
    of_itself = told.filter(event__kind__in=events.OF_CONVERSATION, event__key=str(conversation.pk))
    _blank(user_id, list(of_itself.values_list("offset", flat=True)))
    by_key: dict[str, list[int]] = {}
    for offset, key in told.filter(event__kind=events.MESSAGE).values_list("offset", "event__key"):
        by_key.setdefault(key, []).append(offset)
    keys = list(by_key)
    for start in range(0, len(keys), CHUNK):
        here = Message.objects.filter(conversation=conversation, pk__in=keys[start : start + CHUNK])
        offsets = [offset for pk in here.values_list("pk", flat=True) for offset in by_key[str(pk)]]
        _blank(user_id, offsets)


def _blank(user_id: UUID, offsets: Collection[int]) -> None:
    Entry.objects.filter(user_id=user_id, offset__in=offsets).update(is_gone=True, own=None)
