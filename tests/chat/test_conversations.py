from datetime import timedelta

import pytest

from accounts.services import deactivate_user
from chat import selectors
from chat.conf import limits
from chat.errors import (
    Blocked,
    GroupFull,
    NoSuchConversation,
    NoSuchPerson,
    NotAGroup,
    TooManyConversations,
)
from chat.models import Conversation, Participant
from chat.services import conversations, people
from core.errors import Forbidden, Invalid
from tests.chat.hearing import folded, fresh, heard
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, group, place_of, send, two, unread

pytestmark = pytest.mark.django_db

Role = Participant.Role


def open_between(creator, *others, now, **about):
    return conversations.open_conversation(creator, [other.pk for other in others], now=now, **about)


def roles(conversation):
    active = Participant.objects.active().filter(conversation=conversation).order_by("pk")
    return [(place.user_id, place.role) for place in active]


@pytest.fixture
def crowd():
    """As many as a group may have."""
    return type(UserFactory()).objects.bulk_create(UserFactory.build_batch(limits.participants))


# Once for the same people about the same thing


def test_two_people_find_their_conversation_again_whoever_asks(now):
    conversation, alice, bob = two()

    assert open_between(bob, alice, now=now) == (conversation, False)
    assert open_between(alice, bob, alice, bob, now=now) == (conversation, False)
    assert conversation.is_direct


def test_the_ids_of_its_context_say_what_it_is_about(now):
    alice, bob = UserFactory(), UserFactory()
    first, _ = open_between(alice, bob, context={"car_id": 7, "car_title": "A Civic"}, now=now)

    again = open_between(bob, alice, context={"car_title": "The same Civic", "car_id": "7"}, now=now)
    another, is_new = open_between(alice, bob, context={"car_id": 8, "car_title": "A Civic"}, now=now)
    about_nothing = open_between(alice, bob, context={"car_id": ""}, now=now)

    assert again == (first, False)
    assert is_new
    assert another != first
    assert about_nothing == (between(alice, bob), True)
    assert Conversation.objects.get(pk=first.pk).context == {"car_id": 7, "car_title": "A Civic"}


def test_the_same_two_as_a_group_are_another_conversation(now):
    conversation, alice, bob = two()

    as_group, is_new = open_between(alice, bob, is_group=True, now=now)

    assert is_new
    assert not as_group.is_direct
    assert as_group != conversation


def test_a_group_is_found_again_by_its_people_and_its_name(now):
    alice, bob, carol = (UserFactory() for _ in range(3))
    named = open_between(alice, bob, carol, title="Tuesdays", now=now)[0]

    assert open_between(carol, alice, bob, title="Tuesdays", now=now) == (named, False)
    assert open_between(carol, alice, bob, title="Fridays", now=now)[1]
    assert open_between(alice, bob, title="Tuesdays", is_group=True, now=now)[1]


def test_what_was_found_again_is_told_to_nobody(now):
    _, alice, bob = two()
    open_between(alice, bob, now=now)

    assert heard(bob).count("conversation_opened") == 1


def test_of_two_nobody_owns_it_and_of_a_group_who_began_it():
    conversation, alice, bob = two()
    together, [ann, ben, cat] = group()

    assert roles(conversation) == [(alice.pk, Role.MEMBER), (bob.pk, Role.MEMBER)]
    assert roles(together) == [(ann.pk, Role.OWNER), (ben.pk, Role.MEMBER), (cat.pk, Role.MEMBER)]


def test_everybody_in_it_has_it_in_her_view():
    conversation, alice, bob = two(context={"car_id": 1})

    for reader in (alice, bob):
        seen = fresh(reader)["chat.conversation"][str(conversation.pk)]
        assert (seen["context"], [person["name"] for person in seen["participants"]]) == (
            {"car_id": 1},
            ["Alice", "Bob"],
        )
    assert fresh(UserFactory())["chat.conversation"] == {}


def test_nobody_talks_to_herself(now):
    alice = UserFactory()

    with pytest.raises(Invalid) as refusal:
        open_between(alice, alice, now=now)
    assert list(refusal.value.details) == ["participant_ids"]


def test_nor_to_nobody(now):
    alice, gone = UserFactory(), UserFactory()
    deactivate_user(gone)

    for other in (gone, UserFactory.build()):
        with pytest.raises(NoSuchPerson):
            open_between(alice, other, now=now)


def test_a_context_has_an_end(now):
    alice, bob = UserFactory(), UserFactory()
    longest = "x" * (limits.context_bytes - len('{"car_title": ""}'))

    assert open_between(alice, bob, context={"car_title": longest}, now=now)[1]
    with pytest.raises(Invalid) as refusal:
        open_between(alice, bob, context={"car_title": longest + "x"}, now=now)
    assert list(refusal.value.details) == ["context"]


