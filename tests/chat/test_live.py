"""Who hears that somebody types, comes or goes."""

from collections.abc import Callable, Iterator

import pytest
from rest_framework.exceptions import ValidationError

from accounts.models import User
from chat import live
from chat.errors import NoSuchConversation
from chat.services import conversations, people
from realtime.models import Connection
from tests.chat.devices import connect, disconnect
from tests.chat.ear import Ear, Signal, listening
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, group, two

pytestmark = pytest.mark.django_db


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as opened:
        yield opened


# Typing


def type_in(conversation, user, **more):
    live.hear_typing(user.pk, {"conversation_id": str(conversation.pk), **more})


def test_the_others_hear_who_types(ear):
    together, [ann, ben, cat] = group()
    type_in(together, ann)
    type_in(together, ann, is_typing=False)

    said = {"conversation_id": str(together.pk), "user_id": str(ann.pk)}
    assert ear.signals("chat.typing", among=[ann, ben, cat]) == [
        ({**said, "is_typing": True}, {ben.pk, cat.pk}),
        ({**said, "is_typing": False}, {ben.pk, cat.pk}),
    ]


def test_who_has_left_does_not_hear_it(ear, now):
    together, [ann, ben, cat] = group()
    conversations.leave(ben, together.pk, now=now)
    type_in(together, ann)

    assert [users for _, users in ear.signals("chat.typing", among=[ann, ben, cat])] == [{cat.pk}]


def test_who_is_blocked_hears_nobody_type_and_is_not_heard(ear, now):
    conversation, alice, bob = two()
    people.block(alice, bob.pk, now=now)
    type_in(conversation, alice)
    with pytest.raises(NoSuchConversation):
        type_in(conversation, bob)

    assert ear.signals("chat.typing", among=[alice, bob]) == []


def test_a_stranger_is_not_heard(ear):
    conversation, alice, bob = two()
    with pytest.raises(NoSuchConversation):
        type_in(conversation, UserFactory())

    assert ear.signals("chat.typing", among=[alice, bob]) == []


@pytest.mark.parametrize("data", [{}, {"conversation_id": "x"}, {"conversation_id": None}, {"is_typing": True}])
def test_typing_says_where(data):
    with pytest.raises(ValidationError) as refusal:
        live.hear_typing(UserFactory().pk, data)
    assert list(refusal.value.detail) == ["conversation_id"]


# Presence


@pytest.fixture
def committed(django_capture_on_commit_callbacks) -> Callable[[Callable[[], object]], object]:
    """What `act` answers, and its commit."""

    def run(act):
        with django_capture_on_commit_callbacks(execute=True):
            return act()

    return run


@pytest.fixture
def come(committed) -> Callable[[User], Connection]:
    return lambda user: committed(lambda: connect(user))


@pytest.fixture
def go(committed) -> Callable[[Connection], None]:
    return lambda socket: committed(lambda: disconnect(socket))


def presence(of: User, *, to: User, is_online: bool) -> Signal:
    return {"user_id": str(of.pk), "is_online": is_online}, {to.pk}


def test_a_partner_who_is_here_hears_who_comes_and_goes(ear, come, go):
    _, alice, bob = two()
    come(bob)
    socket = come(alice)
    go(socket)

    assert ear.signals("chat.presence", among=[alice, bob]) == [
        presence(alice, to=bob, is_online=True),
        presence(alice, to=bob, is_online=False),
    ]


def test_who_is_not_here_hears_nothing(ear, come, go):
    _, alice, bob = two()
    go(come(alice))

    assert ear.signals("chat.presence", among=[alice, bob]) == []


def test_who_closes_one_of_two_is_still_here(ear, come, go):
    _, alice, bob = two()
    come(bob)
    first, _ = come(alice), come(alice)
    go(first)

    said = ear.signals("chat.presence", among=[alice, bob])
    assert said[-1] == presence(alice, to=bob, is_online=True)


def test_a_partner_hears_it_once_whatever_they_have_together(ear, come):
    _, alice, bob = two()
    between(alice, bob, context={"car_id": 1})
    between(alice, bob, context={"car_id": 2})
    come(bob)
    come(alice)

    assert ear.signals("chat.presence", among=[alice, bob]) == [presence(alice, to=bob, is_online=True)]


def test_only_those_she_talks_to_alone_hear_of_her(ear, come):
    _, [ann, ben, cat] = group()
    between(ann, ben)
    for user in (ben, cat, ann):
        come(user)

    assert ear.signals("chat.presence", among=[ann, ben, cat]) == [presence(ann, to=ben, is_online=True)]


@pytest.mark.parametrize("who_blocks", [0, 1])
def test_between_those_whom_a_block_divides_nobody_hears_of_the_other(ear, come, go, who_blocks, now):
    _, *pair = two()
    people.block(pair[who_blocks], pair[1 - who_blocks].pk, now=now)
    for user in pair:
        go(come(user))
        come(user)

    assert ear.signals("chat.presence", among=pair) == []


def test_both_come_in_one_moment_and_hear_of_each_other(ear, committed):
    _, alice, bob = two()

    def come_together():
        connect(alice)
        connect(bob)

    committed(come_together)

    assert ear.signals("chat.presence", among=[alice, bob]) == [presence(bob, to=alice, is_online=True)]


def test_those_with_whom_nobody_talks_have_no_partners():
    _, alice, bob = two()
    stranger = UserFactory()

    assert live.partners_of([alice.pk, bob.pk, stranger.pk]) == {alice.pk: [bob.pk], bob.pk: [alice.pk]}
    assert live.partners_of([]) == {}
