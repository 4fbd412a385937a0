from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.services import deactivate_user
from chat import selectors
from chat.errors import Blocked, NoSuchConversation, NoSuchPerson
from chat.models import Block, Participant
from chat.services import conversations, messages, people, receipts
from core.errors import Invalid
from core.unit import unit
from tests.chat.hearing import folded, fresh, heard
from tests.chat.waiting import somebody_waits_for_us
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, group, place_of, recounted, send, two, unread
from tests.notifications import post

pytestmark = pytest.mark.django_db

NOTHING = {"chat.conversation": {}, "chat.unread": {}, "chat.receipts": {}, "chat.message": {}}


@pytest.fixture
def blocked(now):
    """Alice has blocked Bob, after each had said something."""
    conversation, alice, bob = two()
    send(alice, conversation, "Hello")
    send(bob, conversation, "You!")
    people.block(alice, bob.pk, now=now)
    return conversation, alice, bob


def test_to_who_is_blocked_the_conversation_is_closed(blocked, now):
    conversation, _, bob = blocked

    assert fresh(bob) == NOTHING
    assert heard(bob)[-1] == "receipts_changed"
    assert "conversation_closed" in heard(bob)
    for attempt in (
        lambda: send(bob, conversation),
        lambda: receipts.mark_read(bob, conversation.pk, 1, now=now),
        lambda: selectors.place_in(conversation.pk, bob.pk),
    ):
        with pytest.raises(NoSuchConversation):
            attempt()
    assert not selectors.messages_seen_by(bob.pk).exists()


def test_nothing_of_it_is_replayed_to_who_is_blocked(blocked):
    _, alice, bob = blocked

    assert folded(bob) == NOTHING
    assert len(folded(alice)["chat.message"]) == 2


def test_who_blocks_sees_it_still_and_cannot_write_there(blocked):
    conversation, alice, _ = blocked

    with pytest.raises(Blocked):
        send(alice, conversation)
    shown = fresh(alice)["chat.conversation"][str(conversation.pk)]
    assert [person["is_active"] for person in shown["participants"]] == [True, False]
    assert list(fresh(alice)["chat.receipts"][str(conversation.pk)]["participants"]) == [str(alice.pk)]
    assert "participant_blocked" in heard(alice)


def test_all_they_have_of_two_is_closed_and_groups_are_not(now):
    conversation, alice, bob = two()
    about_a_car = between(bob, alice, context={"car_id": 1})
    together = between(alice, bob, UserFactory())
    elsewhere = between(bob, UserFactory())
    people.block(alice, bob.pk, now=now)

    assert [selectors.is_in(one.pk, bob.pk) for one in (conversation, about_a_car, together, elsewhere)] == [
        False,
        False,
        True,
        True,
    ]
    assert send(bob, together).seq == 1
    assert send(bob, elsewhere).seq == 1


def test_blocking_again_changes_nothing(blocked, now):
    _, alice, bob = blocked
    before = heard(alice), heard(bob)
    people.block(alice, bob.pk, now=now)

    assert (heard(alice), heard(bob)) == before
    assert Block.objects.count() == 1


def test_after_it_is_over_all_is_as_it_was(blocked):
    conversation, alice, bob = blocked
    people.unblock(alice, bob.pk)

    assert unread(bob, conversation) == recounted(bob, conversation) == 1
    assert [message["body"] for message in fresh(bob)["chat.message"].values()] == ["You!"]
    assert folded(bob)["chat.conversation"] == fresh(bob)["chat.conversation"]
    assert (send(bob, conversation).seq, send(alice, conversation).seq) == (3, 4)
    assert "participant_unblocked" in heard(alice)


def test_what_happened_meanwhile_is_known_when_it_is_over(blocked, now):
    conversation, alice, bob = blocked
    messages.delete_message(alice, conversation.messages.get(seq=1).pk, now=now)
    people.unblock(alice, bob.pk)

    assert unread(bob, conversation) == recounted(bob, conversation) == 0


def test_ending_what_is_not_changes_nothing(now):
    _, alice, bob = two()
    before = heard(bob)
    people.unblock(alice, bob.pk)
    people.unblock(alice, UserFactory().pk)

    assert heard(bob) == before


def test_if_both_block_both_must_end_it(blocked, now):
    conversation, alice, bob = blocked
    people.block(bob, alice.pk, now=now)
    assert not Participant.objects.active().filter(conversation=conversation).exists()
    assert fresh(alice) == fresh(bob) == NOTHING

    people.unblock(alice, bob.pk)
    assert [selectors.is_in(conversation.pk, user.pk) for user in (alice, bob)] == [False, True]
    with pytest.raises(Blocked):
        send(bob, conversation)
    people.unblock(bob, alice.pk)
    assert send(alice, conversation).seq == 3


def test_who_is_blocked_cannot_unblock_herself(blocked):
    conversation, alice, bob = blocked
    people.unblock(bob, alice.pk)

    assert Block.objects.filter(blocker=alice, blocked=bob).exists()
    assert place_of(bob, conversation).blocked_at


def test_nobody_blocks_herself_or_nobody(now):
    alice, gone = UserFactory(), UserFactory()
    deactivate_user(gone)

    with pytest.raises(Invalid):
        people.block(alice, alice.pk, now=now)
    for nobody in (gone, UserFactory.build()):
        with pytest.raises(NoSuchPerson):
            people.block(alice, nobody.pk, now=now)


def test_in_a_group_each_hears_the_other_as_before(now):
    together, [ann, ben, _] = group()
    people.block(ann, ben.pk, now=now)
    send(ben, together)

    assert unread(ann, together) == 1
    assert heard(ann)[-2:] == ["message_sent", "unread_changed"]


# Both at one moment


def open_it(pair, now):
    conversations.open_conversation(pair[0], [pair[1].pk], now=now)


def block_it(pair, now):
    people.block(pair[1], pair[0].pk, now=now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("acts", [(open_it, block_it), (block_it, open_it)], ids=["opened first", "blocked first"])
def test_who_is_blocked_while_she_opens_a_conversation_has_none(acts, now):
    pair = UserFactory(), UserFactory()
    first, second = acts
    with ThreadPoolExecutor(max_workers=1) as executor:
        with unit():
            first(pair, now)
            waiting = executor.submit(post.in_thread(lambda: second(pair, now)))
            while not somebody_waits_for_us():
                assert not waiting.done()
        assert type(waiting.exception()) is (Blocked if second is open_it else type(None))

    assert not Participant.objects.active().filter(user=pair[0]).exists()
    assert Block.objects.filter(blocker=pair[1], blocked=pair[0]).exists()
