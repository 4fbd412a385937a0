from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from uuid_utils.compat import uuid7

from chat import events, selectors
from chat.conf import limits
from chat.errors import (
    AlreadyDeleted,
    ClientIdTaken,
    NobodyThere,
    NoSuchConversation,
    NoSuchMedia,
    NoSuchMessage,
    OutOfOrder,
    ReportHandled,
    TooLateToEdit,
    TooManyReports,
)
from chat.models import Message, MessageReport
from chat.services import conversations, messages, moderation, people, receipts
from core.errors import Forbidden, Invalid
from core.unit import unit
from realtime.models import Event
from tests.chat.hearing import folded, fresh, heard
from tests.factories.accounts import UserFactory
from tests.factories.chat import (
    MediaFactory,
    between,
    draft,
    group,
    place_of,
    recounted,
    send,
    send_together,
    two,
    unread,
)

pytestmark = pytest.mark.django_db


def seen(user, message):
    """As her fresh view shows it."""
    return fresh(user)["chat.message"][str(message.pk)]


def stored(message):
    """What the streams keep of it."""
    return list(Event.objects.filter(kind=events.MESSAGE, key=str(message.pk)).values_list("data", flat=True))


# Sending


def test_all_who_are_in_it_hear_of_a_message_and_the_others_that_it_is_unread():
    together, [ann, ben, cat] = group()
    command = uuid7()
    message = send(ann, together, "Hello", command=command)

    assert [heard(reader)[-2:] for reader in (ben, cat)] == [["message_sent", "unread_changed"]] * 2
    assert heard(ann)[-1] == "message_sent"
    assert Event.objects.get(kind=events.MESSAGE).command == command
    assert seen(ben, message) == {
        "id": str(message.pk),
        "conversation_id": str(together.pk),
        "seq": 1,
        "sender_id": str(ann.pk),
        "client_id": str(message.client_id),
        "kind": "text",
        "body": "Hello",
        "media": None,
        "created_at": seen(ann, message)["created_at"],
        "edited_at": None,
        "deleted_at": None,
    }
    assert folded(ben)["chat.message"] == fresh(ben)["chat.message"]


def test_what_is_sent_again_is_there_once():
    conversation, alice, bob = two()
    client_id = uuid7()
    first = send(alice, conversation, "one", client_id)

    assert send(alice, conversation, "one", client_id) == first
    assert send_together([draft(alice, conversation, "one", client_id=client_id)] * 2) == [first, first]
    assert heard(bob).count("message_sent") == 1
    assert send(bob, conversation, "his own", client_id).seq == 2


def test_a_client_id_of_another_conversation_is_taken():
    conversation, alice, _ = two()
    elsewhere = between(alice, UserFactory())
    client_id = uuid7()
    send(alice, conversation, "one", client_id)

    with pytest.raises(ClientIdTaken):
        send(alice, elsewhere, "one", client_id)
    assert not Message.objects.filter(conversation=elsewhere).exists()


def test_what_is_sent_twice_together_is_there_once_and_in_one_conversation_only():
    conversation, alice, _ = two()
    elsewhere = between(alice, UserFactory())
    client_id = uuid7()
    first, again, wrong = send_together(
        [draft(alice, where, "one", client_id=client_id) for where in (conversation, conversation, elsewhere)]
    )

    assert first == again
    assert isinstance(wrong, ClientIdTaken)
    assert Message.objects.count() == 1


def test_a_message_waits_for_the_one_it_follows():
    conversation, alice, bob = two()
    first, second = draft(alice, conversation, "1"), draft(alice, conversation, "2")

    with pytest.raises(OutOfOrder) as refusal:
        send(alice, conversation, "2", second.client_id, after=first.client_id)
    assert refusal.value.is_temporary
    with pytest.raises(OutOfOrder):
        send(bob, conversation, "his", after=second.client_id)
    send(alice, conversation, "1", first.client_id)
    send(alice, conversation, "2", second.client_id, after=first.client_id)
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["1", "2"]


def test_in_a_batch_it_may_follow_what_comes_before_it():
    conversation, alice, bob = two()
    names = [uuid7() for _ in range(4)]
    chain = zip(names, [None, *names], strict=False)
    sent = send_together([draft(alice, conversation, client_id=name, after=after) for name, after in chain])
    backwards = send_together(
        [
            draft(bob, conversation, client_id=names[1], after=names[0]),
            draft(bob, conversation, client_id=names[0]),
        ]
    )

    assert [message.seq for message in sent] == [1, 2, 3, 4]
    assert isinstance(backwards[0], OutOfOrder)
    assert backwards[1].seq == 5


@pytest.mark.parametrize("body", ["", "x" * (limits.body + 1)], ids=["nothing", "too much"])
def test_a_message_says_something_and_has_an_end(body):
    conversation, alice, _ = two()

    with pytest.raises(Invalid) as refusal:
        send(alice, conversation, body)
    assert list(refusal.value.details) == ["body"]
    assert send(alice, conversation, "x" * limits.body).seq == 1


