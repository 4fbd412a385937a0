from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from chat.models import Block, Conversation, Message, MessageReport
from realtime.models import Command, Event
from tests.chat.devices import acknowledge, connect, disconnect
from tests.chat.test_media import picture, upload
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, group, send, two

pytestmark = pytest.mark.django_db

MINE = "/api/chat/my"


def page_of(client, path=f"{MINE}/conversations", **asked):
    return client.get(path, asked).data


class TestConversations:
    def test_a_conversation_is_opened_once(self, api_of):
        alice, bob = UserFactory(full_name="Alice"), UserFactory(full_name="Bob")
        wanted = {"participant_ids": [str(bob.pk)], "context": {"car_id": "7", "title": "Civic"}}

        opened, found = (api_of(user).post(f"{MINE}/conversations", wanted) for user in (alice, alice))

        assert (opened.status_code, found.status_code) == (201, 200)
        assert opened.data["conversation_id"] == found.data["conversation_id"]
        shown = api_of(bob).get(f"{MINE}/conversations/{found.data['conversation_id']}").data
        assert (shown["kind"], shown["context"]) == ("direct", wanted["context"])
        assert [person["name"] for person in shown["participants"]] == ["Alice", "Bob"]
        assert (shown["unread"], shown["last_message"]) == (0, None)

    def test_a_repeat_by_key_gets_the_first_answer(self, api_of):
        alice, bob = UserFactory(), UserFactory()
        key = {"HTTP_IDEMPOTENCY_KEY": str(uuid7())}
        answers = [api_of(alice).post(f"{MINE}/conversations", {"participant_ids": [bob.pk]}, **key) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].data == answers[1].data
        assert answers[1].headers["Idempotency-Replayed"] == "true"

    def test_the_list_has_the_latest_activity_first_in_pages(self, api_of):
        alice = UserFactory()
        others = [UserFactory() for _ in range(3)]
        talks = [between(alice, other) for other in others]
        for talk, other in zip([talks[1], talks[0]], [others[1], others[0]], strict=True):
            send(other, talk, f"of {talk.pk}")
        between(*others)

        first = page_of(api_of(alice), page_size=2)
        rest = api_of(alice).get(first["next"]).data

        assert [one["id"] for one in first["results"]] == [str(talks[0].pk), str(talks[1].pk)]
        assert [one["id"] for one in rest["results"]] == [str(talks[2].pk)]
        shown = first["results"][0]
        assert (shown["unread"], shown["last_seq"], shown["last_message"]["body"]) == (1, 1, f"of {talks[0].pk}")

    def test_a_list_of_many_asks_no_more_of_the_database_than_one_of_few(self, api_of, django_assert_num_queries):
        alice = UserFactory()
        client = api_of(alice)
        for other in [UserFactory() for _ in range(3)]:
            send(other, between(alice, other))
        page_of(client)
        with django_assert_num_queries(5):
            assert len(page_of(client)["results"]) == 3

    def test_what_was_said_before_she_came_is_not_the_last_message(self, api_of):
        together, (owner, *_) = group()
        send(owner, together, "before")
        newcomer = UserFactory()
        api_of(owner).post(f"{MINE}/conversations/{together.pk}/participants", {"user_ids": [newcomer.pk]})

        [shown] = page_of(api_of(newcomer))["results"]

        assert (shown["since_seq"], shown["last_seq"], shown["last_message"], shown["unread"]) == (1, 1, None, 0)

    def test_a_group_is_renamed_grown_and_left(self, api_of):
        together, (owner, second, third) = group()
        newcomer = UserFactory(full_name="New")
        path = f"{MINE}/conversations/{together.pk}"

        assert api_of(owner).patch(path, {"title": "نادي السيارات"}).data["title"] == "نادي السيارات"
        assert api_of(owner).post(f"{path}/participants", {"user_ids": [str(newcomer.pk)]}).status_code == 204
        grown = api_of(newcomer).get(path).data
        assert [person["name"] for person in grown["participants"] if person["is_active"]][-1] == "New"
        assert api_of(owner).delete(f"{path}/participants/{third.pk}").status_code == 204
        assert api_of(third).get(path).status_code == 404
        assert api_of(owner).post(f"{path}/leave").status_code == 204
        assert api_of(second).get(path).data["participants"][1]["role"] == "owner"

    def test_only_an_owner_changes_a_group_and_nobody_a_conversation_of_two(self, api_of):
        together, (_, second, third) = group()
        conversation, alice, _ = two()
        of_group, of_two = (f"{MINE}/conversations/{one.pk}" for one in (together, conversation))

        member, party = api_of(second), api_of(alice)
        refused = [
            member.patch(of_group, {"title": "Mine"}),
            member.delete(f"{of_group}/participants/{third.pk}"),
            member.post(f"{of_group}/participants", {"user_ids": [str(alice.pk)]}),
            party.patch(of_two, {"title": "Ours"}),
            party.post(f"{of_two}/leave"),
        ]

        assert [answer.status_code for answer in refused] == [403, 403, 403, 409, 409]
        assert [answer.data["code"] for answer in refused[3:]] == ["not_a_group"] * 2

    def test_mute_is_her_own(self, api_of):
        conversation, alice, bob = two()
        path = f"{MINE}/conversations/{conversation.pk}"

        assert api_of(alice).put(f"{path}/mute", {}).data["is_muted"] is True
        assert api_of(bob).get(path).data["is_muted"] is False
        assert api_of(alice).put(f"{path}/mute", {"is_muted": False}).data["is_muted"] is False

    @pytest.mark.parametrize(
        "body",
        [
            {}, {"participant_ids": []}, {"participant_ids": ["x"]}, {"participant_ids": "x"},
            {"participant_ids": None}, {"participant_ids": [None]}, {"participant_ids": [{}]},
        ],
    )  # fmt: skip
    def test_people_are_named_by_their_ids(self, api_of, body):
        refused = api_of(UserFactory()).post(f"{MINE}/conversations", body)

        assert (refused.status_code, list(refused.data["details"])) == (400, ["participant_ids"])

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", "x" * 121), ("title", None), ("title", []), ("title", "\x00"), ("context", []), ("context", "x"),
            ("context", {"note": "x" * 5000}), ("is_group", "perhaps"),
        ],
    )  # fmt: skip
    def test_a_bad_field_is_named(self, api_of, field, value):
        wanted = {"participant_ids": [str(UserFactory().pk)], field: value}
        refused = api_of(UserFactory()).post(f"{MINE}/conversations", wanted)
        assert (refused.status_code, list(refused.data["details"])) == (400, [field])
        assert Conversation.objects.count() == 0

    def test_nobody_talks_to_herself_or_to_who_is_not_there(self, api_of):
        alice = UserFactory()

        answers = [
            api_of(alice).post(f"{MINE}/conversations", {"participant_ids": [str(user_id)]})
            for user_id in (alice.pk, uuid4())
        ]

        assert [(answer.status_code, answer.data["code"]) for answer in answers] == [
            (400, "invalid"),
            (404, "no_such_person"),
        ]


