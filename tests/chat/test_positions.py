import random
from itertools import permutations

import pytest

from chat.conf import limits
from chat.errors import NoSuchConversation
from chat.models import Participant
from chat.positions import Position, advance
from chat.services import conversations, messages, people, receipts
from chat.services.receipts import Move
from tests.chat.hearing import fresh, heard
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, group, place_of, recounted, send, two, unread

pytestmark = pytest.mark.django_db


def positions(user, conversation):
    place = place_of(user, conversation)
    return place.delivered_seq, place.read_seq


def wrong_counts(conversation):
    """Of whom it is kept otherwise than a recount says."""
    everyone = [place.user for place in Participant.objects.filter(conversation=conversation).select_related("user")]
    return [user for user in everyone if unread(user, conversation) != recounted(user, conversation)]


@pytest.fixture
def talked():
    """A conversation with four messages of Alice, and the two."""
    conversation, alice, bob = two()
    for n in range(4):
        send(alice, conversation, f"{n}")
    return conversation, alice, bob


# Two positions that never go back


def test_what_was_read_was_delivered(talked, now):
    conversation, _, bob = talked
    assert positions(bob, conversation) == (0, 0)
    receipts.mark_delivered(bob, conversation.pk, 3, now=now)
    assert positions(bob, conversation) == (3, 0)
    receipts.mark_read(bob, conversation.pk, 2, now=now)
    assert positions(bob, conversation) == (3, 2)
    receipts.mark_read(bob, conversation.pk, 4, now=now)
    assert positions(bob, conversation) == (4, 4)


def test_in_whatever_order_receipts_come_the_furthest_stays(talked, now):
    conversation, _, bob = talked
    steps = [(receipts.mark_read, 1), (receipts.mark_read, 3), (receipts.mark_delivered, 2), (receipts.mark_read, 0)]
    for order in permutations(steps):
        Participant.objects.update(delivered_seq=0, read_seq=0, uncounted=0)
        furthest = 0
        for mark, seq in order:
            place = mark(bob, conversation.pk, seq, now=now)
            assert place.read_seq >= furthest
            furthest = place.read_seq
        assert positions(bob, conversation) == (3, 3)


def test_nobody_has_read_what_was_not_written_yet(talked, now):
    conversation, _, bob = talked
    assert receipts.mark_read(bob, conversation.pk, 2**53, now=now).read_seq == 4
    receipts.mark_delivered(bob, conversation.pk, 2**53, now=now)
    assert positions(bob, conversation) == (4, 4)


def test_what_changes_nothing_is_told_to_nobody(talked, now):
    conversation, alice, bob = talked
    receipts.mark_read(bob, conversation.pk, 3, now=now)
    before = heard(alice), heard(bob)
    receipts.mark_read(bob, conversation.pk, 3, now=now)
    receipts.mark_read(bob, conversation.pk, 1, now=now)
    receipts.mark_delivered(bob, conversation.pk, 2, now=now)

    assert (heard(alice), heard(bob)) == before


def test_who_is_not_there_comes_nowhere(talked, now):
    conversation, alice, bob = talked
    people.block(alice, bob.pk, now=now)

    for nobody in (bob, UserFactory()):
        for mark in (receipts.mark_read, receipts.mark_delivered):
            with pytest.raises(NoSuchConversation):
                mark(nobody, conversation.pk, 4, now=now)
    assert positions(bob, conversation) == (0, 0)


def test_many_move_at_once_and_each_stands_alone(talked, now):
    conversation, alice, bob = talked
    elsewhere = between(bob, UserFactory())
    moves = [
        Move(bob.pk, conversation.pk, 2, is_read=True),
        Move(bob.pk, elsewhere.pk, 9, is_read=True),
        Move(alice.pk, elsewhere.pk, 1, is_read=True),
        Move(bob.pk, conversation.pk, 4, is_read=False),
        Move(bob.pk, conversation.pk, 1, is_read=True),
        Move(alice.pk, conversation.pk, 4, is_read=True),
    ]
    first, nothing, foreign, *rest, last = receipts.move_all(moves, now=now)

    assert isinstance(foreign, NoSuchConversation)
    assert (nothing.conversation_id, nothing.read_seq) == (elsewhere.pk, 0)
    assert [(place.delivered_seq, place.read_seq) for place in (first, *rest)] == [(4, 2)] * 3
    assert (last.user_id, last.read_seq) == (alice.pk, 4)
    assert not Participant.objects.filter(conversation=elsewhere, user=alice).exists()


def test_positions_are_those_of_the_pair_asked_for(talked):
    """Two moves name two conversations and two people: four pairs, of which two were asked for."""
    conversation, alice, bob = talked
    other = between(alice, bob, context={"car_id": 1})
    send(bob, other)
    advance({(conversation.pk, bob.pk): Position(read=1), (other.pk, alice.pk): Position(read=1)})

    assert [positions(alice, conversation), positions(bob, other)] == [(0, 0), (0, 0)]
    assert [positions(bob, conversation), positions(alice, other)] == [(1, 1), (1, 1)]


