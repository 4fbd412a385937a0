import json

from chat.services import conversations, messages, moderation, people
from tests.factories.accounts import UserFactory
from tests.factories.chat import MediaFactory, between, group, send, two


def test_all_she_did_here_is_exported_and_nothing_that_others_said(db, api_of, now):
    conversation, alice, bob = two(context={"car_id": "7"})
    together, (owner, *_) = group()
    conversations.add_participants(owner, together.pk, [alice.pk], now=now)
    conversations.leave(alice, together.pk, now=now)
    picture = MediaFactory(uploader=alice, name="mine.jpg")
    send(alice, conversation, "Mine", media_id=picture.pk)
    messages.delete_message(alice, send(alice, conversation, "Regretted").pk, now=now)
    theirs = send(bob, conversation, "Theirs")
    moderation.report_message(alice, theirs.pk, reason="spam", note="Look", now=now)
    other = UserFactory()
    send(other, between(other, alice), "Also theirs")
    people.block(alice, other.pk, now=now)

    exported = api_of(alice).get("/api/auth/me/export").data["chat"]

    assert [(one["context"], one["read_seq"]) for one in exported["conversations"]] == [({"car_id": "7"}, 0), ({}, 0)]
    assert [(one["conversation_id"], bool(one["left_at"])) for one in exported["closed_conversations"]] == [
        (together.pk, True)
    ]
    assert [(one["body"], bool(one["deleted_at"])) for one in exported["messages"]] == [("Mine", False), ("", True)]
    assert [one["name"] for one in exported["media"]] == ["mine.jpg"]
    assert [one["blocked_id"] for one in exported["blocks"]] == [other.pk]
    assert [(one["message_id"], one["note"]) for one in exported["reports"]] == [(theirs.pk, "Look")]
    assert "heirs" not in json.dumps(exported, default=str)
