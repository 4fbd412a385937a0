"""The REST side of seed 004's app, key by key as it reads it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from accounts.sessions import open_session
from chat import dialect_serializers as shapes
from chat import media
from chat.models import Conversation, Media, Participant
from chat.services import conversations, messages, people, receipts
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, group, send, two

pytestmark = pytest.mark.django_db


def instant(at):
    return at.isoformat().replace("+00:00", "Z")


@pytest.fixture
def cars():
    """Alice asks Bob about his car, by the app."""
    return {
        "car_id": "0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10",
        "car_title": "Honda Civic 2019",
        "context": {"car_image_url": "https://cars.test/1.jpg", "car_price": 12500.5, "city": "Dhaka"},
    }


class TestBeginning:
    def test_a_new_conversation_is_answered_as_the_app_reads_it(self, api_of, cars):
        alice, bob = UserFactory(full_name="Alice"), UserFactory(full_name="Bob")

        answer = api_of(alice, long_lived=True).post(
            "/api/chat/conversations", {"participant_ids": [str(bob.pk)], **cars}
        )

        conversation = Conversation.objects.get()
        joined = {
            place.user_id: instant(place.joined_at) for place in Participant.objects.filter(conversation=conversation)
        }
        assert answer.status_code == 201
        assert answer.json() == {
            "id": str(conversation.pk),
            "car_id": cars["car_id"],
            "car_title": "Honda Civic 2019",
            "car_image_url": "https://cars.test/1.jpg",
            "car_price": 12500.5,
            "car_seller_id": str(bob.pk),
            "metadata": cars["context"],
            "participants": [
                {
                    "conversation_id": str(conversation.pk),
                    "user_id": str(user.pk),
                    "full_name": user.full_name,
                    "avatar_url": None,
                    "last_read_message_id": None,
                    "unread_count": 0,
                    "joined_at": joined[user.pk],
                }
                for user in sorted([alice, bob], key=lambda user: user.pk)
            ],
            "last_message": None,
            "unread_count": 0,
            "created_at": instant(conversation.created_at),
            "updated_at": instant(conversation.last_at),
        }

    def test_the_same_people_find_the_same_conversation_about_a_car_whoever_asks(self, api_of, cars):
        alice, bob = UserFactory(), UserFactory()
        asked = [
            api_of(me, long_lived=True).post(
                "/api/chat/conversations", {"participant_ids": [str(other.pk)], **cars, **more}
            )
            for me, other, more in [
                (alice, bob, {}),
                (alice, bob, {"car_title": "Sold"}),
                (bob, alice, {"context": {}}),
            ]
        ]
        another = api_of(alice, long_lived=True).post(
            "/api/chat/conversations", {"participant_ids": [str(bob.pk)], "car_id": "another"}
        )

        assert [answer.status_code for answer in asked] == [201, 201, 201]
        assert len({answer.json()["id"] for answer in asked}) == 1
        assert another.json()["id"] != asked[0].json()["id"]

    def test_no_car_and_nulls_are_no_matter(self, api_of):
        alice, bob = UserFactory(), UserFactory()
        begun = api_of(alice, long_lived=True).post(
            "/api/chat/conversations",
            {"participant_ids": [str(bob.pk)], "car_id": None, "car_title": None, "context": None},
        )

        assert begun.status_code == 201
        shown = begun.json()
        assert [shown[key] for key in ("car_id", "car_title", "car_price", "car_seller_id", "metadata")] == [
            None, None, None, None, {},
        ]  # fmt: skip

    @pytest.mark.parametrize("body", [{}, {"participant_ids": []}, {"participant_ids": ["x"]}, {"participant_ids": 3}])
    def test_a_bad_body_is_refused(self, api_of, body):
        refused = api_of(UserFactory(), long_lived=True).post("/api/chat/conversations", body)

        assert (refused.status_code, list(refused.json())) == (400, ["error"])

    def test_nobody_begins_with_herself_with_nobody_or_with_one_who_has_blocked_her(self, api_of, now):
        alice, bob = UserFactory(), UserFactory()
        people.block(bob, alice.pk, now=now)
        app = api_of(alice, long_lived=True)
        answers = [
            app.post("/api/chat/conversations", {"participant_ids": [str(other)]})
            for other in (alice.pk, uuid4(), bob.pk)
        ]

        assert [answer.status_code for answer in answers] == [400, 404, 403]
        assert {key for answer in answers for key in answer.json()} == {"error"}


class TestList:
    def test_a_conversation_has_the_other_side_the_last_message_and_what_is_unread(self, api_of):
        conversation, alice, bob = two(context={"car_id": "7", "car_title": "Civic"})
        send(alice, conversation, "1")
        last = send(alice, conversation, "Still there?")
        conversation.refresh_from_db()

        answer = api_of(bob, long_lived=True).get("/api/chat/conversations")

        assert answer.status_code == 200
        assert answer.json() == [
            {
                "id": str(conversation.pk),
                "car_id": "7",
                "car_title": "Civic",
                "car_image_url": None,
                "car_price": None,
                "car_seller_id": None,
                "metadata": {},
                "participants": [{"user_id": str(alice.pk), "full_name": "Alice", "avatar_url": None}],
                "last_message": {
                    "id": str(last.pk),
                    "client_id": str(last.client_id),
                    "conversation_id": str(conversation.pk),
                    "sender_id": str(alice.pk),
                    "sender_name": "Alice",
                    "content": "Still there?",
                    "message_type": "text",
                    "media_url": None,
                    "is_read": False,
                    "isRead": False,
                    "status": "sent",
                    "delivered_at": None,
                    "seen_at": None,
                    "created_at": instant(last.created_at),
                    "createdAt": instant(last.created_at),
                },
                "unread_count": 2,
                "created_at": instant(conversation.created_at),
                "updated_at": instant(last.created_at),
            }
        ]

    def test_the_newest_activity_comes_first(self, api_of):
        alice = UserFactory()
        ours = [between(alice, UserFactory()) for _ in range(3)]
        for conversation in (ours[2], ours[0], ours[1]):
            send(alice, conversation)

        listed = api_of(alice, long_lived=True).get("/api/chat/conversations").json()

        assert [one["id"] for one in listed] == [str(ours[place].pk) for place in (1, 0, 2)]

    def test_many_are_read_by_as_many_queries_as_one(self, api_of):
        alice = UserFactory()
        app = api_of(alice, long_lived=True)
        app.get("/api/chat/conversations")  # notes that the session is used
        counts = []
        for more in (1, 5):
            for _ in range(more):
                send(alice, between(alice, UserFactory()))
            with CaptureQueriesContext(connection) as asked:
                assert len(app.get("/api/chat/conversations").json()) in (1, 6)
            counts.append(len(asked))

        assert counts[0] == counts[1]

    def test_who_has_left_or_was_blocked_is_not_shown_it(self, api_of, now):
        conversation, alice, bob = two()
        together, everyone = group()
        people.block(alice, bob.pk, now=now)
        conversations.leave(everyone[1], together.pk, now=now)

        for person in (bob, everyone[1]):
            assert api_of(person, long_lived=True).get("/api/chat/conversations").json() == []
        [hers] = api_of(alice, long_lived=True).get("/api/chat/conversations").json()
        assert hers["id"] == str(conversation.pk)

    def test_the_documented_shape_is_the_shape(self, api_of):
        conversation, alice, bob = two()
        send(alice, conversation)
        app = api_of(bob, long_lived=True)
        [listed] = app.get("/api/chat/conversations").json()
        begun = app.post("/api/chat/conversations", {"participant_ids": [str(alice.pk)]}).json()
        page = app.get(f"/api/chat/conversations/{conversation.pk}/messages").json()

        assert set(listed) == set(shapes.SeedConversationOut().fields)
        assert set(listed["last_message"]) == set(shapes.SeedMessageOut().fields)
        assert set(listed["participants"][0]) == set(shapes.SeedPersonOut().fields)
        assert set(begun["participants"][0]) == set(shapes.SeedPlaceOut().fields)
        assert set(page) == set(shapes.SeedMessagesOut().fields)


class TestMessages:
    def test_pages_are_counted_from_one_and_the_newest_comes_first(self, api_of):
        conversation, alice, bob = two()
        for number in range(5):
            send(alice, conversation, f"{number}")
        app = api_of(bob, long_lived=True)
        pages = [
            app.get(f"/api/chat/conversations/{conversation.pk}/messages?page={page}&page_size=2").json()
            for page in (1, 2, 3, 4)
        ]

        assert [[message["content"] for message in page["messages"]] for page in pages] == [
            ["4", "3"], ["2", "1"], ["0"], [],
        ]  # fmt: skip
        assert {(page["total_count"], page["page_size"]) for page in pages} == {(5, 2)}
        assert [page["page"] for page in pages] == [1, 2, 3, 4]

    def test_history_is_the_same(self, api_of):
        conversation, alice, bob = two()
        send(alice, conversation)
        app = api_of(bob, long_lived=True)

        listed = app.get(f"/api/chat/conversations/{conversation.pk}/messages?page_size=7").json()

        assert listed["messages"]
        assert app.get(f"/api/chat/history?conversation_id={conversation.pk}&page_size=7").json() == listed

    def test_a_page_has_fifty_and_a_hundred_at_most(self, api_of):
        conversation, _, bob = two()
        app = api_of(bob, long_lived=True)
        path = f"/api/chat/conversations/{conversation.pk}/messages"

        assert [app.get(path + query).json()["page_size"] for query in ("", "?page_size=1000")] == [50, 100]

    @pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=0", f"page={10**9}"])
    def test_a_bad_page_is_refused(self, api_of, query):
        conversation, _, bob = two()
        refused = api_of(bob, long_lived=True).get(f"/api/chat/conversations/{conversation.pk}/messages?{query}")

        assert (refused.status_code, list(refused.json())) == (400, ["error"])

    def test_ticks_say_how_far_the_other_has_come(self, api_of, now):
        conversation, alice, bob = two()
        for number in range(3):
            send(alice, conversation, f"{number}")
        receipts.mark_delivered(bob, conversation.pk, 2, now=now)
        receipts.mark_read(bob, conversation.pk, 1, now=now)

        for reader in (alice, bob):
            page = api_of(reader, long_lived=True).get(f"/api/chat/history?conversation_id={conversation.pk}").json()
            shown = [(one["status"], one["is_read"], one["isRead"]) for one in page["messages"]]
            assert shown == [("sent", False, False), ("delivered", False, False), ("seen", True, True)]

    def test_nobody_has_no_name_and_a_deleted_message_says_so(self, api_of, now):
        conversation, alice, bob = two()
        sent = send(alice, conversation)
        messages.delete_message(alice, sent.pk, now=now)
        alice.full_name = ""
        alice.save()

        [shown] = (
            api_of(bob, long_lived=True).get(f"/api/chat/history?conversation_id={conversation.pk}").json()["messages"]
        )

        assert (shown["sender_name"], shown["content"], shown["message_type"]) == (
            "",
            "This message was deleted.",
            "text",
        )

    def test_who_came_later_sees_what_followed(self, api_of, now):
        together, everyone = group()
        send(everyone[0], together, "before")
        newcomer = UserFactory()
        conversations.add_participants(everyone[0], together.pk, [newcomer.pk], now=now)
        send(everyone[0], together, "after")

        page = api_of(newcomer, long_lived=True).get(f"/api/chat/history?conversation_id={together.pk}").json()

        assert [message["content"] for message in page["messages"]] == ["after"]
        assert page["total_count"] == 1

    def test_media_have_an_address_that_leads_back_to_them(self, api_of, now):
        conversation, alice, bob = two()
        picture = Media.objects.create(
            uploader=alice, kind="image", file="chat/x.png", name="x.png", content_type="image/png", size=1
        )
        send(alice, conversation, "", media_id=picture.pk)

        [shown] = (
            api_of(bob, long_lived=True).get(f"/api/chat/history?conversation_id={conversation.pk}").json()["messages"]
        )

        assert shown["message_type"] == "image"
        assert shown["media_url"].startswith("http://testserver/api/chat/media/")
        assert media.media_in(shown["media_url"]) == picture.pk


class TestReading:
    def test_all_upto_a_message_is_read(self, api_of):
        conversation, alice, bob = two()
        sent = [send(alice, conversation) for _ in range(3)]
        app = api_of(bob, long_lived=True)

        answer = app.put(f"/api/chat/conversations/{conversation.pk}/read", {"message_id": str(sent[1].pk)})

        assert (answer.status_code, answer.json()) == (200, {"message": "Messages marked as read"})
        assert Participant.objects.get(conversation=conversation, user=bob).read_seq == 2
        [listed] = app.get("/api/chat/conversations").json()
        assert listed["unread_count"] == 1

    def test_a_name_the_app_made_up_means_the_newest(self, api_of):
        conversation, alice, bob = two()
        send(alice, conversation)

        api_of(bob, long_lived=True).put(
            f"/api/chat/conversations/{conversation.pk}/read", {"message_id": "1763658000123"}
        )

        assert Participant.objects.get(conversation=conversation, user=bob).read_seq == 1

    def test_a_message_that_is_not_there_is_not_read(self, api_of):
        conversation, alice, bob = two()
        elsewhere, *_ = two()
        other = send(alice, between(alice, UserFactory()))
        send(alice, conversation)
        app = api_of(bob, long_lived=True)
        refused = [
            app.put(f"/api/chat/conversations/{place}/read", {"message_id": str(message)})
            for place, message in [(conversation.pk, uuid7()), (conversation.pk, other.pk), (elsewhere.pk, uuid7())]
        ]

        assert [(answer.status_code, list(answer.json())) for answer in refused] == [(404, ["error"])] * 3
        assert Participant.objects.get(conversation=conversation, user=bob).read_seq == 0


PATHS = [
    ("get", "/api/chat/conversations"),
    ("post", "/api/chat/conversations"),
    ("get", "/api/chat/conversations/0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10/messages"),
    ("put", "/api/chat/conversations/0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10/read"),
    ("get", "/api/chat/history?conversation_id=0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_a_token_there_is_an_error_in_their_form(client, method, path):
    refused = getattr(client, method)(path)

    assert (refused.status_code, refused.json()) == (401, {"error": "Sign in first."})


@pytest.mark.parametrize(("method", "path"), PATHS[2:])
def test_a_conversation_of_others_is_not_there(api_of, method, path):
    conversation, *_ = two()
    there = path.replace("0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10", str(conversation.pk))
    body = {"message_id": "1"} if method == "put" else None
    refused = getattr(api_of(UserFactory(), long_lived=True), method)(there, body)

    assert (refused.status_code, refused.json()) == (404, {"error": "There is no such conversation for you."})


def test_the_token_may_stand_in_the_query(client, now):
    token = open_session(UserFactory(), device="Chat app", is_long_lived=True, now=now).access_token

    assert client.get(f"/api/chat/conversations?token={token}").json() == []