def test_who_is_not_in_it_sends_nothing(now):
    together, [owner, member, _] = group()
    conversations.leave(member, together.pk, now=now)

    for nobody in (member, UserFactory()):
        with pytest.raises(NoSuchConversation):
            send(nobody, together)
    with pytest.raises(NoSuchConversation):
        messages.send_message(draft(owner, type(together)(pk=uuid4())), now=now)
    assert not Message.objects.exists()


def test_nobody_talks_to_an_empty_room(now):
    together, [owner, *others] = group()
    for other in others:
        conversations.leave(other, together.pk, now=now)

    with pytest.raises(NobodyThere):
        send(owner, together)


def test_a_picture_is_sent_by_who_uploaded_it():
    conversation, alice, bob = two()
    picture, contract = MediaFactory(uploader=alice), MediaFactory(uploader=alice, kind="file", name="contract.pdf")

    shown = seen(bob, send(alice, conversation, "", media_id=picture.pk))
    filed = seen(bob, send(alice, conversation, "See there", media_id=contract.pk))

    assert (shown["kind"], shown["body"], shown["media"]) == (
        "image",
        "",
        {
            "id": str(picture.pk),
            "kind": "image",
            "name": "car.jpg",
            "content_type": "image/jpeg",
            "size": 1024,
            "width": 640,
            "height": 480,
        },
    )
    assert (filed["kind"], filed["body"], filed["media"]["name"]) == ("file", "See there", "contract.pdf")
    for not_his in (picture.pk, uuid4()):
        with pytest.raises(NoSuchMedia):
            send(bob, conversation, "Look", media_id=not_his)


# Editing


def test_an_edited_message_says_so_to_all(now):
    conversation, alice, bob = two()
    message = send(alice, conversation, "Helo")
    messages.edit_message(alice, message.pk, "Hello", now=now)

    assert (seen(bob, message)["body"], seen(bob, message)["edited_at"] is None) == ("Hello", False)
    assert heard(bob)[-1] == heard(alice)[-1] == "message_edited"
    assert unread(bob, conversation) == 1
    assert folded(bob)["chat.message"] == fresh(bob)["chat.message"]


def test_an_edit_that_changes_nothing_is_none(now):
    conversation, alice, bob = two()
    message = send(alice, conversation, "Hello")
    before = heard(bob)

    assert messages.edit_message(alice, message.pk, "Hello", now=now).edited_at is None
    assert heard(bob) == before


def test_what_is_edited_still_says_something(now):
    conversation, alice, _ = two()
    text = send(alice, conversation, "Hello")
    picture = send(alice, conversation, "Look", media_id=MediaFactory(uploader=alice).pk)

    for body in ("", "x" * (limits.body + 1)):
        with pytest.raises(Invalid):
            messages.edit_message(alice, text.pk, body, now=now)
    assert messages.edit_message(alice, picture.pk, "", now=now).body == ""


def test_it_can_be_edited_for_two_days(now):
    conversation, alice, _ = two()
    message = send(alice, conversation, "Helo", now=now)
    last = now + timedelta(hours=limits.edit_hours)

    messages.edit_message(alice, message.pk, "Hello", now=last - timedelta(seconds=1))
    with pytest.raises(TooLateToEdit):
        messages.edit_message(alice, message.pk, "Goodbye", now=last)
    messages.delete_message(alice, message.pk, now=last + timedelta(days=365))


@pytest.mark.parametrize(
    "change", [lambda *args, now: messages.edit_message(*args, "Mine", now=now), messages.delete_message]
)
def test_messages_are_changed_by_who_sent_them_and_sees_them(change, now):
    together, [owner, member, _] = group()
    message, hers = send(owner, together, "Hello"), send(member, together, "Hers")
    conversations.leave(member, together.pk, now=now)

    for nobody in (member, UserFactory()):
        with pytest.raises(NoSuchMessage):
            change(nobody, message.pk, now=now)
    with pytest.raises(NoSuchMessage):
        change(member, hers.pk, now=now)
    with pytest.raises(Forbidden):
        change(owner, hers.pk, now=now)
    with pytest.raises(NoSuchMessage):
        change(owner, uuid4(), now=now)
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["Hello", "Hers"]


def test_who_is_blocked_changes_nothing_she_has_sent(now):
    conversation, alice, bob = two()
    message = send(bob, conversation, "Hello")
    people.block(alice, bob.pk, now=now)

    with pytest.raises(NoSuchMessage):
        messages.edit_message(bob, message.pk, "You!", now=now)


# Deleting


