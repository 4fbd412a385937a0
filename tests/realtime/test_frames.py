"""Frames that should not be: a clear answer each, never a dead process, and a limit to patience."""

import pytest

from tests.sockets import Phone

BAD_TEXTS = {
    "not JSON": "hello?",
    "empty": "",
    "cut short": '{"type":"ack",',
    "a list": "[1,2,3]",
    "a number": "7",
    "null": "null",
    "no type": '{"offset":1}',
    "a type that is no text": '{"type":7}',
    "half of a surrogate pair": '{"type":"command","id":"1","name":"sample.write","data":{"text":"\\ud800"}}',
    "not a number": '{"type":"ack","offset":NaN}',
    "deeply nested": "[" * 60_000,
    "an object nested deeply": '{"type":' * 8000,
    "an id that is no text": '{"type":"ping","id":{"a":1}}',
    "an id without end": '{"type":"ping","id":"' + "x" * 100 + '"}',
    "an offset that is no number": '{"type":"ack","offset":"1"}',
    "an offset that is true": '{"type":"ack","offset":true}',
    "a negative offset": '{"type":"ack","offset":-1}',
    "an offset that was never sent": '{"type":"ack","offset":999999}',
    "an endless number": '{"type":"ack","offset":' + "9" * 5000 + "}",
    "a state that is none": '{"type":"state","foreground":"yes"}',
    "an answer to no ping": '{"type":"pong","offset":1.5}',
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
async def test_a_bad_frame_gets_an_error_and_the_socket_lives(web, person, text):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.socket.send(text)
        error = await phone.next("error")
        await phone.send(type="ping", id="alive")
        pong = await phone.next("pong")

    assert error["code"] in {"bad_frame", "invalid"}
    assert pong["id"] == "alive"


BAD_COMMANDS = {
    "an id that is no UUID": {"id": "7", "name": "sample.add", "data": {}},
    "an id that is no UUIDv7": {"id": "6f1c0a52-9b5e-4f6e-8f3a-2d1c0b9a8f7e", "name": "sample.add", "data": {}},
    "no name": {"id": "0199f0a0-0000-7000-8000-000000000001"},
    "data that is no object": {"id": "0199f0a0-0000-7000-8000-000000000001", "name": "sample.add", "data": [1]},
    "an end that is no time": {"id": "0199f0a0-0000-7000-8000-000000000001", "name": "x", "expires_at": "soon"},
}


@pytest.mark.parametrize("command", BAD_COMMANDS.values(), ids=BAD_COMMANDS)
async def test_a_bad_command_is_refused_by_reply(web, person, command):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.send(type="command", **command)
        reply = await phone.next("reply")

    assert (reply["id"], reply["ok"], reply["error"]["code"]) == (command["id"], False, "invalid")
    assert reply["error"]["temporary"] is False


async def test_binary_frames_are_refused(web, person):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.socket.send(b'{"type":"ping"}')

        assert (await phone.next("error"))["code"] == "bad_frame"


async def test_an_unknown_type_is_ignored_unless_it_waits_for_an_answer(web, person):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.send(type="teleport")
        await phone.send(type="teleport", id="7")
        reply = await phone.next("reply", "error")

    assert (reply["type"], reply["id"], reply["error"]["code"]) == ("reply", "7", "bad_frame")


async def test_a_frame_too_big_ends_the_conversation(web_of_each_server, person):
    async with Phone(web_of_each_server, person["token"]) as phone:
        await phone.hello()
        await phone.socket.send('{"type":"ping","pad":"' + "x" * 70_000 + '"}')
        error = await phone.next("error")
        code = await phone.close_code()

    assert (error["code"], code) == ("frame_too_big", 4413)


async def test_a_frame_far_too_big_does_not_hurt_the_server(web_of_each_server, person):
    async with Phone(web_of_each_server, person["token"]) as phone:
        await phone.hello()
        await phone.socket.send("x" * 2_000_000)
        # Too big for the message; or the connection was cut while the rest was still on its way.
        assert await phone.close_code() in {1009, 1006}
    async with Phone(web_of_each_server, person["token"]) as phone:
        assert (await phone.hello())["type"] == "welcome"


async def test_bad_frames_without_end_are_abuse(web, person):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        for _ in range(30):
            await phone.socket.send("nonsense")

        assert await phone.close_code() == 4429
