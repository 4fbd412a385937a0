"""What a client tells others who are here now: no row, no second chance."""

import pytest

from realtime.conf import limits
from tests.sockets import Phone


async def knock(phone, **data):
    await phone.send(type="signal", signal="sample.knock", data=data)


async def said_until_now(phone):
    """All signals before the answer to a ping, which comes after what was written before."""
    await phone.send(type="ping", id="until now")
    frames = []
    while (frame := await phone.receive())["type"] != "pong":
        frames.append(frame)
    return frames


async def test_the_others_hear_a_signal_and_who_sent_it_does_not(web, people, share):
    ann, ben, stranger = people(3)
    counter = share(ann, ben)
    async with Phone(web, ann["token"]) as hers, Phone(web, ben["token"]) as his, Phone(web, stranger["token"]) as away:
        for phone in (hers, his, away):
            await phone.hello()
        await hers.send(type="signal", id="1", signal="sample.knock", data={"counter": counter})
        heard = await his.next("signal")
        answer = await hers.next("reply", "signal")

        assert (heard["signal"], heard["data"]) == ("sample.knocked", {"by": ann["id"]})
        assert (answer["type"], answer["ok"], answer["data"]) == ("reply", True, {})
        assert [frame["type"] for frame in await said_until_now(away)] == ["live"]


BAD = {
    "no name": ({}, "invalid"),
    "an unknown name": ({"signal": "sample.nothing"}, "bad_frame"),
    "a name that is no text": ({"signal": ["sample.knock"]}, "invalid"),
    "data that is no object": ({"signal": "sample.knock", "data": [1]}, "invalid"),
    "data that makes no sense": ({"signal": "sample.knock", "data": {"counter": "x"}}, "invalid"),
    "no data": ({"signal": "sample.knock"}, "invalid"),
    "something foreign": ({"signal": "sample.knock", "data": {"counter": 999_999}}, "not_a_member"),
}


@pytest.mark.parametrize(("fields", "code"), BAD.values(), ids=BAD)
async def test_a_bad_signal_is_refused_by_reply_or_error_and_the_socket_lives(web, person, fields, code):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.send(type="signal", **fields)
        error = await phone.next("error")
        await phone.send(type="signal", id="1", **fields)
        reply = await phone.next("reply")
        await said_until_now(phone)

    assert error["code"] == code
    assert (reply["id"], reply["ok"], reply["error"]["code"]) == ("1", False, code)


async def test_what_is_too_much_is_dropped_without_a_word(web, people, share):
    ann, ben = people(2)
    counter = share(ann, ben)
    async with Phone(web, ann["token"]) as hers, Phone(web, ben["token"]) as his:
        await hers.hello()
        await his.hello()
        for _ in range(10 * limits.signals_per_second):
            await knock(hers, counter=counter)
        assert "error" not in {frame["type"] for frame in await said_until_now(hers)}
        await hers.command("sample.wave", to=ben["id"])
        heard = 0
        while (await his.next("signal"))["signal"] != "sample.waved":
            heard += 1

    assert limits.signals_per_second <= heard < 10 * limits.signals_per_second
