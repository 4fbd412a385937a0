"""The parts of seed 004's adapter; whole dialogues are in test_dialect_socket and in tests/flows."""

import asyncio
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid4, uuid7

from accounts.identity import Identity
from chat import knowledge, posting, wire
from chat.consumers import ChatConsumer
from chat.errors import ClientIdTaken, NoSuchConversation, NoSuchMessage
from chat.knowledge import Knowledge
from chat.models import Message, Participant
from chat.posting import Reading
from chat.sending import Draft
from chat.services import messages, receipts
from core.errors import Busy
from realtime import selectors as streams
from realtime.frames import Close
from realtime.gathering import Gatherer
from realtime.selectors import Range
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, send, two
from tests.realtime.test_asyncapi import DOCS, faults, validators

CLIENT_DOCUMENT = (DOCS / "clients/004-chat-notifications.md").read_text()


def test_the_frames_shown_to_the_makers_of_the_app_are_frames():
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", CLIENT_DOCUMENT, re.DOTALL)]

    assert [frame for frame in shown if faults("tellChatApp", frame) and faults("hearChatApp", frame)] == []


def test_every_word_is_explained_to_them():
    explained = set(re.findall(r"^\| `([a-z_:]+)` \|", CLIENT_DOCUMENT, re.MULTILINE))

    assert explained == {*validators("tellChatApp"), *validators("hearChatApp")}


class TestNames:
    def test_a_uuid_is_the_name_itself_and_another_text_always_the_same_one_of_this_user(self):
        ann, ben, name = uuid7(), uuid7(), uuid4()

        assert wire.client_id(ann, str(name)) == name
        assert wire.client_id(ann, "temp_1") == wire.client_id(ann, "temp_1")
        assert len({wire.client_id(user, text) for user in (ann, ben) for text in ("temp_1", "temp_2")}) == 4

    @pytest.mark.parametrize("name", [None, ""])
    def test_without_a_name_each_is_new(self, name):
        ann = uuid7()

        assert wire.client_id(ann, name) != wire.client_id(ann, name)


@pytest.mark.django_db
class TestReading:
    def test_each_stands_alone(self, now):
        conversation, alice, bob = two()
        other = send(alice, between(alice, UserFactory()))
        sent = [send(alice, conversation) for _ in range(3)]
        stranger = UserFactory()

        def of(user, message_id, *, is_read, shown=0):
            return Reading(user.pk, conversation.pk, message_id, shown, is_read)

        outcomes = posting.read_all(
            [
                of(bob, sent[0].pk, is_read=True),
                of(bob, uuid7(), is_read=True),
                of(bob, other.pk, is_read=True),
                of(bob, uuid7(), is_read=False, shown=2),
                of(stranger, sent[2].pk, is_read=True),
                of(bob, None, is_read=False, shown=3),
            ]
        )

        assert [type(outcome) for outcome in outcomes] == [
            Participant, NoSuchMessage, NoSuchMessage, Participant, NoSuchConversation, Participant,
        ]  # fmt: skip
        place = Participant.objects.get(conversation=conversation, user=bob)
        assert (place.read_seq, place.delivered_seq) == (1, 3)

    def test_where_nobody_can_be_moved_nobody_is(self):
        assert [type(one) for one in posting.read_all([Reading(uuid7(), uuid7(), uuid7(), 0, is_read=True)])] == [
            NoSuchMessage
        ]


class TestKnowledge:
    """What is told next is what has changed since."""

    def receipts(self, **places):
        return {"participants": {user: {"delivered_seq": d, "read_seq": r} for user, (d, r) in places.items()}}

    def test_somebody_new_has_not_moved_and_one_who_stays_says_nothing(self):
        knows = Knowledge(uuid7())

        assert knows.note_receipts("c", self.receipts(ben=(3, 2))) == []
        assert knows.note_receipts("c", self.receipts(ben=(3, 2), cem=(3, 3))) == []

    def test_one_who_goes_on_is_told_with_what_arrived_and_was_not_read(self):
        knows = Knowledge(uuid7())
        knows.note_message({"conversation_id": "c", "seq": 5, "id": "m", "sender_id": "ann"})
        knows.note_receipts("c", self.receipts(ben=(0, 0)))

        [advance] = knows.note_receipts("c", self.receipts(ben=(4, 2)))
        assert (list(advance.delivered), advance.has_read, advance.is_all) == ([3, 4], True, False)
        [advance] = knows.note_receipts("c", self.receipts(ben=(5, 5)))
        assert (list(advance.delivered), advance.has_read, advance.is_all) == ([], True, True)

    def test_of_very_much_that_arrived_at_once_only_the_newest_is_ticked(self):
        knows = Knowledge(uuid7())
        knows.note_receipts("c", self.receipts(ben=(0, 0)))

        [advance] = knows.note_receipts("c", self.receipts(ben=(1000, 0)))

        assert (advance.delivered[0], advance.delivered[-1], len(advance.delivered)) == (951, 1000, knowledge.TICKED)

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 9))))
    def test_the_total_is_the_sum_of_what_was_told_last(self, told):
        knows, last, totals = Knowledge(uuid7()), {}, [0]
        for conversation, unread in told:
            data = None if unread is None else {"unread": unread, "read_seq": 0}
            has_changed = knows.note_unread(conversation, data)
            last[conversation] = unread or 0
            totals.append(knows.unread)
            assert has_changed == (totals[-1] != totals[-2])
        assert knows.unread == sum(last.values())

    def test_only_so_many_ids_are_remembered(self):
        knows = Knowledge(uuid7())
        for seq in range(1, knowledge.REMEMBERED + 11):
            knows.note_message({"conversation_id": "c", "seq": seq, "id": f"m{seq}", "sender_id": "ann"})

        assert knows.named("c", [10, 11]) == {11: ("m11", "ann")}


