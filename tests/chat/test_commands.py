from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from chat.models import Block, Conversation, Message, MessageReport, Participant
from chat.services import people
from chat.wiring import COMMANDS
from realtime import batches, commands
from realtime.batches import Order
from realtime.errors import CommandConflict
from tests.chat.hearing import heard
from tests.factories.accounts import UserFactory
from tests.factories.chat import MediaFactory, group, place_of, send, two

pytestmark = pytest.mark.django_db


def say(user, name, id=None, **data):
    return commands.run(user.pk, id or uuid7(), f"chat.{name}", data)


def refusal(answer):
    """Its status, and its code or the fields that need another look."""
    return answer.status, sorted(answer.body.get("details", {})) or answer.body["code"]


class World:
    """A group of Ann's with a message of hers, Ben in it and Cat, and a stranger."""

    def __init__(self) -> None:
        self.group, [self.ann, self.ben, self.cat] = group()
        self.stranger = UserFactory()
        self.message = send(self.ann, self.group, "Hello")

    def data(self, name):
        """What Ann may say."""
        where, what = {"conversation_id": str(self.group.pk)}, {"message_id": str(self.message.pk)}
        return {
            "send": {**where, "body": "Hello"},
            "mark_read": {**where, "seq": 1},
            "mark_delivered": {**where, "seq": 1},
            "edit": {**what, "body": "Good morning"},
            "delete": what,
            "open": {"participant_ids": [str(self.stranger.pk)]},
            "add_participants": {**where, "user_ids": [str(self.stranger.pk)]},
            "remove_participant": {**where, "user_id": str(self.ben.pk)},
            "leave": where,
            "rename": {**where, "title": "Tuesdays"},
            "mute": where,
            "block": {"user_id": str(self.ben.pk)},
            "unblock": {"user_id": str(self.ben.pk)},
            "report": {**what, "reason": "spam"},
        }[name]


ALL = sorted(name.removeprefix("chat.") for name in COMMANDS)
OF_MESSAGES = ["edit", "delete", "report"]
OF_CONVERSATIONS = [name for name in ALL if name not in {"open", "block", "unblock", *OF_MESSAGES}]


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize("name", ALL)
def test_who_may_does_it_and_by_repeating_it_once(name, world):
    data, id = world.data(name), uuid7()
    first = say(world.ann, name, id, **data)
    before = [heard(user) for user in (world.ann, world.ben, world.cat, world.stranger)]
    again = say(world.ann, name, id, **data)

    assert (first.status, again.status, again.is_replay) == (200, 200, True)
    assert [heard(user) for user in (world.ann, world.ben, world.cat, world.stranger)] == before


@pytest.mark.parametrize("name", OF_CONVERSATIONS)
def test_to_a_stranger_there_is_no_such_conversation(name, world):
    assert refusal(say(world.stranger, name, **world.data(name))) == (404, "no_such_conversation")
    nowhere = {**world.data(name), "conversation_id": str(uuid4())}
    assert refusal(say(world.ann, name, **nowhere)) == (404, "no_such_conversation")


@pytest.mark.parametrize("name", OF_MESSAGES)
def test_to_a_stranger_there_is_no_such_message(name, world):
    assert refusal(say(world.stranger, name, **world.data(name))) == (404, "no_such_message")
    nothing = {**world.data(name), "message_id": str(uuid4())}
    assert refusal(say(world.ann, name, **nothing)) == (404, "no_such_message")


@pytest.mark.parametrize("name", ALL)
def test_what_is_missing_or_makes_no_sense_is_named(name, world):
    needed = sorted(world.data(name))
    optional = {"mute": [], "send": ["body"]}.get(name, [])

    assert refusal(say(world.ann, name)) == (400, [field for field in needed if field not in optional])
    nonsense = refusal(say(world.ann, name, **{field: {"a": 1} for field in needed}))
    assert nonsense == (400, needed)
    assert commands.run(world.ann.pk, uuid7(), f"chat.{name}", dict.fromkeys(needed, None)).status == 400


SOMEBODY = "0199f0a0-0000-7000-8000-000000000001"

