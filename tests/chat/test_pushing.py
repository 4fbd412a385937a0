"""Who is pushed, and when: in every case of the table; and what becomes of a push once it is needless."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from chat import pushing, tasks
from chat.conf import limits
from chat.models import Conversation, Message
from chat.pushing import ENTRIES
from chat.services import conversations, messages, people, receipts
from core.unit import unit
from notifications.models import Delivery, Notice
from notifications.outbox import planning
from realtime import selectors
from realtime.models import Node
from tests.chat.devices import acknowledge, connect, disconnect
from tests.chat.waiting import somebody_waits_for_us
from tests.factories.chat import MediaFactory, between, draft, group, place_of, send, send_together, two
from tests.factories.notifications import DeviceFactory
from tests.notifications import post

pytestmark = pytest.mark.django_db

PATIENCE = timedelta(seconds=limits.ack_seconds)


def pushed(user: User) -> list[str]:
    """Which messages she was told of, oldest first."""
    notices = Notice.objects.filter(recipient=user, kind="chat_messages", withdrawn_at=None)
    keys = list(notices.values_list("subject_key", flat=True))
    return list(Message.objects.filter(pk__in=keys).order_by("created_at", "seq").values_list("body", flat=True))


@dataclass
class Scene:
    """Alice has written to Bob, in a group so that he can leave it."""

    conversation: Conversation
    alice: User
    bob: User
    message: Message


def nothing(scene: Scene) -> None:
    """He is not there."""


def looks(scene: Scene) -> None:
    connect(scene.bob)


def looks_and_has_it(scene: Scene) -> None:
    connect(scene.bob)
    acknowledge(scene.bob)


def looks_and_had_what_came_before(scene: Scene) -> None:
    connect(scene.bob)
    acknowledge(scene.bob, selectors.state(scene.bob.pk).head - 2)


def has_it_in_the_background(scene: Scene) -> None:
    connect(scene.bob, is_foreground=False)
    acknowledge(scene.bob, is_foreground=False)


def looked_and_has_it_in_the_background_of_another(scene: Scene) -> None:
    connect(scene.bob)
    acknowledge(scene.bob, is_foreground=False, device="tablet")


def had_it_and_went(scene: Scene) -> None:
    socket = connect(scene.bob)
    acknowledge(scene.bob)
    disconnect(socket)


def went(scene: Scene) -> None:
    disconnect(connect(scene.bob))


def looks_at_a_dead_server(scene: Scene) -> None:
    connect(scene.bob)
    Node.objects.update(seen_at=timezone.now() - timedelta(minutes=1))


def has_read_it(scene: Scene) -> None:
    receipts.mark_read(scene.bob, scene.conversation.pk, 1, now=timezone.now())


def says_it_was_delivered(scene: Scene) -> None:
    receipts.mark_delivered(scene.bob, scene.conversation.pk, 1, now=timezone.now())


def has_muted_it(scene: Scene) -> None:
    conversations.mute(scene.bob, scene.conversation.pk, is_muted=True)


def looks_and_has_muted_it(scene: Scene) -> None:
    looks(scene)
    has_muted_it(scene)


def has_left(scene: Scene) -> None:
    conversations.leave(scene.bob, scene.conversation.pk, now=timezone.now())


def it_was_deleted(scene: Scene) -> None:
    messages.delete_message(scene.alice, scene.message.pk, now=timezone.now())


AT_ONCE, LATER, NEVER = "at once", "later", "never"

TABLE: list[tuple[Callable[[Scene], None], str]] = [
    (nothing, AT_ONCE),
    (went, AT_ONCE),
    (has_it_in_the_background, AT_ONCE),
    (looks_at_a_dead_server, AT_ONCE),
    (says_it_was_delivered, AT_ONCE),
    (looks, LATER),
    (looks_and_had_what_came_before, LATER),
    (looked_and_has_it_in_the_background_of_another, LATER),
    (looks_and_has_it, NEVER),
    (had_it_and_went, NEVER),
    (has_read_it, NEVER),
    (has_muted_it, NEVER),
    (looks_and_has_muted_it, NEVER),
    (has_left, NEVER),
    (it_was_deleted, NEVER),
]


@pytest.mark.parametrize(("happen", "when"), TABLE, ids=[happen.__name__ for happen, _ in TABLE])
def test_every_case_of_the_table(happen, when, now):
    conversation, [alice, bob, _] = group()
    scene = Scene(conversation, alice, bob, send(alice, conversation, "Hello", now=now))
    happen(scene)

    pushing.tell(now)
    at_once = pushed(bob)
    pushing.tell(now + PATIENCE)
    later = pushed(bob)

    assert (at_once, later) == {AT_ONCE: (["Hello"], ["Hello"]), LATER: ([], ["Hello"]), NEVER: ([], [])}[when]
    assert pushed(alice) == []


def test_who_is_blocked_is_told_nothing(now):
    conversation, alice, bob = two()
    send(alice, conversation, now=now)
    people.block(alice, bob.pk, now=now)
    pushing.tell(now)
    people.unblock(alice, bob.pk)
    pushing.tell(now + PATIENCE)

    assert pushed(bob) == []


def test_what_he_acknowledges_in_time_is_not_pushed(now):
    conversation, alice, bob = two()
    send(alice, conversation, now=now)
    connect(bob)
    pushing.tell(now)
    acknowledge(bob)
    pushing.tell(now + PATIENCE)

    assert pushed(bob) == []


def test_who_looks_away_before_the_time_is_over_is_told_with_the_next(now):
    """Whoever looks is looked at again when his time is over, or when something else comes."""
    conversation, alice, bob = two()
    send(alice, conversation, "1", now=now)
    socket = connect(bob)
    pushing.tell(now)
    disconnect(socket)
    send(alice, conversation, "2", now=now + timedelta(seconds=2))
    pushing.tell(now + timedelta(seconds=2))

    assert pushed(bob) == ["1", "2"]


def test_a_conversation_is_looked_at_when_something_has_come_and_when_a_time_is_over(now):
    conversation, alice, bob = two()
    assert pushing.tell(now) == 0
    send(alice, conversation, now=now)
    connect(bob)

    assert pushing.tell(now - timedelta(seconds=1)) == 0
    assert pushing.tell(now) == 1
    assert pushing.tell(now + PATIENCE - timedelta(milliseconds=1)) == 0
    assert pushing.tell(now + PATIENCE) == 1
    assert pushing.tell(now + timedelta(days=1)) == 0
    conversation.refresh_from_db()
    assert conversation.look_at is None


def test_of_several_the_soonest_time_counts_and_each_is_told_in_turn(now):
    together, [alice, bob, carol] = group()
    connect(bob)
    send(alice, together, "1", now=now)
    send(alice, together, "2", now=now + timedelta(seconds=2))
    pushing.tell(now + timedelta(seconds=2))
    assert (pushed(bob), pushed(carol)) == ([], ["1", "2"])
    pushing.tell(now + PATIENCE)
    assert pushed(bob) == ["1"]
    pushing.tell(now + PATIENCE + timedelta(seconds=2))
    assert pushed(bob) == ["1", "2"]


def test_of_a_burst_only_the_newest_are_told(now):
    conversation, alice, bob = two()
    send_together([draft(alice, conversation, f"{n}") for n in range(12)])
    pushing.tell(now + PATIENCE)

    assert pushed(bob) == [f"{n}" for n in range(12 - limits.pushed_at_once, 12)]
    place = place_of(bob, conversation)
    assert (place.told_seq, place.noticed_seq) == (12, 12)
    pushing.tell(now + 2 * PATIENCE)
    assert len(pushed(bob)) == limits.pushed_at_once


def test_of_very_many_only_the_newest_are_looked_at(now):
    conversation, alice, bob = two()
    send_together([draft(alice, conversation, f"{n}") for n in range(ENTRIES + 20)])
    pushing.tell(now + PATIENCE)

    assert pushed(bob)[-1] == f"{ENTRIES + 19}"
    assert place_of(bob, conversation).told_seq == ENTRIES + 20


def test_ones_own_messages_between_do_not_hide_those_of_others(now):
    conversation, alice, bob = two()
    send(alice, conversation, "1", now=now)
    send(bob, conversation, "mine", now=now)
    send(alice, conversation, "2", now=now)
    pushing.tell(now)

    assert (pushed(bob), pushed(alice)) == (["1", "2"], ["mine"])


def test_each_of_a_group_is_looked_at_alone(now):
    together, [alice, away, here, muted, reader] = group(5)
    send(alice, together, "Hello", now=now)
    connect(here)
    conversations.mute(muted, together.pk, is_muted=True)
    receipts.mark_read(reader, together.pk, 1, now=now)
    pushing.tell(now)
    assert [pushed(user) for user in (alice, away, here, muted, reader)] == [[], ["Hello"], [], [], []]
    pushing.tell(now + PATIENCE)
    assert [pushed(user) for user in (alice, away, here, muted, reader)] == [[], ["Hello"], ["Hello"], [], []]


def test_who_ends_her_silence_is_told_what_comes_then(now):
    conversation, alice, bob = two()
    conversations.mute(bob, conversation.pk, is_muted=True)
    send(alice, conversation, "1", now=now)
    pushing.tell(now)
    conversations.mute(bob, conversation.pk, is_muted=False)
    send(alice, conversation, "2", now=now)
    pushing.tell(now)

    assert pushed(bob) == ["2"]


def test_who_comes_later_is_told_nothing_of_before(now):
    together, [owner, *_] = group()
    send(owner, together, "before", now=now)
    newcomer = two()[1]
    conversations.add_participants(owner, together.pk, [newcomer.pk], now=now)
    send(owner, together, "after", now=now)
    pushing.tell(now)

    assert pushed(newcomer) == ["after"]


def test_of_very_many_conversations_a_lot_is_looked_at_at_a_time_and_the_task_goes_on(now):
    Conversation.objects.bulk_create(Conversation(kind="group", look_at=now) for _ in range(limits.lot + 2))
    assert pushing.tell(now) == limits.lot
    assert pushing.tell(now) == 2
    Conversation.objects.update(look_at=now)
    tasks.tell()

    assert not Conversation.objects.exclude(look_at=None).exists()


# What is pushed


def test_a_push_says_who_wrote_where_and_opens_the_conversation(now):
    conversation, alice, bob = two()
    message = send(alice, conversation, "Is it still for sale?", now=now)
    pushing.tell(now)

    notice = Notice.objects.get(recipient=bob)
    assert (notice.title, notice.body, notice.params) == ("New Message", "{text}", {"text": "Is it still for sale?"})
    assert notice.data == {
        "type": "chat_message",
        "conversation_id": str(conversation.pk),
        "message_id": str(message.pk),
        "sender_id": str(alice.pk),
        "click_action": "FLUTTER_NOTIFICATION_CLICK",
    }
    assert not notice.is_listed


@pytest.mark.parametrize(("body", "shown"), [("x" * 100, "x" * 100), ("x" * 101, "x" * 97 + "...")])
def test_of_a_long_message_a_push_shows_the_beginning(body, shown, now):
    conversation, alice, bob = two()
    send(alice, conversation, body, now=now)
    pushing.tell(now)

    assert Notice.objects.get(recipient=bob).params["text"] == shown


@pytest.mark.parametrize(("kind", "said"), [("image", "A picture"), ("file", "A file")])
def test_of_a_picture_without_words_it_says_that_there_is_one(kind, said, now):
    conversation, alice, bob = two()
    send(alice, conversation, "", media_id=MediaFactory(uploader=alice, kind=kind).pk, now=now)
    send(alice, conversation, "Look", media_id=MediaFactory(uploader=alice, kind=kind).pk, now=now)
    pushing.tell(now)

    notices = Notice.objects.filter(recipient=bob).order_by("pk")
    assert {(notice.body, notice.params["text"]) for notice in notices} == {(said, ""), ("{text}", "Look")}


def test_a_push_knows_where_its_reader_heard_of_the_message(now):
    conversation, alice, bob = two()
    send(alice, conversation, now=now)
    pushing.tell(now)

    assert Notice.objects.get(recipient=bob).offset == selectors.state(bob.pk).head - 1


# What becomes of it


@pytest.fixture
def phone(settings, now):
    """Alice has written to Bob, whose phone was pushed it: the row of that."""
    settings.FIREBASE_CREDENTIALS = "given"
    conversation, alice, bob = two()
    DeviceFactory(user=bob)
    send(alice, conversation, "Hello", now=now)
    pushing.tell(now)
    planning.plan(now)
    return Delivery.objects.get(notice__recipient=bob)


def shown_on(phone: Delivery) -> None:
    Delivery.objects.filter(pk=phone.pk).update(state=Delivery.State.ACCEPTED, attempts=1)


def rows(phone: Delivery) -> list[tuple[str, str, bool]]:
    of_it = Delivery.objects.filter(notice=phone.notice_id).order_by("pk")
    return list(of_it.values_list("state", "reason", "is_clear"))


def test_a_push_goes_at_once(phone):
    assert rows(phone) == [("pending", "", False)]
    assert phone.due_at == phone.planned_at


def read(phone):
    receipts.mark_read(phone.notice.recipient, Conversation.objects.get().pk, 1, now=timezone.now())


def delete(phone):
    message = Message.objects.get()
    messages.delete_message(message.sender, message.pk, now=timezone.now())


def block(phone):
    people.block(Message.objects.get().sender, phone.notice.recipient_id, now=timezone.now())


ENDINGS = [(read, ("skipped", "read")), (delete, ("withdrawn", "")), (block, ("withdrawn", ""))]


@pytest.mark.parametrize(("end", "row"), ENDINGS, ids=["read", "deleted", "blocked"])
def test_one_that_waits_is_not_sent(end, row, phone):
    end(phone)

    assert rows(phone) == [(*row, False)]


@pytest.mark.parametrize("end", [end for end, _ in ENDINGS], ids=["read", "deleted", "blocked"])
def test_one_that_is_shown_is_taken_off_the_screen(end, phone):
    shown_on(phone)
    end(phone)

    assert rows(phone) == [("accepted", "", False), ("pending", "", True)]


@pytest.mark.parametrize("happens", [nothing, has_read_it])
def test_of_a_deleted_message_no_push_keeps_the_words(happens, now):
    together, [alice, bob, _] = group()
    message = send(alice, together, "Secret", now=now)
    pushing.tell(now)
    happens(Scene(together, alice, bob, message))
    messages.delete_message(alice, message.pk, now=now)

    assert [notice.params for notice in Notice.objects.all()] == [{"text": ""}] * 2


def test_who_reads_half_has_the_other_half_on_her_screen_still(settings, now):
    settings.FIREBASE_CREDENTIALS = "given"
    conversation, alice, bob = two()
    DeviceFactory(user=bob)
    sent = [send(alice, conversation, f"{n}", now=now) for n in range(4)]
    pushing.tell(now)
    receipts.mark_read(bob, conversation.pk, 2, now=now)

    unread = Notice.objects.filter(recipient=bob, read_at=None)
    assert {notice.subject_key for notice in unread} == {str(message.pk) for message in sent[2:]}


def test_who_leaves_a_group_has_no_push_of_it_left(now):
    together, [owner, member, other] = group()
    elsewhere = between(owner, member)
    for conversation in (together, elsewhere):
        send(owner, conversation, f"in {'a group' if conversation == together else 'private'}", now=now)
    pushing.tell(now)
    conversations.leave(member, together.pk, now=now)

    assert (pushed(member), pushed(other)) == (["in private"], ["in a group"])


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_once(now):
    alice, *others = [person for _ in range(4) for person in two()[1:]]
    opened = [between(alice, other, context={"car_id": 1}) for other in others]
    send_together([draft(alice, conversation, f"{n}") for conversation in opened for n in range(3)])
    with ThreadPoolExecutor(max_workers=4) as workers:
        working = [workers.submit(post.in_thread(lambda: pushing.tell(now + PATIENCE))) for _ in range(8)]
        assert [one.result() for one in working] == [None] * 8

    assert [pushed(other) for other in others] == [["0", "1", "2"]] * len(others)
    assert Notice.objects.count() == 3 * len(others)
    assert not Conversation.objects.exclude(look_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_what_comes_once_it_was_decided_is_looked_at_next(now):
    """The newcomer holds the conversation, and no place of those on whom is decided."""
    together, [alice, bob, _] = group()
    newcomer = two()[1]
    send(alice, together, "1", now=now)
    conversations.add_participants(alice, together.pk, [newcomer.pk], now=now)
    with ThreadPoolExecutor(max_workers=1) as worker:
        with unit():
            send(newcomer, together, "2", now=now + timedelta(milliseconds=1))
            looking = worker.submit(post.in_thread(lambda: pushing.tell(now + PATIENCE)))
            while not somebody_waits_for_us():
                assert not looking.done()
        looking.result()
    assert pushed(bob) == ["1"]
    pushing.tell(now + PATIENCE)

    assert pushed(bob) == ["1", "2"]
