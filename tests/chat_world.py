"""What hands do to a deployment with conversations: its people, and what each of them does."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.migrations import RemoveConstraint
from django.db.migrations.state import ProjectState
from django.db.models import F
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from accounts.models import User
from chat import events, positions, pushing, selectors, sending
from chat.models import Conversation, Message, Participant
from chat.sending import Draft
from chat.services import conversations, messages, people
from core.errors import DomainError
from core.unit import unit
from realtime import batches
from realtime.batches import Order
from realtime.publishing import publish

DOMAIN = "@chat.test"
LOT = 20


def populate(count: int) -> list[str]:
    """So many people: each two have a conversation, all of them a group, and all but the last another."""
    users = settle(count)
    for n, user in enumerate(users):
        for other in users[n + 1 :]:
            open_conversation(UUID(user), [UUID(other)])
    open_conversation(UUID(users[0]), [UUID(user) for user in users[1:]], "All")
    open_conversation(UUID(users[0]), [UUID(user) for user in users[1:-1]], "Some")
    for conversation in Conversation.objects.all():
        for place in Participant.objects.filter(conversation=conversation):
            send(place.user_id, conversation.pk)
    return users


def settle(count: int) -> list[str]:
    users = User.objects.bulk_create(User(email=f"{uuid7().hex}{DOMAIN}", full_name="Somebody") for _ in range(count))
    return [str(user.pk) for user in users]


# What is done one by one


def open_conversation(user_id: UUID, others: Sequence[UUID], title: str = "") -> str:
    opened, _ = conversations.open_conversation(
        _user(user_id), others, now=now(), title=title, is_group=bool(title) or len(others) > 1
    )
    return str(opened.pk)


def send(user_id: UUID, conversation_id: UUID, body: str = "Hello", client_id: UUID | None = None) -> str:
    draft = Draft(user_id, client_id or uuid7(), conversation_id, body)
    return str(messages.send_message(draft, now=now()).pk)


def open_with_each(user_id: UUID, others: Sequence[UUID]) -> list[str]:
    return [open_conversation(user_id, [other]) for other in others]


@unit
def send_to_each(ids: Sequence[UUID], user_id: UUID) -> None:
    sending.send_all([Draft(user_id, uuid7(), conversation, "Hello") for conversation in ids], now=now())


def repeat_queue(user_id: UUID, conversation_id: UUID, ids: Sequence[UUID], seed: int) -> dict[str, int]:
    """As an app does after a tunnel, but in any order and each twice, until all of it was taken: how often it was not.

    Each says which it follows.
    """
    dice = random.Random(seed)
    orders = [
        Order(user_id, id, {"conversation_id": str(conversation_id), "body": str(id), "after": before and str(before)})
        for id, before in zip(ids, [None, *ids], strict=False)
    ] * 2
    came_to: Counter[str] = Counter()
    while orders:
        dice.shuffle(orders)
        outcomes = batches.carry_out("chat.send", orders[:LOT])
        came_to.update(getattr(outcome, "code", "ok") for outcome in outcomes)
        orders = [o for o, outcome in zip(orders, outcomes, strict=False) if is_temporary(outcome)] + orders[LOT:]
    return dict(came_to)


def is_temporary(outcome: batches.Outcome) -> bool:
    return isinstance(outcome, DomainError) and outcome.is_temporary


def block(user_id: UUID, other_id: UUID) -> None:
    people.block(_user(user_id), other_id, now=now())


def unblock(user_id: UUID, other_id: UUID) -> None:
    people.unblock(_user(user_id), other_id)


def remove(user_id: UUID, conversation_id: UUID, other_id: UUID) -> None:
    conversations.remove_participant(_user(user_id), conversation_id, other_id, now=now())


def add_meanwhile(user_id: UUID, conversation_id: UUID, other_id: UUID) -> None:
    time.sleep(0.2)
    conversations.add_participants(_user(user_id), conversation_id, [other_id], now=now())


@unit
def come_further_slowly(user_id: UUID, conversation_id: UUID) -> None:
    positions.advance({(conversation_id, user_id): positions.Position(delivered=1)})
    time.sleep(0.6)


def edit(user_id: UUID, message_id: UUID, body: str) -> None:
    messages.edit_message(_user(user_id), message_id, body, now=now())


def tell() -> int:
    return pushing.tell(now())


# How it must not be done: look, then write what was seen, with nothing in between that makes others wait


def send_after_a_look(user_id: UUID, conversation_id: UUID) -> str:
    """The conversation is not locked: who is there, and how many messages, was seen before."""
    seq = Conversation.objects.get(pk=conversation_id).last_seq + 1
    seen = selectors.active_users(conversation_id)
    time.sleep(0.2)  # as long as a query may take
    message = Message(conversation_id=conversation_id, seq=seq, sender_id=user_id, client_id=uuid7(), created_at=now())
    with unit():
        Message.objects.bulk_create([message])
        Conversation.objects.filter(pk=conversation_id).update(last_seq=seq)
        Participant.objects.filter(conversation=conversation_id, user=user_id).update(uncounted=F("uncounted") + 1)
        publish(*events.message_sent(message, seen, None))
    return str(message.pk)


def read_in_silence(user_id: UUID) -> None:
    for place in Participant.objects.filter(user=user_id).select_related("conversation"):
        last = place.conversation.last_seq
        Participant.objects.filter(pk=place.pk).update(read_seq=last, delivered_seq=last)


def drop_guard(model: str, constraint: str) -> None:
    """It would stop the second of two by itself. Removed as a migration does: SQLite knows no other way."""
    removal = RemoveConstraint(model, constraint)
    before = ProjectState.from_apps(apps)
    after = before.clone()
    removal.state_forwards("chat", after)
    with connection.schema_editor() as editor:
        removal.database_forwards("chat", editor, before, after)


def poison(body: str) -> None:
    """The database itself refuses to store a message of these words."""
    refuse = {
        "postgresql": "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'poison'; END $$; "
        "CREATE TRIGGER poison BEFORE INSERT ON chat_message FOR EACH ROW "
        f"WHEN (NEW.body = '{body}') EXECUTE FUNCTION refuse()",
        "sqlite": f"CREATE TRIGGER poison BEFORE INSERT ON chat_message WHEN NEW.body = '{body}' "
        "BEGIN SELECT RAISE(ABORT, 'poison'); END",
    }
    with connection.cursor() as cursor:
        cursor.execute(refuse[connection.vendor])


def _user(user_id: UUID) -> User:
    return User.objects.get(pk=user_id)
