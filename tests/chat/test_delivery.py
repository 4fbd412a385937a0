import pytest

from chat.models import Participant
from chat.services import conversations, people
from realtime.selectors import state
from tests.chat.devices import acknowledge
from tests.chat.hearing import fresh, heard
from tests.factories.chat import between, group, place_of, send, two, unread

pytestmark = pytest.mark.django_db


def delivered(user, conversation):
    return place_of(user, conversation).delivered_seq


def test_what_a_device_acknowledges_was_delivered():
    conversation, alice, bob = two()
    for n in range(3):
        send(alice, conversation, f"{n}")
    assert delivered(bob, conversation) == 0
    acknowledge(bob)

    assert (delivered(bob, conversation), unread(bob, conversation)) == (3, 3)
    assert fresh(alice)["chat.receipts"][str(conversation.pk)]["participants"][str(bob.pk)] == {
        "delivered_seq": 3,
        "read_seq": 0,
    }
    assert heard(alice)[-1] == "receipts_changed"


def test_it_was_delivered_as_far_as_it_was_acknowledged():
    conversation, alice, bob = two()
    send(alice, conversation, "1")
    head = state(bob.pk).head
    send(alice, conversation, "2")
    acknowledge(bob, head)
    assert delivered(bob, conversation) == 1
    acknowledge(bob)
    assert delivered(bob, conversation) == 2


def test_in_the_background_too_and_on_whichever_device_is_furthest():
    conversation, alice, bob = two()
    send(alice, conversation, "1")
    acknowledge(bob, is_foreground=False, device="tablet")
    assert delivered(bob, conversation) == 1
    send(alice, conversation, "2")
    acknowledge(bob, device="phone")
    acknowledge(bob, 1, device="tablet")
    assert delivered(bob, conversation) == 2


def test_what_was_acknowledged_before_is_not_told_again():
    conversation, alice, bob = two()
    send(alice, conversation)
    acknowledge(bob)
    before = heard(alice)
    acknowledge(bob)
    acknowledge(bob, device="tablet")

    assert heard(alice) == before


def test_of_ones_own_messages_nobody_says_that_they_arrived():
    conversation, alice, bob = two()
    send(alice, conversation)
    before = heard(bob)
    acknowledge(alice)

    assert delivered(alice, conversation) == 0
    assert heard(bob) == before
    send(bob, conversation)
    acknowledge(alice)
    assert delivered(alice, conversation) == 2


def test_several_conversations_at_once_and_each_its_own():
    conversation, alice, bob = two()
    elsewhere = between(bob, alice, context={"car_id": 1})
    together, [ann, ben, cat] = group()
    for n in range(2):
        send(alice, conversation, f"{n}")
    send(alice, elsewhere)
    send(ann, together)
    acknowledge(bob)
    acknowledge(ben)

    assert [delivered(bob, one) for one in (conversation, elsewhere)] == [2, 1]
    assert [delivered(user, together) for user in (ann, ben, cat)] == [0, 1, 0]


def test_to_who_has_left_or_was_blocked_nothing_is_delivered(now):
    conversation, alice, bob = two()
    together, [ann, ben, _] = group()
    send(alice, conversation)
    send(ann, together)
    people.block(alice, bob.pk, now=now)
    conversations.leave(ben, together.pk, now=now)
    acknowledge(bob)
    acknowledge(ben)

    assert set(Participant.objects.values_list("delivered_seq", flat=True)) == {0}


def test_what_else_she_hears_is_no_message(now):
    conversation, alice, bob = two()
    send(alice, conversation)
    acknowledge(bob, state(bob.pk).head - 2)  # up to the conversation itself: the message and its number come after it
    assert delivered(bob, conversation) == 0
