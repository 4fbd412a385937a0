"""Seed 004 from end to end: what its app says and hears, over a server with a worker, beat and phones to push to."""

import asyncio
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.chat.app import App, install
from tests.house import House, Street
from tests.outside.world import World
from tests.realtime.test_asyncapi import faults, validators
from tests.sockets import Phone
from tests.waiting import until, wait_for

CAR = {
    "car_id": "civic-7",
    "car_title": "Honda Civic",
    "context": {"car_price": 9500, "car_image_url": "https://c.test/1"},
}


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    with street.staffed(**world.env, REALTIME_RECORD_SECONDS="0.1", CHAT_ACK_SECONDS="2") as built:
        yield built


@pytest.fixture
def people(house, web) -> list[App]:
    return install(house, web, 2)


def pushed_to(world: World, address: str) -> list[dict[str, Any]]:
    return [call for call in world.journal("fcm") if call["address"] == address]


def shown_on(world: World, address: str) -> list[str]:
    return [phone["body"] for phone in world.phones() if phone["address"] == address and phone["state"] == "shown"]


async def test_a_buyer_asks_is_answered_and_goes_through_a_tunnel(people):
    buyer, seller = people
    chat = buyer.begin(seller, **CAR)
    async with buyer.socket() as hers, seller.socket() as his:
        assert [(await socket.greeting())[0]["content"] for socket in (hers, his)] == ["0", "0"]
        await hers.say("typing", chat)
        assert (await his.receive())["type"] == "typing"
        await hers.say("message", chat, "Is it still there?", client_id="temp_1")
        asked = [await his.receive() for _ in range(3)]
        assert (await hers.receive())["client_id"] == "temp_1"
        await his.say("message:delivered", chat, "1763658000123")
        assert (await hers.receive())["content"] == asked[0]["id"]
        await his.say("messages:seen", chat)
        assert (await his.receive())["content"] == "0"
        ticks = [await hers.receive() for _ in range(2)]
        await his.say("message", chat, "Yes. Come and see.")
        assert [frame["type"] for frame in [await his.receive()]] == ["conversation:updated"]
        answered = [await hers.receive() for _ in range(3)]
        hers.socket.transport.abort()  # the tunnel

    # What the app kept meanwhile, flushed twice since the first socket breaks at once, and out of order the second time
    queue = [("At five?", "temp_2"), ("Or at six?", "temp_3")]
    async with buyer.socket() as first:
        for content, name in queue:
            await first.say("message", chat, content, client_id=name)
        first.socket.transport.abort()
    await until(lambda: len(seller.said(chat)), 4)
    async with buyer.socket() as second:
        greeting = await second.greeting()
        for content, name in reversed(queue):
            await second.say("message", chat, content, client_id=name)
        stored = [await second.receive() for _ in queue]

    assert [frame["type"] for frame in asked] == ["message", "conversation:updated", "unread:update"]
    assert [(tick["type"], tick["content"]) for tick in ticks] == [
        ("read_receipt", asked[0]["id"]), ("messages:seen", seller.id),
    ]  # fmt: skip
    assert [frame["content"] for frame in answered] == ["Yes. Come and see."] * 2 + ["1"]
    assert greeting[0]["content"] == "1"
    assert [frame["client_id"] for frame in stored] == ["temp_3", "temp_2"]
    assert seller.said(chat) == ["Is it still there?", "Yes. Come and see.", "At five?", "Or at six?"]
    [listed] = seller.conversations()
    assert (listed["car_id"], listed["car_price"], listed["unread_count"]) == ("civic-7", 9500, 2)
    assert listed["last_message"]["content"] == "Or at six?"


async def test_who_is_not_there_is_pushed_and_a_tap_opens_the_conversation(world, people):
    buyer, seller = people
    seller.register_phone("phone-of-the-seller")
    chat = buyer.begin(seller)
    async with buyer.socket() as hers:
        await hers.say("message", chat, "x" * 150)
        await asyncio.to_thread(wait_for, lambda: pushed_to(world, "phone-of-the-seller"))
    [push] = pushed_to(world, "phone-of-the-seller")
    [message] = seller.history(chat)
    data, android = push["message"]["data"], push["message"]["android"]

    assert push["message"]["notification"] == {"title": "New Message", "body": "x" * 97 + "..."}
    assert {key: data[key] for key in ("type", "conversation_id", "sender_id", "message_id", "click_action")} == {
        "type": "chat_message",
        "conversation_id": chat,
        "sender_id": buyer.id,
        "message_id": message["id"],
        "click_action": "FLUTTER_NOTIFICATION_CLICK",
    }
    assert android["priority"] == "high"
    assert {key: android["notification"][key] for key in ("channel_id", "tag", "click_action")} == {
        "channel_id": "chat_messages",
        "tag": data["nid"],
        "click_action": "FLUTTER_NOTIFICATION_CLICK",
    }
    assert push["message"]["apns"]["headers"]["apns-priority"] == "10"
    async with seller.socket() as his:
        await his.greeting()
        await his.say("messages:seen", chat)
        await asyncio.to_thread(wait_for, lambda: not shown_on(world, "phone-of-the-seller"))


