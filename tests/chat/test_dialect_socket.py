"""Seed 004's chat, as its app speaks it, over real sockets of a real server."""

import asyncio
import os
from collections.abc import Iterator

import pytest
import websockets
from uuid_utils.compat import uuid4, uuid7

from tests.chat.app import App, install
from tests.house import House, Street
from tests.realtime.test_asyncapi import faults
from tests.sockets import Phone
from tests.waiting import until

NOBODY = "00000000-0000-0000-0000-000000000000"
ENVELOPE = {
    "type", "id", "client_id", "conversation_id", "sender_id", "content", "message_type", "media_url", "data",
    "timestamp",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], REALTIME_RECORD_SECONDS="0.1") as built:
        yield built
        assert built.complaints() == []


@pytest.fixture
def people(house, web) -> list[App]:
    return install(house, web, 2)


@pytest.fixture
def alice(people) -> App:
    return people[0]


@pytest.fixture
def bob(people) -> App:
    return people[1]


@pytest.fixture
def chat(alice, bob) -> str:
    return alice.begin(bob, car_id="7", car_title="Civic")


class TestConnecting:
    @pytest.mark.parametrize("path", ["/api/chat/ws", "/ws/chat"])
    async def test_the_numbers_of_the_unread_come_and_nothing_else(self, alice, bob, chat, path):
        async with alice.socket() as hers:
            for _ in range(3):
                await hers.say("message", chat, "Hi")
            await until(lambda: len(bob.said(chat)), 3)
        async with bob.socket(path=path) as his:
            frames = await his.silence(0.7)

        assert [(frame["type"], frame["content"], frame["data"]) for frame in frames] == [
            ("unread:update", "3", {}),
            ("notification:unread", "", {"count": 0}),
        ]
        assert {frame["conversation_id"] for frame in frames} == {NOBODY}

    @pytest.mark.parametrize("token", ["", "?token=nonsense", "?token="])
    async def test_without_a_token_no_socket_is_opened(self, web, token):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with Phone(web, path=f"/api/chat/ws{token}", subprotocols=None):
                pass

        assert refused.value.response.status_code == 403

    async def test_several_sockets_of_one_user_hear_the_same(self, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as one, bob.socket() as other:
            for socket in (hers, one, other):
                await socket.greeting()
            await hers.say("message", chat, "Hi")
            heard = [await socket.next("message") for socket in (one, other)]

        assert heard[0] == heard[1]


class TestMessages:
    async def test_a_message_reaches_the_other_whole_and_is_not_said_to_who_sent_it(self, alice, bob, chat):
        name = str(uuid4())
        async with alice.socket() as hers, alice.socket() as tablet, bob.socket() as his:
            for socket in (hers, tablet, his):
                await socket.greeting()
            await hers.say("message", chat, "Is it still there? 🚗", client_id=name)
            heard = {"his": await his.settled(), "hers": await hers.settled(), "tablet": await tablet.settled()}

        [stored] = bob.history(chat)
        said = {
            "type": "message",
            "id": stored["id"],
            "client_id": name,
            "conversation_id": chat,
            "sender_id": alice.id,
            "content": "Is it still there? 🚗",
            "message_type": "text",
            "media_url": "",
            "data": {},
            "timestamp": stored["created_at"],
        }
        assert heard["his"][:2] == [said, {**said, "type": "conversation:updated"}]
        assert [(frame["type"], frame["content"]) for frame in heard["his"][2:]] == [("unread:update", "1")]
        assert heard["hers"] == [{**said, "type": "conversation:updated"}]
        assert heard["tablet"] == [said, {**said, "type": "conversation:updated"}]
        assert {key for frames in heard.values() for frame in frames for key in frame} == ENVELOPE
        assert [fault for frames in heard.values() for frame in frames for fault in faults("tellChatApp", frame)] == []

    async def test_what_is_sent_again_by_the_same_name_is_there_once(self, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as his:
            await his.greeting()
            await hers.greeting()
            for name in ["temp_1763658000123", str(uuid7()), str(uuid4())]:
                for _ in range(3):
                    await hers.say("message", chat, name, client_id=name)
            frames = [await hers.next("conversation:updated") for _ in range(9)]
            heard = [frame["content"] for frame in await his.settled() if frame["type"] == "message"]

        assert len(heard) == len(alice.said(chat)) == 3
        assert len({frame["id"] for frame in frames}) == 3
        assert {(frame["client_id"], frame["content"]) for frame in frames} == {(name, name) for name in heard}

    async def test_without_a_name_each_is_new(self, alice, bob, chat):
        async with alice.socket() as hers:
            for _ in range(2):
                await hers.say("message", chat, "Hi")
            await until(lambda: bob.said(chat), ["Hi", "Hi"])

    async def test_a_queue_that_was_kept_in_a_tunnel_arrives_in_order(self, alice, bob, chat):
        """All at once, as the app flushes it, and more than any rate allows."""
        queue = [f"{number}" for number in range(100)]
        async with bob.socket() as his:
            await his.greeting()
            async with alice.socket() as hers:
                for number in queue:
                    await hers.say("message", chat, number)
                heard = [(await his.next("message"))["content"] for _ in queue]

        assert heard == queue

    async def test_what_was_said_before_the_socket_broke_is_stored(self, alice, bob, chat):
        async with alice.socket() as hers:
            for number in range(20):
                await hers.say("message", chat, f"{number}")
            hers.socket.transport.abort()
        await until(lambda: bob.said(chat), [f"{number}" for number in range(20)])

    async def test_a_message_that_changes_or_goes_makes_no_second_bubble(self, house, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as his:
            await his.greeting()
            await hers.say("message", chat, "Hi")
            sent = await his.next("message")
            await his.settled(0.3)
            house.call("tests.chat.app_world.edit", alice.id, sent["id"], "Hello")
            house.call("tests.chat.app_world.delete", alice.id, sent["id"])
            frames = await his.settled()

        assert [(frame["type"], frame["content"]) for frame in frames] == [("unread:update", "0")]


class TestReceipts:
    async def test_what_was_delivered_is_told_by_its_id_whatever_the_app_calls_it(self, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as his:
            await his.greeting()
            await hers.say("message", chat, "Hi")
            await his.next("message")
            await his.say("message:delivered", chat, "1763658000123")
            frame = await hers.next("message:delivered", "read_receipt", "messages:seen")

        [stored] = alice.history(chat)
        assert (frame["type"], frame["content"]) == ("message:delivered", stored["id"])
        assert (frame["conversation_id"], frame["sender_id"]) == (chat, bob.id)
        assert stored["status"] == "delivered"

    async def test_each_message_is_told_to_be_delivered(self, alice, bob, chat):
        async with alice.socket() as hers:
            for number in range(3):
                await hers.say("message", chat, f"{number}")
            await until(lambda: len(alice.said(chat)), 3)
        async with alice.socket() as hers, bob.socket() as his:  # a new one, which has heard none of them
            await hers.greeting()
            await his.greeting()
            await his.say("message:delivered", chat, str(uuid7()))
            told = [(await hers.next("message:delivered"))["content"] for _ in range(3)]

        assert told == [message["id"] for message in reversed(alice.history(chat))]

    async def test_what_was_seen_names_the_reader_and_her_number_becomes_nothing(self, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as his, bob.socket() as tablet:
            for socket in (hers, his, tablet):
                await socket.greeting()
            await hers.say("message", chat, "1")
            await hers.say("message", chat, "2")
            for socket in (his, tablet):
                while (await socket.next("unread:update"))["content"] != "2":
                    pass
            await his.say("messages:seen", chat)
            numbers = [(await socket.next("unread:update"))["content"] for socket in (his, tablet)]
            receipt = await hers.next("read_receipt")
            seen = await hers.next("messages:seen")

        newest = alice.history(chat)[0]
        assert numbers == ["0", "0"]
        assert (receipt["content"], receipt["sender_id"]) == (newest["id"], bob.id)
        assert (seen["content"], seen["sender_id"], seen["conversation_id"]) == (bob.id, bob.id, chat)
        assert {message["status"] for message in alice.history(chat)} == {"seen"}
        assert [one["unread_count"] for one in bob.conversations()] == [0]

    async def test_reading_to_a_message_leaves_what_follows(self, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as his:
            await hers.greeting()
            await his.greeting()
            for number in range(3):
                await hers.say("message", chat, f"{number}")
            heard = [await his.next("message") for _ in range(3)]
            await his.settled(0.3)
            await his.say("read_receipt", chat, heard[1]["id"])
            number = await his.next("unread:update")
            receipt = await hers.next("read_receipt", "messages:seen")
            rest = await hers.settled(0.3)

        assert number["content"] == "1"
        assert (receipt["type"], receipt["content"]) == ("read_receipt", heard[1]["id"])
        assert "messages:seen" not in [frame["type"] for frame in rest]

    async def test_reading_on_one_device_changes_the_numbers_of_the_others(self, web, alice, bob, chat):
        async with alice.socket() as hers:
            await hers.say("message", chat, "Hi")
            await until(lambda: len(bob.said(chat)), 1)
        async with bob.socket() as his:
            assert (await his.receive())["content"] == "1"
            [message] = bob.history(chat)
            web.put(f"/api/chat/conversations/{chat}/read", {"message_id": message["id"]}, bob.token)
            assert (await his.next("unread:update"))["content"] == "0"

    async def test_the_number_is_told_to_who_asks(self, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as his:
            await his.greeting()
            await hers.say("message", chat, "Hi")
            await his.next("unread:update")
            await his.say("unread:get", "")
            answer = await his.next("unread:update")

        assert (answer["content"], answer["conversation_id"]) == ("1", NOBODY)

    async def test_whatever_the_app_says_acknowledges_what_was_written(self, house, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as his:
            await his.greeting()
            await hers.say("message", chat, "Hi")
            await his.next("unread:update")
            await his.say("typing", chat)
            await until(lambda: house.call("tests.chat.app_world.positions", chat)[bob.id], [1, 0])


class TestTyping:
    async def test_the_other_is_told_and_nobody_else(self, alice, bob, chat):
        async with alice.socket() as hers, alice.socket() as tablet, bob.socket() as his:
            for socket in (hers, tablet, his):
                await socket.greeting()
            await hers.say("typing", chat)
            frame = await his.receive()
            silence = [await socket.silence(0.3) for socket in (hers, tablet)]

        assert (frame["type"], frame["conversation_id"], frame["sender_id"]) == ("typing", chat, alice.id)
        assert silence == [[], []]

    async def test_too_much_of_it_is_dropped_and_never_an_error(self, alice, bob, chat):
        async with alice.socket() as hers, bob.socket() as his:
            await his.greeting()
            await hers.greeting()
            for _ in range(30):
                await hers.say("typing", chat)
            for nowhere in ("", "x", str(uuid7())):
                await hers.say("typing", nowhere)
            await hers.say("message", chat, "Hi")
            frames = await his.settled()
            errors = [frame for frame in await hers.settled(0.3) if frame["type"] == "error"]

        typed = [frame for frame in frames if frame["type"] == "typing"]
        assert 1 <= len(typed) <= 10
        assert errors == []


class TestMedia:
    async def test_a_picture_is_sent_by_its_address_and_arrives_with_one_of_the_readers(self, house, alice, bob, chat):
        picture = house.call("tests.chat.app_world.upload", alice.id)
        address = house.call("tests.chat.app_world.address", picture, alice.id)
        async with alice.socket() as hers, bob.socket() as his:
            await his.greeting()
            await hers.say("message", chat, None, message_type="image", media_url=address)
            frame = await his.next("message")

        assert (frame["message_type"], frame["content"]) == ("image", "")
        assert frame["media_url"].startswith(f"{alice.web.url}/api/chat/media/{picture}?")
        assert f"reader={bob.id}" in frame["media_url"]
        [shown] = bob.history(chat)
        assert shown["media_url"].startswith(f"{alice.web.url}/api/chat/media/{picture}?")

    @pytest.mark.parametrize("address", ["https://evil.test/1.jpg", "/api/chat/media/x", "not a url"])
    async def test_foreign_addresses_are_refused(self, alice, bob, chat, address):
        async with alice.socket() as hers:
            await hers.greeting()
            await hers.say("message", chat, "Look", message_type="image", media_url=address, client_id="1")
            error = await hers.next("error")

        assert (error["client_id"], error["data"]["code"]) == ("1", "invalid")
        assert bob.said(chat) == []

    async def test_nobody_sends_what_another_has_uploaded(self, house, alice, bob, chat):
        picture = house.call("tests.chat.app_world.upload", bob.id)
        address = house.call("tests.chat.app_world.address", picture, bob.id)
        async with alice.socket() as hers:
            await hers.say("message", chat, None, message_type="image", media_url=address)
            error = await hers.next("error")

        assert error["data"]["code"] == "no_such_media"


class TestRefusals:
    async def test_a_refusal_is_a_frame_in_the_envelope_with_the_name_of_what_was_refused(self, alice, chat):
        async with alice.socket() as hers:
            await hers.greeting()
            await hers.say("message", chat, "", client_id="temp_1")
            error = await hers.receive()

        assert error.keys() == ENVELOPE
        assert error.pop("timestamp")
        assert error == {
            "type": "error",
            "id": "",
            "client_id": "temp_1",
            "conversation_id": chat,
            "sender_id": NOBODY,
            "content": "Say something, or send a picture or a file.",
            "message_type": "message",
            "media_url": "",
            "data": {
                "code": "invalid",
                "message": "Some fields need another look.",
                "details": {"body": ["Say something, or send a picture or a file."]},
                "temporary": False,
            },
        }

    async def test_who_is_not_there_is_refused_and_hears_nothing(self, house, web, alice, bob, chat):
        [mallory] = install(house, web)
        async with mallory.socket() as theirs, alice.socket() as hers:
            await theirs.greeting()
            await hers.greeting()
            for type in ("message", "read_receipt", "messages:seen", "message:delivered", "typing"):
                await theirs.say(type, chat, "Hi")
            frames = await theirs.settled()
            await hers.say("message", chat, "Hi")
            await hers.next("conversation:updated")
            frames += await theirs.silence(0.5)
            heard = await hers.silence(0.3)

        assert [(frame["type"], frame["message_type"], frame["data"]["code"]) for frame in frames] == [
            ("error", type, "no_such_conversation") for type in ("message", "read_receipt", "messages:seen")
        ]
        assert heard == []
        assert alice.said(chat) == ["Hi"]

    async def test_a_blocked_one_neither_sends_nor_hears(self, house, alice, bob, chat):
        async with bob.socket() as his, alice.socket() as hers:
            await his.greeting()
            await hers.greeting()
            await hers.say("message", chat, "Hi")
            await his.next("unread:update")
            house.call("tests.chat.app_world.block", alice.id, bob.id)
            number = await his.next("unread:update")
            await his.say("message", chat, "Please")
            refused = await his.next("error")
            await hers.say("message", chat, "Bye")
            told = await hers.next("error")
            rest = await his.silence(0.5)

        assert number["content"] == "0"
        assert (refused["data"]["code"], told["data"]["code"]) == ("no_such_conversation", "blocked")
        assert rest == []

    async def test_8_kib_and_no_more(self, alice, bob, chat):
        async with alice.socket() as hers:
            await hers.greeting()
            await hers.say("message", chat, "ü" * 4096)
            big = await hers.next("error")
            await hers.socket.send('{"type": "message", "conversation_id": "", "data": ' + "[" * 8000)
            deep = await hers.next("error")
            await hers.socket.send("[" * 8192)
            deeper = await hers.next("error")
            await hers.socket.send("x" * 8193)
            long = await hers.next("error")
            await hers.say("message", chat, "ü" * 3500)
            await hers.next("conversation:updated")

        assert [error["data"]["code"] for error in (big, deep, deeper, long)] == [
            "frame_too_big", "bad_frame", "bad_frame", "frame_too_big",
        ]  # fmt: skip
        assert big["content"] == "A frame has at most 8192 bytes."
        assert bob.said(chat) == ["ü" * 3500]

    async def test_nonsense_is_refused_and_what_is_unknown_is_passed_over(self, alice, chat):
        async with alice.socket() as hers:
            await hers.greeting()
            for frame in ["nonsense", "[]", "{}", '{"type": 5}', '{"type": null}', b"\x00"]:
                await hers.socket.send(frame)
            errors = [await hers.next("error") for _ in range(6)]
            for frame in ['{"type": "hello"}', '{"type": "error"}', '{"type": "conversation:updated"}']:
                await hers.socket.send(frame)
            rest = await hers.silence(0.3)

        assert {error["data"]["code"] for error in errors} == {"bad_frame"}
        assert rest == []

    async def test_a_flood_ends_the_socket(self, alice, chat):
        async with alice.socket() as hers:
            for _ in range(400):
                await hers.say("unread:get", "")
            code = await hers.close_code()

        assert code == 4429

    async def test_a_frame_beyond_all_measure_ends_the_socket(self, alice):
        async with alice.socket() as hers:
            await hers.socket.send("x" * 70_000)
            code = await hers.close_code()

        assert code == 4413


async def test_a_group_of_the_app_hears_each_other(house, web):
    ann, ben, cem = install(house, web, 3)
    chat = ann.begin(ben, cem)
    async with ann.socket() as hers, ben.socket() as his, cem.socket() as theirs:
        for socket in (hers, his, theirs):
            await socket.greeting()
        await hers.say("message", chat, "Hi")
        heard = [(await socket.next("message"))["content"] for socket in (his, theirs)]
        await his.say("messages:seen", chat)
        seen = [(await socket.next("messages:seen"))["content"] for socket in (hers, theirs)]

    assert heard == ["Hi", "Hi"]
    assert seen == [ben.id, ben.id]


async def test_sockets_of_different_processes_hear_each_other(house, alice, bob, chat):
    other = await asyncio.to_thread(house.web)
    async with alice.socket() as hers, bob.socket(other) as his:
        await hers.greeting()
        await his.greeting()
        await hers.say("typing", chat)
        assert (await his.receive())["type"] == "typing"
        await hers.say("message", chat, "Hi")
        heard = await his.next("message")
        await his.say("messages:seen", chat)
        seen = await hers.next("messages:seen")

    assert (heard["content"], seen["content"]) == ("Hi", bob.id)


async def test_a_session_that_ends_closes_the_socket(web, alice):
    async with alice.socket() as hers:
        await hers.greeting()
        web.post("/api/auth/logout", token=alice.token)
        code = await hers.close_code()

    assert code == 4401
