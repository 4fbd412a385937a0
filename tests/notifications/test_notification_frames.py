"""The socket of seed 004's app, where there are notices and no chat."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import websockets
from django.utils import timezone

from accounts.identity import Identity
from notifications import messages, services
from notifications.consumers import NotificationConsumer
from realtime import selectors as streams
from realtime.selectors import Range
from tests.factories.accounts import UserFactory
from tests.house import House, Street, Web
from tests.notifications.inbox import told
from tests.realtime.test_asyncapi import faults
from tests.sockets import Phone
from tests.waiting import until

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.django_db
class TestWords:
    def test_a_new_notice_and_the_number_of_the_unread_become_frames_and_nothing_else_does(self, reader, now):
        notice = told(reader, data={"car_id": "7"})
        services.mark_seen(reader, [notice.pk], now=now)
        services.mark_read(reader, [notice.pk], now=now)
        messages.withdraw((notice.subject_kind, notice.subject_key))
        stored = streams.stored_events([Range(reader.pk, 0, 99)])[reader.pk]
        events = [json.loads(event.frame) for event in stored]

        frames = [NotificationConsumer().frame(event) for event in events]

        assert [event["event"].partition(".")[2] for event in events] == [
            "notice_added", "inbox_changed", "notice_changed", "notice_changed", "inbox_changed",
            "notice_withdrawn", "inbox_changed",
        ]  # fmt: skip
        assert [frame and frame["type"] for frame in frames] == [
            "notification", "notification:unread", None, None, "notification:unread", None, "notification:unread",
        ]  # fmt: skip
        assert [frames[place]["data"] for place in (1, 4, 6)] == [{"count": 1}, {"count": 0}, {"count": 0}]
        assert [fault for frame in frames if frame for fault in faults("tellChatApp", frame)] == []
        assert {frame["type"] for frame in frames if frame} == {"notification", "notification:unread"}
        assert frames[0]["data"] == {
            "id": str(notice.pk),
            "title": "News is here",
            "message": "Come and see.",
            "type": "sample_news",
            "image_url": "",
            "data": {"car_id": "7"},
            "is_read": False,
            "created_at": notice.created_at.isoformat().replace("+00:00", "Z"),
        }

    def test_a_notice_that_was_gone_when_it_was_told_is_no_frame(self):
        assert NotificationConsumer().frame({"event": "notifications.notice_added", "data": None}) is None


@pytest.mark.django_db(transaction=True)
def test_on_connecting_the_app_hears_how_many_are_unread_and_nothing_else():
    reader = UserFactory()
    told(reader)
    told(reader)

    greeting = NotificationConsumer().greet(Identity(reader.pk, None, timezone.now(), False, True))

    [frame] = greeting.frames
    assert frame.pop("timestamp")
    assert frame == {
        "type": "notification:unread",
        "id": "",
        "client_id": "",
        "conversation_id": NOBODY,
        "sender_id": NOBODY,
        "content": "",
        "message_type": "",
        "media_url": "",
        "data": {"count": 2},
    }
    assert greeting.state.head == 4


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    """Without the chat, whose socket has the same paths."""
    brisk = {"DOMAINS": "shifts,tests.sample", "REALTIME_RECORD_SECONDS": "0.1"}
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], **brisk) as built:
        yield built
        assert built.complaints() == []


@pytest.fixture
def person(house: House) -> dict[str, Any]:
    return house.call("tests.people.sign_up_long_lived")[0]


@pytest.fixture(params=["/api/chat/ws", "/ws/chat"])
def path(request: pytest.FixtureRequest) -> str:
    return request.param


def socket(web: Web, person: dict[str, Any], path: str) -> Phone:
    return Phone(web, path=f"{path}?token={person['token']}", subprotocols=None)


class TestSocket:
    async def test_a_notice_arrives_with_the_new_number(self, house, web, person, path):
        async with socket(web, person, path) as phone:
            greeting = await phone.receive()
            house.call("tests.inbox_world.tell", [person["id"]], 1)
            frames = [await phone.receive() for _ in range(2)]

        assert (greeting["type"], greeting["data"]) == ("notification:unread", {"count": 0})
        assert [frame["type"] for frame in frames] == ["notification", "notification:unread"]
        assert (frames[0]["data"]["title"], frames[1]["data"]) == ("News 1", {"count": 1})
        assert {frame["conversation_id"] for frame in frames} == {NOBODY}

    async def test_the_token_may_stand_in_the_header(self, web, person, path):
        bearer = {"Authorization": f"Bearer {person['token']}"}
        async with Phone(web, path=path, subprotocols=None, additional_headers=bearer) as phone:
            assert (await phone.receive())["type"] == "notification:unread"

    async def test_what_was_missed_comes_by_rest_and_is_not_said_again(self, house, web, person, path):
        house.call("tests.inbox_world.tell", [person["id"]], 1)
        async with socket(web, person, path) as phone:
            frames = await phone.silence(0.5)

        assert [(frame["type"], frame["data"]) for frame in frames] == [("notification:unread", {"count": 1})]
        _, listed = web.get("/api/notifications", person["token"])
        assert [notice["title"] for notice in listed["notifications"]] == ["News 1"]

    async def test_reading_on_one_device_changes_the_number_on_the_other(self, house, web, person, path):
        house.call("tests.inbox_world.tell", [person["id"]], 1)
        async with socket(web, person, path) as one, socket(web, person, path) as other:
            for phone in (one, other):
                assert (await phone.receive())["data"] == {"count": 1}
            house.call("tests.inbox_world.mark_all_read", person["id"])
            for phone in (one, other):
                frame = await phone.receive()
                assert (frame["type"], frame["data"]) == ("notification:unread", {"count": 0})

    @pytest.mark.parametrize("token", ["", "?token=nonsense", "?token="])
    async def test_without_a_token_no_socket_is_opened(self, web, path, token):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with Phone(web, path=f"{path}{token}", subprotocols=None):
                pass

        assert refused.value.response.status_code == 403

    async def test_words_it_does_not_know_are_passed_over_and_show_that_the_app_reads(self, house, web, person, path):
        async with socket(web, person, path) as phone:
            await phone.receive()
            house.call("tests.inbox_world.tell", [person["id"]], 1)
            await phone.next("notification:unread")
            for frame in ("nonsense", '{"type": "no:such", "conversation_id": ""}', '{"type": null}', "[]"):
                await phone.socket.send(frame)
            await until(lambda: house.call("tests.shift_world.acknowledged", person["id"]), [["chat", 2]])
            house.call("tests.inbox_world.tell", [person["id"]], 2)
            frame = await phone.receive()

        assert (frame["type"], frame["data"]["title"]) == ("notification", "News 2")
