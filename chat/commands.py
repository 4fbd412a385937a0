"""What an app may send on its socket, or in a queue it kept while there was no network."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from accounts.models import User
from chat import serializers, shapes
from chat.models import Participant
from chat.sending import Draft, send_all
from chat.services import conversations, messages, moderation, people
from chat.services.receipts import Move, move_all
from core.api import read, refusal_of
from core.errors import DomainError
from realtime.batches import Batched, Order


def send(orders: Sequence[Order]) -> list[Any]:
    """Each message is known by the id of its command."""
    return _each(orders, _draft, lambda drafts: send_all(drafts, now=timezone.now()), shapes.sent)


def mark_read(orders: Sequence[Order]) -> list[Any]:
    return _each(orders, lambda order: _move(order, is_read=True), _move_now, shapes.unread_at)


def mark_delivered(orders: Sequence[Order]) -> list[Any]:
    return _each(orders, lambda order: _move(order, is_read=False), _move_now, shapes.unread_at)


def edit(user: User, data: dict[str, Any]) -> dict[str, Any]:
    wanted = read(serializers.EditIn, data)
    return shapes.changed(messages.edit_message(user, wanted["message_id"], wanted["body"], now=timezone.now()))


def delete(user: User, data: dict[str, Any]) -> dict[str, Any]:
    message_id = read(serializers.MessageIdIn, data)["message_id"]
    return shapes.changed(messages.delete_message(user, message_id, now=timezone.now()))


def open_conversation(user: User, data: dict[str, Any]) -> dict[str, Any]:
    wanted = read(serializers.OpenIn, data)
    others = wanted.pop("participant_ids")
    conversation, is_new = conversations.open_conversation(user, others, now=timezone.now(), **wanted)
    return {"conversation_id": str(conversation.pk), "is_new": is_new}


def add_participants(user: User, data: dict[str, Any]) -> dict[str, Any]:
    conversations.add_participants(user, **read(serializers.MembersIn, data), now=timezone.now())
    return {}


def remove_participant(user: User, data: dict[str, Any]) -> dict[str, Any]:
    conversations.remove_participant(user, **read(serializers.MemberIn, data), now=timezone.now())
    return {}


def leave(user: User, data: dict[str, Any]) -> dict[str, Any]:
    conversations.leave(user, **read(serializers.ConversationIdIn, data), now=timezone.now())
    return {}


def rename(user: User, data: dict[str, Any]) -> dict[str, Any]:
    conversations.rename(user, **read(serializers.RenameIn, data))
    return {}


def mute(user: User, data: dict[str, Any]) -> dict[str, Any]:
    conversations.mute(user, **read(serializers.MuteIn, data))
    return {}


def block(user: User, data: dict[str, Any]) -> dict[str, Any]:
    people.block(user, read(serializers.PersonIn, data)["user_id"], now=timezone.now())
    return {}


def unblock(user: User, data: dict[str, Any]) -> dict[str, Any]:
    people.unblock(user, read(serializers.PersonIn, data)["user_id"])
    return {}


def report(user: User, data: dict[str, Any]) -> dict[str, Any]:
    moderation.report_message(user, **read(serializers.MessageReportIn, data), now=timezone.now())
    return {}


def _each(
    orders: Sequence[Order],
    read_one: Callable[[Order], Any],
    act: Callable[[list[Any]], Sequence[Any]],
    show: Callable[[Any], dict[str, Any]],
) -> list[Any]:
    """What can be read is acted on together; the others are refused."""
    outcomes: list[Any] = []
    for order in orders:
        try:
            outcomes.append(read_one(order))
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            outcomes.append(refusal)
    readable = [place for place, outcome in enumerate(outcomes) if not isinstance(outcome, DomainError)]
    if readable:
        for place, result in zip(readable, act([outcomes[place] for place in readable]), strict=True):
            outcomes[place] = result if isinstance(result, DomainError) else show(result)
    return outcomes


def _draft(order: Order) -> Draft:
    return Draft(order.user_id, order.command_id, **serializers.send_in(order.data), command=order.command_id)


def _move(order: Order, *, is_read: bool) -> Move:
    return Move(order.user_id, **read(serializers.MoveIn, order.data), is_read=is_read)


def _move_now(moves: Sequence[Move]) -> list[Participant | DomainError]:
    return move_all(moves, now=timezone.now())


COMMANDS = {
    "chat.send": Batched(send, about="conversation_id"),
    "chat.mark_read": Batched(mark_read, about="conversation_id"),
    "chat.mark_delivered": Batched(mark_delivered, about="conversation_id"),
    "chat.edit": edit,
    "chat.delete": delete,
    "chat.open": open_conversation,
    "chat.add_participants": add_participants,
    "chat.remove_participant": remove_participant,
    "chat.leave": leave,
    "chat.rename": rename,
    "chat.mute": mute,
    "chat.block": block,
    "chat.unblock": unblock,
    "chat.report": report,
}