class TestMessages:
    @pytest.mark.parametrize("text", ["Hello", "مرحبا", "👩‍🔧🚗", "‮back", "<script>alert(1)</script>", "a\nb"])
    def test_a_message_is_sent_read_edited_and_deleted(self, api_of, text):
        conversation, alice, bob = two()
        hers, his = api_of(alice), api_of(bob)

        sent = hers.post(f"{MINE}/conversations/{conversation.pk}/messages", {"body": text})
        path = f"{MINE}/messages/{sent.data['id']}"

        assert (sent.status_code, sent.data["seq"]) == (201, 1)
        seen = his.get(path).data
        assert (seen["body"], {name: seen[name] for name in sent.data}) == (text, sent.data)
        edited = hers.patch(path, {"body": "Other"})
        assert (edited.status_code, edited.data["body"], bool(edited.data["edited_at"])) == (200, "Other", True)
        deleted = hers.delete(path)
        assert (deleted.status_code, deleted.data["body"], bool(deleted.data["deleted_at"])) == (200, "", True)
        assert his.get(path).data == deleted.data

    def test_the_key_is_the_client_id_and_the_command_of_its_events(self, api_of):
        conversation, alice, _ = two()
        key = uuid7()

        answers = [
            api_of(alice).post(
                f"{MINE}/conversations/{conversation.pk}/messages", {"body": "Once"}, HTTP_IDEMPOTENCY_KEY=str(key)
            )
            for _ in range(2)
        ]

        assert answers[0].data == answers[1].data
        message = Message.objects.get()
        assert message.client_id == key
        assert "Once" not in Command.objects.get(command_id=key).answer  # it is kept longer than the message may be
        assert Event.objects.get(name="chat.message_sent").command == key

    def test_what_follows_a_message_that_has_not_come_waits(self, api_of):
        conversation, alice, _ = two()
        client, path = api_of(alice), f"{MINE}/conversations/{conversation.pk}/messages"
        first, second = uuid7(), uuid7()
        follows = {"body": "2", "after": str(first)}

        early = client.post(path, follows, HTTP_IDEMPOTENCY_KEY=str(second))
        client.post(path, {"body": "1"}, HTTP_IDEMPOTENCY_KEY=str(first))
        again = client.post(path, follows, HTTP_IDEMPOTENCY_KEY=str(second))

        assert (early.status_code, early.data["code"], early.data["temporary"]) == (409, "out_of_order", True)
        assert early.headers["Retry-After"] == "1"
        assert (again.status_code, again.data["seq"]) == (201, 2)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "body"), ({"body": ""}, "body"), ({"body": " "}, "body"), ({"body": "x" * 4001}, "body"),
            ({"body": None}, "body"), ({"body": ["x"]}, "body"), ({"body": "\x00"}, "body"),
            ({"body": "x", "media_id": "y"}, "media_id"), ({"body": "x", "after": "y"}, "after"), ([], "errors"),
        ],
    )  # fmt: skip
    def test_a_message_says_something(self, api_of, body, field):
        conversation, alice, _ = two()

        refused = api_of(alice).post(f"{MINE}/conversations/{conversation.pk}/messages", body)

        assert (refused.status_code, refused.data["code"]) == (400, "invalid")
        assert field in refused.data["details"] or field == "errors"
        assert Message.objects.count() == 0

    def test_anothers_message_is_not_hers_to_change(self, api_of):
        conversation, alice, bob = two()
        path = f"{MINE}/messages/{send(alice, conversation).pk}"

        assert api_of(bob).patch(path, {"body": "Mine"}).status_code == 403
        assert api_of(bob).delete(path).status_code == 403
        assert api_of(UserFactory()).delete(path).status_code == 404

    def test_a_picture_comes_with_an_address_for_its_reader(self, api_of, client, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        conversation, alice, bob = two()
        kept = upload(api_of(alice), picture(), "car.jpg").data
        path = f"{MINE}/conversations/{conversation.pk}"
        sent = api_of(alice).post(f"{path}/messages", {"body": "Look", "media_id": kept["id"]})

        his = api_of(bob)
        shown = [
            his.get(f"{MINE}/messages/{sent.data['id']}").data,
            page_of(his, f"{path}/messages")["messages"][0],
            page_of(his, f"{MINE}/search", q="look")["messages"][0],
            his.get(path).data["last_message"],
        ]

        assert [sent.status_code, *{message["kind"] for message in shown}] == [201, "image"]
        assert [message["media"]["name"] for message in shown] == ["car.jpg"] * 4
        assert [client.get(message["media"]["url"]).status_code for message in shown] == [200] * 4
        assert {str(bob.pk) in message["media"]["url"] for message in shown} == {True}


class TestPositions:
    def test_what_is_read_and_delivered_is_told_to_both(self, api_of):
        conversation, alice, bob = two()
        for n in range(3):
            send(alice, conversation, f"{n}")
        path, his = f"{MINE}/conversations/{conversation.pk}", api_of(bob)

        assert his.post(f"{path}/delivered", {"seq": 3}).data == {"unread": 3, "read_seq": 0}
        assert his.post(f"{path}/read", {"seq": 2}).data == {"unread": 1, "read_seq": 2}
        assert his.post(f"{path}/read", {"seq": 1}).data == {"unread": 1, "read_seq": 2}
        shown = api_of(alice).get(f"{path}/receipts").data["participants"]
        assert shown[str(bob.pk)] == {"delivered_seq": 3, "read_seq": 2}

    @pytest.mark.parametrize("seq", [None, -1, "x", 2**53 + 1, 10**400, 1.5, {}])
    def test_a_position_is_a_number(self, api_of, seq):
        conversation, alice, _ = two()

        for path in ("read", "delivered"):
            refused = api_of(alice).post(f"{MINE}/conversations/{conversation.pk}/{path}", {"seq": seq})
            assert (refused.status_code, list(refused.data["details"])) == (400, ["seq"])


class TestPeople:
    def test_who_is_blocked_finds_it_closed_until_it_is_over(self, api_of):
        conversation, alice, bob = two()
        path = f"{MINE}/conversations/{conversation.pk}"

        assert api_of(alice).put(f"{MINE}/blocks/{bob.pk}").status_code == 204
        assert [one["user_id"] for one in page_of(api_of(alice), f"{MINE}/blocks")["results"]] == [str(bob.pk)]
        assert page_of(api_of(bob), f"{MINE}/blocks")["results"] == []
        assert api_of(bob).get(path).status_code == 404
        said = api_of(alice).post(f"{path}/messages", {"body": "?"})
        assert (said.status_code, said.data["code"]) == (403, "blocked")
        assert api_of(alice).delete(f"{MINE}/blocks/{bob.pk}").status_code == 204
        assert api_of(bob).get(path).status_code == 200

    def test_nobody_blocks_herself_or_who_is_not_there(self, api_of):
        alice = UserFactory()
        client = api_of(alice)

        assert client.put(f"{MINE}/blocks/{alice.pk}").status_code == 400
        assert client.put(f"{MINE}/blocks/{uuid4()}").status_code == 404
        assert client.delete(f"{MINE}/blocks/{uuid4()}").status_code == 204
        assert Block.objects.count() == 0

    def test_a_message_is_reported_once_by_each(self, api_of):
        conversation, alice, bob = two()
        message = send(alice, conversation, "Buy!")
        wanted = {"message_id": str(message.pk), "reason": "spam", "note": "Again."}

        answers = [api_of(bob).post(f"{MINE}/reports", wanted) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].data == answers[1].data
        assert (answers[0].data["reason"], answers[0].data["status"]) == ("spam", "open")
        assert MessageReport.objects.get().body == "Buy!"
        assert api_of(bob).post(f"{MINE}/reports", {**wanted, "reason": "dull"}).status_code == 400

    def test_presence_is_of_those_she_has_a_conversation_of_two_with(self, api_of):
        conversation, alice, bob = two()
        _, everyone = group()
        between(*everyone, is_group=True, title="Others")
        send(alice, conversation)

        def shown():
            return [(one["user_id"], one["is_online"], bool(one["last_seen_at"])) for one in page_of(hers, path)]

        hers, path = api_of(alice), f"{MINE}/presence"
        assert shown() == [(str(bob.pk), False, False)]
        socket = connect(bob)
        acknowledge(bob)
        assert shown() == [(str(bob.pk), True, True)]
        disconnect(socket)
        assert shown() == [(str(bob.pk), False, True)]
        assert api_of(everyone[0]).get(f"{MINE}/presence").data == []
        api_of(alice).put(f"{MINE}/blocks/{bob.pk}")
        assert [api_of(user).get(f"{MINE}/presence").data for user in (alice, bob)] == [[], []]