def test_nobody_begins_any_number_of_conversations_a_day(now):
    alice, old_friend, stranger = UserFactory(), UserFactory(), UserFactory()
    known = between(alice, old_friend)
    Conversation.objects.bulk_create(
        Conversation(kind="direct", created_by=alice, created_at=now) for _ in range(limits.conversations_per_day)
    )

    with pytest.raises(TooManyConversations):
        open_between(alice, stranger, now=now)
    assert open_between(alice, old_friend, now=now) == (known, False)
    assert open_between(stranger, alice, now=now)[1]
    assert open_between(alice, UserFactory(), now=now + timedelta(days=1, minutes=1))[1]


@pytest.mark.parametrize("who_blocks", [0, 1])
@pytest.mark.parametrize("is_group", [False, True])
def test_nobody_begins_one_with_whom_a_block_lies_between(who_blocks, is_group, now):
    pair = UserFactory(), UserFactory()
    people.block(pair[who_blocks], pair[1 - who_blocks].pk, now=now)

    with pytest.raises(Blocked):
        open_between(*pair, is_group=is_group, now=now)


# Groups change


def test_a_newcomer_sees_what_follows(now):
    together, [owner, member, _] = group()
    newcomer = UserFactory()
    before = send(member, together, "before")
    conversations.add_participants(owner, together.pk, [newcomer.pk], now=now)
    after = send(member, together, "after")

    assert list(selectors.messages_seen_by(newcomer.pk)) == [after]
    assert unread(newcomer, together) == 1
    assert list(fresh(newcomer)["chat.message"]) == [str(after.pk)]
    assert selectors.messages_seen_by(owner.pk).filter(pk=before.pk).exists()


def test_who_comes_back_begins_anew(now):
    together, [owner, member, _] = group()
    send(owner, together, "one")
    conversations.mute(member, together.pk, is_muted=True)
    conversations.leave(member, together.pk, now=now)
    send(owner, together, "two")
    conversations.add_participants(owner, together.pk, [member.pk], now=now)

    place = place_of(member, together)
    assert (place.since_seq, place.read_seq, place.is_muted, place.left_at) == (2, 2, False, None)
    assert unread(member, together) == 0
    assert list(selectors.messages_seen_by(member.pk)) == []
    send(owner, together, "three")
    assert unread(member, together) == 1


def test_who_is_there_already_stays_as_she_is(now):
    together, [owner, member, _] = group()
    send(owner, together)
    before = heard(owner)
    conversations.add_participants(owner, together.pk, [member.pk, owner.pk], now=now)

    assert unread(member, together) == 1
    assert heard(owner) == before
    assert roles(together)[0] == (owner.pk, Role.OWNER)


def test_only_an_owner_changes_who_is_in_it_and_its_name(now):
    together, [_, member, other] = group()
    stranger = UserFactory()
    changes = [
        lambda user: conversations.add_participants(user, together.pk, [stranger.pk], now=now),
        lambda user: conversations.remove_participant(user, together.pk, other.pk, now=now),
        lambda user: conversations.rename(user, together.pk, "Mine"),
    ]

    for change in changes:
        with pytest.raises(Forbidden):
            change(member)
        with pytest.raises(NoSuchConversation):
            change(stranger)
    assert len(roles(together)) == 3


def test_a_conversation_of_two_stays_one_of_two(now):
    conversation, alice, bob = two()
    changes = [
        lambda: conversations.add_participants(alice, conversation.pk, [UserFactory().pk], now=now),
        lambda: conversations.remove_participant(alice, conversation.pk, bob.pk, now=now),
        lambda: conversations.rename(alice, conversation.pk, "Ours"),
        lambda: conversations.leave(alice, conversation.pk, now=now),
    ]

    for change in changes:
        with pytest.raises(NotAGroup):
            change()
    assert len(roles(conversation)) == 2


def test_a_group_is_full_at_its_limit(crowd, now):
    owner, *others = crowd
    full = between(owner, *others[:-1])
    latecomer, one_too_many = others[-1], UserFactory()
    conversations.add_participants(owner, full.pk, [latecomer.pk], now=now)

    for attempt in (
        lambda: conversations.add_participants(owner, full.pk, [one_too_many.pk], now=now),
        lambda: open_between(owner, *others, one_too_many, now=now),
    ):
        with pytest.raises(GroupFull) as refusal:
            attempt()
        assert refusal.value.details == {"at_most": limits.participants}
    conversations.leave(latecomer, full.pk, now=now)
    assert conversations.add_participants(owner, full.pk, [one_too_many.pk], now=now) == full


def test_an_owner_adds_nobody_whom_a_block_keeps_from_her(now):
    together, [owner, *_] = group()
    enemy = UserFactory()
    people.block(enemy, owner.pk, now=now)

    with pytest.raises(Blocked):
        conversations.add_participants(owner, together.pk, [UserFactory().pk, enemy.pk], now=now)
    assert len(roles(together)) == 3