# What is unread


def test_unread_is_what_others_wrote_since(talked, now):
    conversation, alice, bob = talked
    assert (unread(alice, conversation), unread(bob, conversation)) == (0, 4)
    send(bob, conversation)
    send(alice, conversation)
    assert (unread(alice, conversation), unread(bob, conversation)) == (1, 5)
    receipts.mark_read(bob, conversation.pk, 4, now=now)
    assert (unread(alice, conversation), unread(bob, conversation)) == (1, 1)
    assert fresh(bob)["chat.unread"] == {str(conversation.pk): {"unread": 1, "read_seq": 4}}


ACTS = ["send", "send back", "read some", "read all", "delete first", "delete last", "delete hers"]


def act(name, conversation, alice, bob, now):
    sent = list(conversation.messages.filter(deleted_at=None).order_by("seq"))
    hers = [message for message in sent if message.sender_id == bob.pk]
    match name:
        case "send":
            send(alice, conversation)
        case "send back":
            send(bob, conversation)
        case "read some" if sent:
            receipts.mark_read(bob, conversation.pk, sent[len(sent) // 2].seq, now=now)
        case "read all":
            receipts.mark_read(bob, conversation.pk, 2**53, now=now)
        case "delete first" if sent:
            messages.remove(sent[0], now=now)
        case "delete last" if sent:
            messages.remove(sent[-1], now=now)
        case "delete hers" if hers:
            messages.remove(hers[0], now=now)


@pytest.mark.parametrize("seed", range(8))
def test_in_whatever_order_things_happen_the_number_is_what_a_recount_says(talked, seed, now):
    """Blocks do not stop the count; who is closed out finds it right when she is let in again."""
    conversation, alice, bob = talked
    chance = random.Random(seed)
    for _ in range(3):
        for name in chance.sample(ACTS, len(ACTS)):
            act(name, conversation, alice, bob, now)
            assert wrong_counts(conversation) == [], name
        people.block(alice, bob.pk, now=now)
        act("delete first", conversation, alice, bob, now)
        people.unblock(alice, bob.pk)
        assert wrong_counts(conversation) == []


def test_who_comes_later_has_nothing_unread_and_who_left_and_returns_neither(now):
    together, [owner, member, other] = group()
    newcomer = UserFactory()
    first = send(owner, together)
    send(member, together)
    conversations.leave(member, together.pk, now=now)
    messages.delete_message(owner, first.pk, now=now)
    conversations.add_participants(owner, together.pk, [newcomer.pk, member.pk], now=now)
    second = send(other, together)
    send(member, together)
    messages.delete_message(other, second.pk, now=now)

    assert wrong_counts(together) == []
    assert [unread(user, together) for user in (owner, member, other, newcomer)] == [2, 0, 2, 1]


# Who hears of it


def test_all_hear_how_far_the_others_have_come_and_each_her_own_number(talked, now):
    conversation, alice, bob = talked
    receipts.mark_read(bob, conversation.pk, 3, now=now)

    assert heard(bob)[-2:] == ["unread_changed", "receipts_changed"]
    assert heard(alice)[-1] == "receipts_changed"
    assert heard(alice).count("unread_changed") == 1  # when it was opened
    assert fresh(alice)["chat.receipts"][str(conversation.pk)]["participants"] == {
        str(alice.pk): {"delivered_seq": 0, "read_seq": 0},
        str(bob.pk): {"delivered_seq": 3, "read_seq": 3},
    }


def test_what_is_only_delivered_is_as_unread_as_before(talked, now):
    conversation, _, bob = talked
    receipts.mark_delivered(bob, conversation.pk, 3, now=now)

    assert heard(bob)[-2:] == ["unread_changed", "receipts_changed"]  # that of the last message
    assert heard(bob).count("unread_changed") == 5
    assert unread(bob, conversation) == 4


def test_in_a_large_group_nobody_is_told_who_has_read_what(now):
    owner, *others = everyone = UserFactory.create_batch(limits.receipts_upto)
    together = between(owner, *others)
    send(owner, together)
    receipts.mark_read(others[0], together.pk, 1, now=now)
    assert fresh(owner)["chat.receipts"][str(together.pk)]["participants"][str(others[0].pk)]["read_seq"] == 1

    conversations.add_participants(owner, together.pk, [UserFactory().pk], now=now)
    before = heard(owner)
    receipts.mark_read(others[1], together.pk, 1, now=now)

    assert fresh(owner)["chat.receipts"][str(together.pk)] == {"participants": {}}
    assert heard(owner) == before
    assert heard(others[1])[-1] == "unread_changed"
    conversations.leave(others[2], together.pk, now=now)
    shown = fresh(owner)["chat.receipts"][str(together.pk)]["participants"]
    assert (len(shown), shown[str(others[1].pk)]["read_seq"]) == (len(everyone), 1)
