from datetime import timedelta

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from chat import pushing
from chat.models import Message, Participant
from chat.services import conversations, messages, people, receipts
from notifications.models import Notice
from realtime import batches
from realtime.batches import Order
from tests.factories.accounts import UserFactory
from tests.factories.chat import group, send, two
from tests.law import law_holds_for

pytestmark = pytest.mark.django_db(transaction=True)


def order(sender, conversation, body="Hello", id=None, **more):
    return Order(sender.pk, id or uuid7(), {"conversation_id": str(conversation.pk), "body": body, **more})


def test_messages_are_numbered_without_a_gap_and_unread_to_the_other():
    conversation, alice, bob = two()
    with law_holds_for([alice.pk, bob.pk]):
        sent = [send(alice, conversation, f"{n}") for n in range(3)] + [send(bob, conversation)]

    assert [message.seq for message in sent] == [1, 2, 3, 4]
    place = Participant.objects.get(conversation=conversation, user=bob)
    conversation.refresh_from_db()
    assert conversation.last_seq - place.read_seq - place.uncounted == 3


def test_a_batch_commits_together_and_each_stands_alone():
    conversation, alice, bob = two()
    stranger = UserFactory()
    same = uuid7()
    orders = [
        order(alice, conversation, "1"),
        order(stranger, conversation, "no"),
        order(bob, conversation, "2", id=same),
        order(bob, conversation, "2", id=same),
        order(alice, conversation, ""),
        order(alice, conversation, "3", after=str(uuid7())),
    ]
    with law_holds_for([alice.pk, bob.pk]):
        outcomes = batches.carry_out("chat.send", orders)

    assert [getattr(outcome, "status", None) for outcome in outcomes] == [200, 404, 200, 200, 400, 409]
    assert outcomes[3].is_replay
    assert outcomes[2].body == outcomes[3].body
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["1", "2"]
    again = batches.carry_out("chat.send", orders)
    assert [outcome.is_replay for outcome in again[:5]] == [True] * 5


def test_everything_else_keeps_the_law():
    conversation, alice, bob = two()
    with law_holds_for([alice.pk, bob.pk]):
        first = send(alice, conversation, "1")
        second = send(alice, conversation, "2")
        receipts.mark_delivered(bob, conversation.pk, 2, now=timezone.now())
        receipts.mark_read(bob, conversation.pk, 1, now=timezone.now())
        messages.edit_message(alice, second.pk, "two", now=timezone.now())
        messages.delete_message(alice, first.pk, now=timezone.now())
        messages.delete_message(alice, second.pk, now=timezone.now())
        conversations.mute(bob, conversation.pk, is_muted=True)
        people.block(alice, bob.pk, now=timezone.now())
        people.unblock(alice, bob.pk)
        send(bob, conversation)
    together, everyone = group()
    newcomer = UserFactory()
    with law_holds_for([person.pk for person in [*everyone, newcomer]]):
        send(everyone[1], together)
        conversations.add_participants(everyone[0], together.pk, [newcomer.pk], now=timezone.now())
        send(newcomer, together)
        conversations.remove_participant(everyone[0], together.pk, everyone[2].pk, now=timezone.now())
        send(everyone[0], together)
        conversations.leave(everyone[0], together.pk, now=timezone.now())
        send(everyone[1], together)


def test_who_is_not_there_is_pushed_once():
    conversation, alice, bob = two()
    send(alice, conversation, "x" * 200)
    pushing.tell(timezone.now())
    pushing.tell(timezone.now() + timedelta(seconds=60))

    notice = Notice.objects.get(recipient=bob)
    assert (notice.title, len(notice.params["text"])) == ("New Message", 100)
    receipts.mark_read(bob, conversation.pk, 1, now=timezone.now())
    notice.refresh_from_db()
    assert notice.read_at