def test_of_those_to_be_added_all_must_exist(now):
    together, [owner, *_] = group()

    with pytest.raises(NoSuchPerson):
        conversations.add_participants(owner, together.pk, [UserFactory().pk, UserFactory.build().pk], now=now)
    assert len(roles(together)) == 3


def test_who_was_removed_sees_nothing_any_more(now):
    together, [owner, member, other] = group()
    send(owner, together, "secret")
    conversations.remove_participant(owner, together.pk, member.pk, now=now)
    send(owner, together, "more")

    assert fresh(member) == {"chat.conversation": {}, "chat.unread": {}, "chat.receipts": {}, "chat.message": {}}
    with pytest.raises(NoSuchConversation):
        send(member, together)
    assert unread(other, together) == 2
    shown = fresh(other)["chat.conversation"][str(together.pk)]["participants"]
    assert [person["is_active"] for person in shown] == [True, False, True]


def test_what_she_was_told_before_is_not_replayed_to_who_was_removed(now):
    together, [owner, member, _] = group()
    elsewhere = between(owner, member)
    gone, stays = send(owner, together, "secret"), send(owner, elsewhere, "between us")
    conversations.remove_participant(owner, together.pk, member.pk, now=now)

    assert list(folded(member)["chat.message"]) == [str(stays.pk)]
    assert str(gone.pk) in folded(owner)["chat.message"]


def test_only_who_is_in_it_can_be_removed(now):
    together, [owner, member, _] = group()
    conversations.leave(member, together.pk, now=now)

    for nobody in (member, UserFactory()):
        with pytest.raises(NoSuchPerson):
            conversations.remove_participant(owner, together.pk, nobody.pk, now=now)


def test_an_owner_who_goes_leaves_it_to_who_has_been_there_longest(now):
    together, [owner, second, third] = group()
    newcomer = UserFactory()
    conversations.add_participants(owner, together.pk, [newcomer.pk], now=now + timedelta(minutes=1))
    conversations.leave(second, together.pk, now=now + timedelta(minutes=2))
    conversations.add_participants(owner, together.pk, [second.pk], now=now + timedelta(minutes=3))

    conversations.leave(owner, together.pk, now=now + timedelta(minutes=4))
    assert (third.pk, Role.OWNER) in roles(together)
    conversations.leave(third, together.pk, now=now + timedelta(minutes=5))
    assert roles(together) == [(second.pk, Role.MEMBER), (newcomer.pk, Role.OWNER)]
    conversations.add_participants(newcomer, together.pk, [owner.pk], now=now + timedelta(minutes=6))
    assert (owner.pk, Role.MEMBER) in roles(together)


def test_an_owner_may_remove_herself_and_the_last_one_may_go(now):
    together, [owner, second, third] = group()
    conversations.remove_participant(owner, together.pk, owner.pk, now=now)
    conversations.leave(second, together.pk, now=now)
    conversations.leave(third, together.pk, now=now)

    assert roles(together) == []
    with pytest.raises(NoSuchConversation):
        conversations.leave(third, together.pk, now=now)


@pytest.mark.parametrize("change", ["somebody comes", "somebody goes", "another name"])
def test_once_it_has_changed_the_same_people_would_begin_another(change, now):
    together, [owner, *others] = group()
    match change:
        case "somebody comes":
            conversations.add_participants(owner, together.pk, [UserFactory().pk], now=now)
        case "somebody goes":
            conversations.leave(others[0], together.pk, now=now)
        case "another name":
            conversations.rename(owner, together.pk, "Others")

    another, is_new = open_between(owner, *others, is_group=True, now=now)
    assert (is_new, another == together) == (True, False)


def test_all_hear_of_a_new_name():
    together, [owner, member, _] = group()
    conversations.rename(owner, together.pk, "Tuesdays")

    assert fresh(member)["chat.conversation"][str(together.pk)]["title"] == "Tuesdays"
    assert "conversation_renamed" in heard(member)


def test_who_mutes_it_does_so_for_herself():
    conversation, alice, bob = two()
    before = heard(alice)
    assert conversations.mute(bob, conversation.pk, is_muted=True).is_muted
    conversations.mute(bob, conversation.pk, is_muted=True)

    assert fresh(bob)["chat.conversation"][str(conversation.pk)]["is_muted"]
    assert not fresh(alice)["chat.conversation"][str(conversation.pk)]["is_muted"]
    assert heard(bob).count("setting_changed") == 1
    assert heard(alice) == before
    assert not conversations.mute(bob, conversation.pk, is_muted=False).is_muted
    with pytest.raises(NoSuchConversation):
        conversations.mute(UserFactory(), conversation.pk, is_muted=True)