def test_of_a_deleted_message_nothing_is_left_but_its_place(now):
    conversation, alice, bob = two()
    message = send(alice, conversation, "Secret", media_id=MediaFactory(uploader=alice).pk)
    messages.edit_message(alice, message.pk, "More secret", now=now)
    messages.delete_message(alice, message.pk, now=now)

    for reader in (alice, bob):
        shown = seen(reader, message)
        assert (shown["seq"], shown["body"], shown["media"], shown["deleted_at"] is None) == (1, "", None, False)
        assert folded(reader)["chat.message"] == fresh(reader)["chat.message"]
        assert heard(reader)[-2:] == ["message_deleted", "unread_changed"]
    sent, edited, deleted = stored(message)
    assert (sent, edited) == (None, None)
    assert "ecret" not in deleted
    assert send(bob, conversation).seq == 2


def test_deleting_again_changes_nothing(now):
    conversation, alice, bob = two()
    message = send(alice, conversation)
    first = messages.delete_message(alice, message.pk, now=now)
    before = heard(bob)

    again = messages.delete_message(alice, message.pk, now=now + timedelta(hours=1))

    assert again.deleted_at == first.deleted_at
    assert heard(bob) == before
    assert place_of(bob, conversation).uncounted == 1
    with pytest.raises(AlreadyDeleted):
        messages.edit_message(alice, message.pk, "Again", now=now)


def test_what_was_deleted_is_unread_to_nobody(now):
    together, [ann, ben, cat] = group()
    first, second = send(ann, together, "1"), send(ann, together, "2")
    receipts.mark_read(cat, together.pk, 1, now=now)
    messages.delete_message(ann, first.pk, now=now)

    assert [unread(reader, together) for reader in (ann, ben, cat)] == [0, 1, 1]
    messages.delete_message(ann, second.pk, now=now)
    assert [unread(reader, together) for reader in (ann, ben, cat)] == [0, 0, 0]
    assert [recounted(reader, together) for reader in (ann, ben, cat)] == [0, 0, 0]


def test_a_row_of_a_deleted_message_cannot_keep_its_words(now):
    conversation, alice, _ = two()
    message = send(alice, conversation, "Secret")

    with pytest.raises(IntegrityError), unit():
        Message.objects.filter(pk=message.pk).update(deleted_at=now)


def test_what_is_sent_and_edited_at_once_is_heard_as_it_ends(now):
    conversation, alice, bob = two()
    with unit():
        message = send(alice, conversation, "Helo")
        messages.edit_message(alice, message.pk, "Hello", now=now)

    assert heard(bob)[-2:] == ["unread_changed", "message_edited"]
    assert folded(bob)["chat.message"] == fresh(bob)["chat.message"]


# Reporting


def report(user, message, now, **more):
    return moderation.report_message(user, message.pk, **{"reason": "abuse", "note": "", **more}, now=now)


def test_a_report_keeps_the_message_as_it_was(now):
    conversation, alice, bob = two()
    message = send(alice, conversation, "You!", media_id=MediaFactory(uploader=alice, name="rude.jpg").pk)
    reported = report(bob, message, now, note="Rude")
    messages.delete_message(alice, message.pk, now=now)

    reported.refresh_from_db()
    assert (reported.body, reported.media_name, reported.note, reported.status) == ("You!", "rude.jpg", "Rude", "open")


def test_a_message_is_reported_once_by_each(now):
    together, [ann, ben, cat] = group()
    message = send(ann, together, "You!")
    first = report(ben, message, now, note="Rude")

    assert report(ben, message, now, note="Very rude") == first
    assert report(cat, message, now) != first
    messages.delete_message(ann, message.pk, now=now)
    assert report(ben, message, now) == first
    with pytest.raises(AlreadyDeleted):
        report(ann, message, now)


def test_only_what_is_seen_can_be_reported_and_so_many_a_day(now):
    conversation, alice, bob = two()
    first, *others = send_together([draft(alice, conversation) for _ in range(limits.reports_per_day + 1)])
    for message in others:
        report(bob, message, now)

    with pytest.raises(TooManyReports):
        report(bob, first, now)
    with pytest.raises(NoSuchMessage):
        report(UserFactory(), first, now)
    assert report(bob, first, now + timedelta(days=1, seconds=1)).body == "Hello"


def test_a_moderator_dismisses_a_report_or_removes_the_message(now):
    together, [ann, ben, cat] = group()
    moderator = UserFactory(is_staff=True)
    harmless, bad = send(ann, together, "Hm"), send(ann, together, "You!")
    dismissed = report(ben, harmless, now)
    upheld, another = report(ben, bad, now), report(cat, bad, now)

    moderation.dismiss(dismissed, moderator, now=now)
    moderation.uphold(upheld, moderator, now=now)

    statuses = MessageReport.objects.order_by("pk").values_list("status", "handled_by")
    assert list(statuses) == [("dismissed", moderator.pk), ("upheld", moderator.pk), ("upheld", moderator.pk)]
    harmless.refresh_from_db()
    assert (harmless.body, seen(ben, bad)["body"], unread(ben, together)) == ("Hm", "", 1)
    for handled in (dismissed, upheld, another):
        with pytest.raises(ReportHandled):
            moderation.uphold(handled, moderator, now=now)
    assert selectors.message_seen_by(ben.pk, harmless.pk) == harmless
