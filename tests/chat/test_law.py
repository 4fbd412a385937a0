"""The law of the stream, for every service: from any moment on, what somebody heard gives what she would read."""

from collections.abc import Callable, Iterable

import pytest

from accounts.models import User
from accounts.services import delete_account
from chat import leaving, pushing
from chat.services import conversations, messages, moderation, people, receipts
from tests.chat.devices import acknowledge
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.chat import between, draft, group, place_of, send, send_together, two
from tests.law import breaches, remember

pytestmark = pytest.mark.django_db(transaction=True)

APART = 4  # acts: to remember what everybody sees, and to compare it, takes longer than they do


def check(users: Iterable[User], acts: Iterable[Callable[[], object]]) -> None:
    """After all of them, for whoever stood at the beginning, or some acts later."""
    ids = [user.pk for user in users]
    moments = []
    for place, act in enumerate(acts):
        if place % APART == 0:
            moments.append(remember(ids))
        act()
    assert [breaches(moment) for moment in moments] == [[]] * len(moments)


def test_it_holds_for_messages_and_receipts(now):
    conversation, alice, bob = two()
    first, second, third = (send(alice, conversation, f"{n}") for n in range(3))
    check(
        [alice, bob],
        [
            lambda: send(bob, conversation),
            lambda: send_together([draft(user, conversation) for user in (alice, bob, alice)]),
            lambda: receipts.mark_delivered(bob, conversation.pk, 2, now=now),
            lambda: acknowledge(bob),
            lambda: receipts.mark_read(bob, conversation.pk, 2, now=now),
            lambda: messages.edit_message(alice, third.pk, "three", now=now),
            lambda: messages.delete_message(alice, first.pk, now=now),
            lambda: messages.delete_message(alice, third.pk, now=now),
            lambda: receipts.mark_read(alice, conversation.pk, 99, now=now),
            lambda: moderation.uphold(
                moderation.report_message(bob, second.pk, reason="spam", note="", now=now), alice, now=now
            ),
            lambda: messages.remove(conversation.messages.latest("seq"), now=now),
            lambda: conversations.mute(bob, conversation.pk, is_muted=True),
            lambda: pushing.tell(now),
        ],
    )


def test_it_holds_for_who_opens_and_closes_what_is_between_two(now):
    conversation, alice, bob = two()
    message = send(alice, conversation, "1")
    check(
        [alice, bob],
        [
            lambda: between(bob, alice, context={"car_id": 1}),
            lambda: people.block(alice, bob.pk, now=now),
            lambda: messages.edit_message(alice, message.pk, "one", now=now),
            lambda: people.block(bob, alice.pk, now=now),
            lambda: people.unblock(alice, bob.pk),
            lambda: people.unblock(bob, alice.pk),
            lambda: send(bob, conversation, "2"),
            lambda: delete_account(bob, password=PASSWORD),
            lambda: leaving.part(now),
        ],
    )
    assert place_of(bob, conversation).left_at


def test_it_holds_for_groups(now):
    together, [owner, member, other] = group()
    newcomer = UserFactory()
    check(
        [owner, member, other, newcomer],
        [
            lambda: send(owner, together, "1"),
            lambda: conversations.add_participants(owner, together.pk, [newcomer.pk], now=now),
            lambda: send(newcomer, together, "2"),
            lambda: conversations.rename(owner, together.pk, "Tuesdays"),
            lambda: conversations.remove_participant(owner, together.pk, member.pk, now=now),
            lambda: send(owner, together, "3"),
            lambda: conversations.add_participants(owner, together.pk, [member.pk], now=now),
            lambda: send(member, together, "4"),
            lambda: conversations.leave(owner, together.pk, now=now),
            lambda: people.block(other, member.pk, now=now),
            lambda: send(member, together, "5"),
            lambda: conversations.leave(member, together.pk, now=now),
            lambda: conversations.leave(newcomer, together.pk, now=now),
        ],
    )


def test_it_holds_where_a_group_becomes_too_large_for_receipts_and_small_again(now):
    owner, *others = UserFactory.create_batch(20)
    newcomer = UserFactory()
    together = between(owner, *others)
    check(
        [owner, others[0], newcomer],
        [
            lambda: send(owner, together),
            lambda: receipts.mark_read(others[0], together.pk, 1, now=now),
            lambda: conversations.add_participants(owner, together.pk, [newcomer.pk], now=now),
            lambda: receipts.mark_read(others[1], together.pk, 1, now=now),
            lambda: conversations.leave(newcomer, together.pk, now=now),
            lambda: receipts.mark_read(others[2], together.pk, 1, now=now),
        ],
    )