BAD = [
    ("send", {"body": "x" * 4001}, ["body"]),
    ("send", {"body": "a\x00b"}, ["body"]),
    ("send", {"body": "\ud800"}, ["body"]),
    ("send", {"body": "  "}, ["body"]),
    ("send", {"body": ["Hello"]}, ["body"]),
    ("send", {"media_id": "7"}, ["media_id"]),
    ("send", {"after": 7.5}, ["after"]),
    ("mark_read", {"seq": -1}, ["seq"]),
    ("mark_read", {"seq": 2**53 + 1}, ["seq"]),
    ("mark_delivered", {"seq": "1.5"}, ["seq"]),
    ("edit", {"body": ""}, ["body"]),
    ("edit", {"body": "x" * 4001}, ["body"]),
    ("open", {"participant_ids": []}, ["participant_ids"]),
    ("open", {"participant_ids": ["x"]}, ["participant_ids"]),
    ("open", {"participant_ids": "x"}, ["participant_ids"]),
    ("open", {"title": "x" * 121}, ["title"]),
    ("open", {"context": "a car"}, ["context"]),
    ("open", {"context": {"car_title": "x" * 4096}}, ["context"]),
    ("open", {"context": {"car_title": "\u0633" * 2048}}, ["context"]),
    ("open", {"context": {"car_title": "a\x00b"}}, ["context"]),
    ("open", {"context": {"a\x00b": 1}}, ["context"]),
    ("open", {"context": {"car_title": "\ud800"}}, ["context"]),
    ("open", {"context": {"price": float("inf")}}, ["context"]),
    ("open", {"context": {"price": float("nan")}}, ["context"]),
    ("open", {"is_group": "perhaps"}, ["is_group"]),
    ("add_participants", {"user_ids": []}, ["user_ids"]),
    ("add_participants", {"user_ids": [SOMEBODY] * 201}, ["user_ids"]),
    ("rename", {"title": "x" * 121}, ["title"]),
    ("rename", {"title": "a\x00b"}, ["title"]),
    ("mute", {"is_muted": "perhaps"}, ["is_muted"]),
    ("report", {"reason": "boredom"}, ["reason"]),
    ("report", {"note": "x" * 2001}, ["note"]),
]


@pytest.mark.parametrize(("name", "wrong", "named"), BAD, ids=[f"{name} {wrong!r:.40}" for name, wrong, _ in BAD])
def test_what_is_wrong_is_named(name, wrong, named, world):
    assert refusal(say(world.ann, name, **{**world.data(name), **wrong})) == (400, named)


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("title", ["\u0633" * 2000, "a\\u0000b", "\U0001f697", "\\"])
def test_any_other_context_is_kept_as_it_was_said(title, world):
    opened = say(world.ann, "open", **{**world.data("open"), "context": {"car_title": title}})

    assert Conversation.objects.get(pk=opened.body["conversation_id"]).context == {"car_title": title}


@pytest.mark.parametrize("depth", [1, 10, 100, 900])
def test_a_context_of_any_depth_is_taken_or_refused(depth, world):
    answer = say(world.ann, "open", **{**world.data("open"), "context": {"car": nested(depth)}})

    assert answer.status in {200, 400}


# What each answers


def test_a_sent_message_is_known_by_the_id_of_its_command(world):
    id = uuid7()
    sent = say(world.ben, "send", id, conversation_id=str(world.group.pk), body="Hello")

    message = Message.objects.get(client_id=id)
    assert {name: str(value) for name, value in sent.body.items() if name != "created_at"} == {
        "id": str(message.pk),
        "conversation_id": str(world.group.pk),
        "client_id": str(id),
        "seq": "2",
    }


def test_a_picture_is_sent_by_command(world):
    picture = MediaFactory(uploader=world.ann)
    sent = say(world.ann, "send", conversation_id=str(world.group.pk), media_id=str(picture.pk))

    assert Message.objects.get(pk=sent.body["id"]).media == picture


def test_a_message_that_is_out_of_order_is_refused_for_the_moment_and_may_come_again(world):
    where = {"conversation_id": str(world.group.pk)}
    first, second = uuid7(), uuid7()
    early = Order(world.ann.pk, second, {**where, "body": "2", "after": str(first)})
    [outcome] = batches.carry_out("chat.send", [early])
    assert outcome.code == "out_of_order"
    say(world.ann, "send", first, **where, body="1")
    assert say(world.ann, "send", second, **where, body="2", after=str(first)).body["seq"] == 3


