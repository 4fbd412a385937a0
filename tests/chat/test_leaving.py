import pytest

from accounts.services import delete_account
from chat import leaving
from chat.errors import NobodyThere
from chat.models import Block, Message, MessageReport, Participant
from chat.services import moderation, people
from tests.chat.hearing import fresh
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.chat import between, group, send, two, unread

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone(now):
    """Deletes somebody's account, and does what follows."""

    def delete(user):
        delete_account(user, password=PASSWORD)
        leaving.part(now)

    return delete


def test_who_is_gone_has_left_all_conversations(gone):
    conversation, alice, bob = two()
    together = between(bob, alice, UserFactory())
    message = send(alice, conversation, "Hello")
    gone(alice)

    assert not Participant.objects.active().filter(user=alice).exists()
    assert [place["is_active"] for place in fresh(bob)["chat.conversation"][str(together.pk)]["participants"]] == [
        True,
        False,
        True,
    ]
    with pytest.raises(NobodyThere):
        send(bob, conversation)
    assert fresh(bob)["chat.message"][str(message.pk)]["body"] == "Hello"
    assert unread(bob, conversation) == 1


def test_what_she_wrote_stays_under_no_name(gone):
    conversation, alice, bob = two()
    send(alice, conversation)
    gone(alice)

    [shown, _] = fresh(bob)["chat.conversation"][str(conversation.pk)]["participants"]
    assert (shown["user_id"], shown["is_active"]) == (str(alice.pk), False)
    assert shown["name"] != "Alice"
    assert Message.objects.get().sender == alice


def test_her_groups_have_another_owner(gone):
    together, [owner, member, _] = group()
    gone(owner)

    assert Participant.objects.active().get(conversation=together, role=Participant.Role.OWNER).user == member


def test_her_blocks_are_gone_and_what_she_wrote_to_moderators(gone, now):
    conversation, alice, bob = two()
    enemy = UserFactory()
    moderation.report_message(alice, send(bob, conversation, "You!").pk, reason="abuse", note="It is me", now=now)
    people.block(alice, enemy.pk, now=now)
    people.block(enemy, alice.pk, now=now)
    gone(alice)

    assert not Block.objects.exists()
    assert MessageReport.objects.values_list("note", "body").get() == ("", "You!")


def test_who_was_blocked_leaves_as_well(gone, now):
    conversation, alice, bob = two()
    people.block(alice, bob.pk, now=now)
    gone(bob)

    assert Participant.objects.get(conversation=conversation, user=bob).left_at
    assert not Participant.objects.active().filter(user=bob).exists()


def test_leaving_is_over_once_it_is_done(gone, now):
    _, alice, _ = two()
    gone(alice)
    before = list(Participant.objects.values_list("pk", "left_at"))
    leaving.part(now)

    assert list(Participant.objects.values_list("pk", "left_at")) == before