async def test_who_reads_along_is_not_pushed_and_who_only_stands_there_is(world, people):
    buyer, seller = people
    seller.register_phone("phone-in-hand")
    chat = buyer.begin(seller)
    async with buyer.socket() as hers, seller.socket() as his:
        await his.greeting()
        await hers.say("message", chat, "read at once")
        await his.next("message")
        await his.say("message:delivered", chat, "1763658000123")
        await hers.next("message:delivered")
        await hers.say("message", chat, "the phone lies on the table")
        await his.next("message")
        await asyncio.to_thread(wait_for, lambda: pushed_to(world, "phone-in-hand"))

    assert shown_on(world, "phone-in-hand") == ["the phone lies on the table"]


async def test_a_picture_is_uploaded_sent_and_seen_by_the_other_alone(house, web, people):
    buyer, seller = people
    [stranger] = install(house, web)
    chat = buyer.begin(seller)
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")

    async with httpx.AsyncClient(base_url=web.url) as client:
        sent = await client.post(
            "/api/upload",
            files={"image": ("../../car.png", file.getvalue(), "image/png")},
            headers={"Authorization": f"Bearer {buyer.token}"},
        )
        async with buyer.socket() as hers, seller.socket() as his:
            await hers.say("message", chat, None, message_type="image", media_url=sent.json()["url"])
            frame = await his.next("message")
        [listed] = seller.history(chat)
        pictures = [await client.get(url) for url in (frame["media_url"], listed["media_url"])]
        foreign = await client.get(frame["media_url"].replace(seller.id, stranger.id))

    assert sent.status_code == 200
    assert [picture.status_code for picture in pictures] == [200, 200]
    assert Image.open(io.BytesIO(pictures[0].content)).size == (8, 8)
    assert foreign.status_code == 404


async def test_every_frame_is_as_documented(house, people):
    """Both ways, and of every type."""
    ann, ben = people
    chat = ann.begin(ben)
    heard: list[dict[str, Any]] = []
    said: list[dict[str, Any]] = []

    async def say(socket: Phone, **frame: Any) -> None:
        said.append(frame)
        await socket.socket.send(json.dumps(frame))

    async with ann.socket() as hers, ben.socket() as his:
        heard += [*await hers.greeting(), *await his.greeting()]
        nulls = {"sender_id": None, "message_type": None, "media_url": None, "timestamp": None}
        await say(hers, type="typing", conversation_id=chat, content=None, **nulls)
        await say(hers, type="message", conversation_id=chat, content="1", **nulls)
        await say(hers, type="message", conversation_id=chat, content="2", client_id="temp_2", **nulls)
        await say(hers, type="message", conversation_id=chat, content="", **nulls)
        heard += await his.settled()
        await say(his, type="message:delivered", conversation_id=chat, content="1763658000123", **nulls)
        heard += await hers.settled()
        [first] = [frame for frame in heard if frame["type"] == "message" and frame["content"] == "1"]
        await say(his, type="read_receipt", conversation_id=chat, content=first["id"], **nulls)
        await say(his, type="messages:seen", conversation_id=chat, content=None, **nulls)
        await say(his, type="unread:get", conversation_id="", content=None, **nulls)
        house.call("tests.inbox_world.tell", [ann.id], 1)
        heard += [*await hers.settled(), *await his.settled()]
        await hers.say("message", chat, "3")
        await his.say("message:delivered", chat, None)
        heard += await hers.settled()

    assert [fault for frame in heard for fault in faults("tellChatApp", frame)] == []
    assert [fault for frame in said for fault in faults("hearChatApp", frame)] == []
    assert {frame["type"] for frame in heard} == set(validators("tellChatApp"))
    assert {frame["type"] for frame in said} == set(validators("hearChatApp"))