def test_a_receipt_answers_what_is_unread_now(world):
    where = {"conversation_id": str(world.group.pk)}
    send(world.ann, world.group, "2")

    assert say(world.ben, "mark_delivered", **where, seq=2).body == {"unread": 2, "read_seq": 0}
    assert say(world.ben, "mark_read", **where, seq=1).body == {"unread": 1, "read_seq": 1}
    assert say(world.ben, "mark_read", **where, seq=0).body == {"unread": 1, "read_seq": 1}
    assert say(world.ben, "mark_read", **where, seq=2**53).body == {"unread": 0, "read_seq": 2}


def test_what_became_of_an_edited_and_a_deleted_message_is_answered_without_its_words(world):
    edited = say(world.ann, "edit", **world.data("edit"))
    deleted = say(world.ann, "delete", **world.data("delete"))

    assert [answer.body["edited_at"] is not None for answer in (edited, deleted)] == [True, True]
    assert [answer.body["deleted_at"] is not None for answer in (edited, deleted)] == [False, True]
    assert "body" not in edited.body


def test_opening_says_which_and_whether_it_is_new(world):
    data = {"participant_ids": [str(world.stranger.pk)], "context": {"car_id": 7}, "title": "ignored"}
    first, again = (say(world.ann, "open", **data) for _ in range(2))

    opened = Conversation.objects.get(pk=first.body["conversation_id"])
    assert (first.body["is_new"], again.body) == (True, {**first.body, "is_new": False})
    assert (opened.kind, opened.context) == ("direct", {"car_id": 7})


def test_the_people_of_a_group_change_by_command(world):
    assert [say(world.ann, name, **world.data(name)).body for name in ("add_participants", "remove_participant")] == [
        {},
        {},
    ]
    assert say(world.stranger, "leave", conversation_id=str(world.group.pk)).body == {}

    active = Participant.objects.active().filter(conversation=world.group)
    assert set(active.values_list("user", flat=True)) == {world.ann.pk, world.cat.pk}


def test_members_change_nothing_of_a_group_by_command(world):
    for name in ("add_participants", "remove_participant", "rename"):
        assert refusal(say(world.ben, name, **world.data(name))) == (403, "forbidden")
    for name in ("edit", "delete"):
        assert refusal(say(world.ben, name, **world.data(name))) == (403, "forbidden")


def test_settings_blocks_and_reports_by_command(world):
    conversation, alice, bob = two()
    say(world.ben, "mute", conversation_id=str(world.group.pk))
    assert place_of(world.ben, world.group).is_muted
    say(world.ben, "mute", conversation_id=str(world.group.pk), is_muted=False)
    assert not place_of(world.ben, world.group).is_muted

    say(alice, "block", user_id=str(bob.pk))
    assert Block.objects.values_list("blocker", "blocked").get() == (alice.pk, bob.pk)
    assert refusal(say(bob, "send", conversation_id=str(conversation.pk), body="x")) == (404, "no_such_conversation")
    assert refusal(say(alice, "send", conversation_id=str(conversation.pk), body="x")) == (403, "blocked")
    say(alice, "unblock", user_id=str(bob.pk))
    assert not Block.objects.exists()
    assert refusal(say(alice, "block", user_id=str(alice.pk))) == (400, ["user_id"])
    assert refusal(say(alice, "block", user_id=str(uuid4()))) == (404, "no_such_person")

    say(world.ben, "report", message_id=str(world.message.pk), reason="fraud", note="Not a car")
    assert MessageReport.objects.values_list("reporter", "reason", "note").get() == (world.ben.pk, "fraud", "Not a car")


def test_the_same_id_for_something_else_is_a_conflict(world):
    id, where = uuid7(), {"conversation_id": str(world.group.pk)}
    say(world.ann, "send", id, **where, body="one")

    with pytest.raises(CommandConflict):
        say(world.ann, "send", id, **where, body="another")
    assert say(world.ben, "send", id, **where, body="his own").status == 200


def test_a_refusal_stays_the_answer(world, now):
    id = uuid7()
    people.block(world.stranger, world.ann.pk, now=now)
    first = say(world.ann, "open", id, **world.data("open"))
    people.unblock(world.stranger, world.ann.pk)

    assert refusal(first) == (403, "blocked")
    assert say(world.ann, "open", id, **world.data("open")).body == first.body
    assert say(world.ann, "open", **world.data("open")).status == 200
