"""Every verb of chat, for hands: in the nth of the conversations there are, and by the mth of the people."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.timezone import now
from uuid_utils.compat import uuid7

from accounts.models import User
from chat.errors import NoSuchMessage, NoSuchPerson
from chat.models import Conversation, Message, MessageReport, Participant
from chat.services import conversations, messages, moderation, people, receipts
from chat.services.receipts import Move
from core.errors import DomainError
from realtime import batches
from realtime.batches import Order
from tests import chat_world as world


@dataclass(frozen=True, slots=True)
class Call:
    """What a verb came to, in which conversation and by whom, and when: by a clock that all processes share."""

    verb: str
    conversation: str
    person: str
    outcome: str
    began: float
    ended: float


def call(verb: str, n: int, m: int) -> dict[str, Any]:
    conversation, her = _conversations()[n], _people()[m]
    began = time.monotonic()
    try:
        VERBS[verb](conversation, her)
        outcome = "ok"
    except DomainError as refusal:
        outcome = refusal.code
    return asdict(Call(verb, str(conversation.pk), str(her.pk), outcome, began, time.monotonic()))


def verbs() -> list[str]:
    return list(VERBS)


def _conversations() -> Sequence[Conversation]:
    """Groups first."""
    return Conversation.objects.order_by("-kind", "pk")


def _people() -> Sequence[User]:
    return User.objects.filter(email__endswith=world.DOMAIN).order_by("pk")


def _send(conversation: Conversation, her: User) -> None:
    world.send(her.pk, conversation.pk)


def _send_many(conversation: Conversation, her: User) -> None:
    """Into all her conversations at once, some into the same, in another order than that of their locks."""
    places = Participant.objects.filter(user=her).order_by("-conversation").values_list("conversation", flat=True)
    data = [{"conversation_id": str(pk), "body": "Hello"} for pk in [conversation.pk, *places, conversation.pk]]
    outcomes = batches.carry_out("chat.send", [Order(her.pk, uuid7(), one) for one in data])
    if refused := [outcome for outcome in outcomes if isinstance(outcome, Exception)]:
        raise refused[0]


def _read(conversation: Conversation, her: User) -> None:
    """All, or some, or what there is not yet."""
    last = Conversation.objects.get(pk=conversation.pk).last_seq
    receipts.mark_read(her, conversation.pk, last - her.pk.int % 3 + 1, now=now())


def _read_everywhere(conversation: Conversation, her: User) -> None:
    places = Participant.objects.active().filter(user=her).select_related("conversation").order_by("-pk")
    moves = [Move(her.pk, place.conversation_id, place.conversation.last_seq, is_read=True) for place in places]
    receipts.move_all(moves, now=now())


def _deliver(conversation: Conversation, her: User) -> None:
    receipts.mark_delivered(her, conversation.pk, 2**40, now=now())


def _hers(conversation: Conversation, her: User) -> Message:
    found = Message.objects.filter(conversation=conversation, sender=her, deleted_at=None).order_by("-seq").first()
    if found is None:
        raise NoSuchMessage
    return found


def _edit(conversation: Conversation, her: User) -> None:
    messages.edit_message(her, _hers(conversation, her).pk, str(uuid7()), now=now())


def _delete(conversation: Conversation, her: User) -> None:
    messages.delete_message(her, _hers(conversation, her).pk, now=now())


def _owner(conversation: Conversation) -> User:
    """Or whoever is in it."""
    places = Participant.objects.filter(conversation=conversation, left_at=None).select_related("user")
    place = places.order_by("-role").first()
    if place is None:
        raise NoSuchPerson
    return place.user


def _add(conversation: Conversation, her: User) -> None:
    conversations.add_participants(_owner(conversation), conversation.pk, [her.pk], now=now())


def _remove(conversation: Conversation, her: User) -> None:
    conversations.remove_participant(_owner(conversation), conversation.pk, her.pk, now=now())


def _leave_and_come_back(conversation: Conversation, her: User) -> None:
    conversations.leave(her, conversation.pk, now=now())
    _add(conversation, her)


def _other(conversation: Conversation, her: User) -> User:
    places = Participant.objects.filter(conversation=conversation).exclude(user=her).select_related("user")
    return places.order_by("pk")[0].user


def _block(conversation: Conversation, her: User) -> None:
    people.block(her, _other(conversation, her).pk, now=now())


def _unblock(conversation: Conversation, her: User) -> None:
    people.unblock(her, _other(conversation, her).pk)


def _mute(conversation: Conversation, her: User) -> None:
    is_muted = Participant.objects.filter(conversation=conversation, user=her, is_muted=True).exists()
    conversations.mute(her, conversation.pk, is_muted=not is_muted)


def _rename(conversation: Conversation, her: User) -> None:
    conversations.rename(_owner(conversation), conversation.pk, str(uuid7()))


def _open(conversation: Conversation, her: User) -> None:
    """What is there already, or a new group of the same two."""
    other = _other(conversation, her)
    conversations.open_conversation(her, [other.pk], now=now())
    conversations.open_conversation(her, [other.pk], now=now(), is_group=True)


def _report_and_remove(conversation: Conversation, her: User) -> None:
    others = Message.objects.filter(conversation=conversation, deleted_at=None).exclude(sender=her)
    message = others.order_by("-seq").first()
    if message is None:
        raise NoSuchMessage
    report = moderation.report_message(her, message.pk, reason="spam", note="", now=now())
    if report.status == MessageReport.Status.OPEN:
        moderation.uphold(report, her, now=now())


VERBS: dict[str, Callable[[Conversation, User], object]] = {
    "send": _send,
    "send_many": _send_many,
    "read": _read,
    "read_everywhere": _read_everywhere,
    "deliver": _deliver,
    "edit": _edit,
    "delete": _delete,
    "add": _add,
    "remove": _remove,
    "leave_and_come_back": _leave_and_come_back,
    "block": _block,
    "unblock": _unblock,
    "mute": _mute,
    "rename": _rename,
    "open": _open,
    "report_and_remove": _report_and_remove,
    "tell": lambda conversation, her: world.tell(),
}
