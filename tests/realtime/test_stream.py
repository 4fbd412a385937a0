"""The stream over real sockets: /ws as docs/protocol.md says it."""

import pytest

from tests.house import House, Web
from tests.sockets import Phone


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def web(house: House, request: pytest.FixtureRequest) -> Web:
    return house.web(server=request.param)


async def test_an_event_reaches_its_reader_at_the_next_offset(house: House, web: Web):
    [reader] = house.call("tests.people.sign_up", 1)
    async with Phone(web, reader["token"]) as phone:
        welcome = await phone.hello()
        house.call("tests.sample.services.share_counter", [reader["id"]], "hello")
        event = await phone.next("event")

    assert (welcome["head"], welcome["resumed"]) == (0, False)
    assert event["offset"] == 1
    assert event["event"] == "sample.counter_shared"
    assert event["data"] == {"id": int(event["key"]), "total": 0, "text": "hello", "mine": 0}


async def test_what_was_missed_is_replayed_after_a_reconnect(house: House, web: Web):
    [reader] = house.call("tests.people.sign_up", 1)
    async with Phone(web, reader["token"]) as phone:
        await phone.hello()
        position = phone.position
    for number in range(3):
        house.call("tests.sample.services.share_counter", [reader["id"]], str(number))
    async with Phone(web, reader["token"]) as phone:
        welcome = await phone.hello(resume=position)
        events = [await phone.next("event") for _ in range(3)]
        live = await phone.next("live")

    assert (welcome["resumed"], welcome["head"]) == (True, 3)
    assert [event["offset"] for event in events] == [1, 2, 3]
    assert [event["data"]["text"] for event in events] == ["0", "1", "2"]
    assert live["offset"] == 3