def on_the_air(user, now):
    """The adapter of an open socket, all that is written to it by itself, and what it said first."""
    written = []

    async def send(message):
        written.append(json.loads(message["text"]) if "text" in message else message)

    made = ChatConsumer()
    made.scope = {"scheme": "ws", "headers": [(b"host", b"chat.test")]}
    made.identity = Identity(user.pk, None, now, False, True)
    made.connection = made._connect(made.identity, send)
    return made, made.greet(made.identity), written


@pytest.mark.django_db(transaction=True)
class TestSaying:
    def frame(self, conversation, content):
        return {"type": "message", "conversation_id": str(conversation.pk), "content": content}

    @pytest.mark.parametrize(
        ("end", "stored"),
        [(None, ["1", "2"]), (Close.DRAIN, ["1", "2"]), (Close.UNAUTHENTICATED, []), (Close.ABUSE, [])],
    )
    async def test_what_waits_when_a_socket_closes_is_done_unless_its_session_is_over(self, now, end, stored):
        conversation, alice, _ = await asyncio.to_thread(two)
        hers, _, written = await asyncio.to_thread(on_the_air, alice, now)
        hers._said.extend(self.frame(conversation, content) for content in "12")
        if end:
            hers.connection.close(end, "Over.")
        await hers._act_on_all()

        bodies = await asyncio.to_thread(lambda: list(Message.objects.order_by("seq").values_list("body", flat=True)))
        assert bodies == stored
        assert [message for message in written if message["type"] == "error"] == []

    async def test_what_is_refused_for_the_moment_is_tried_again_and_nothing_else(self, now):
        alice = await asyncio.to_thread(UserFactory)
        hers, *_ = await asyncio.to_thread(on_the_air, alice, now)
        outcomes = [Busy(), Busy(), "done"]
        tried = Gatherer(lambda asked: [outcomes.pop(0)], about=str)
        refused = Gatherer(lambda asked: [NoSuchMessage()], about=str)

        assert await hers._patiently(tried, "a thing") == "done"
        with pytest.raises(NoSuchMessage):
            await hers._patiently(refused, "a thing")
        assert outcomes == []

    def test_what_fails_for_one_is_done_for_the_others(self):
        """Of one batch, one names a message that another batch has sent elsewhere."""
        conversation, alice, _ = two()
        other = between(alice, UserFactory())
        name = send(alice, other, "elsewhere").client_id
        drafts = [Draft(alice.pk, uuid7(), conversation.pk, "1"), Draft(alice.pk, name, conversation.pk, "2")]

        first, second = posting.post_all([*drafts])
        again, _ = posting.post_all([*drafts])

        assert (first.message.body, first.is_new, again.is_new) == ("1", True, False)
        assert isinstance(second, ClientIdTaken)


@pytest.mark.django_db(transaction=True)
class TestWords:
    def consumer(self, user, now):
        made, greeting, _ = on_the_air(user, now)
        return made, greeting

    def heard(self, made, user, after):
        head = streams.state(user.pk).head
        stored = streams.stored_events([Range(user.pk, after, head)])[user.pk]
        frames = [frame for event in stored for frame in made.frames(json.loads(event.frame))]
        return head, [(frame["type"], frame["content"]) for frame in frames]

    def test_what_is_told_agrees_with_the_lists(self, now):
        conversation, alice, bob = two()
        hers, greeting = self.consumer(alice, now)
        first = send(alice, conversation, "1")
        his, second = self.consumer(bob, now)
        sent = send(alice, conversation, "2")
        receipts.mark_delivered(bob, conversation.pk, 1, now=now)
        receipts.mark_read(bob, conversation.pk, 2, now=now)
        head, told = self.heard(his, bob, second.state.head)
        _, ticks = self.heard(hers, alice, greeting.state.head)
        messages.edit_message(alice, first.pk, "edited", now=now)
        messages.delete_message(alice, sent.pk, now=now)
        _, afterwards = self.heard(his, bob, head)

        assert [frame["content"] for frame in second.frames] == ["1", ""]
        assert told == [
            ("message", "2"), ("conversation:updated", "2"), ("unread:update", "2"), ("unread:update", "0"),
        ]  # fmt: skip
        assert ticks == [
            ("message", "1"), ("conversation:updated", "1"), ("message", "2"), ("conversation:updated", "2"),
            ("message:delivered", str(first.pk)), ("read_receipt", str(sent.pk)), ("messages:seen", str(bob.pk)),
        ]  # fmt: skip
        assert afterwards == []

    def test_no_query_is_made_for_a_frame(self, now, django_assert_num_queries):
        conversation, alice, bob = two()
        his, greeting = self.consumer(bob, now)
        for number in range(3):
            send(alice, conversation, f"{number}")
        head = streams.state(bob.pk).head
        stored = streams.stored_events([Range(bob.pk, greeting.state.head, head)])[bob.pk]

        with django_assert_num_queries(0):
            frames = [frame for event in stored for frame in his.frames(json.loads(event.frame))]

        assert [frame["type"] for frame in frames] == ["message", "conversation:updated", "unread:update"] * 3

    def test_on_connecting_it_reads_as_much_for_many_conversations_as_for_one(self, now):
        alice = UserFactory()
        self.consumer(alice, now)  # the first names the epoch
        counts = []
        for more in (1, 5):
            for _ in range(more):
                send(alice, between(alice, UserFactory()))
            with CaptureQueriesContext(connection) as asked:
                self.consumer(alice, now)
            counts.append(len(asked))

        assert counts[0] == counts[1]
