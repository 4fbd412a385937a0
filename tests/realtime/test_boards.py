"""Boards show the latest value: skipping is allowed, an older one is not."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from tests.house import House, Street, Web
from tests.sockets import Phone
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    """With a worker, since boards are rendered by one, and no rest between renderings."""
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], REALTIME_BOARD_SECONDS="0.2") as house:
        house.worker()
        house.beat()
        yield house


@pytest.fixture(scope="module")
def web(house: House) -> Web:
    return house.web()


def shown(before: Any, frame: dict[str, Any]) -> Any:
    """What a client shows after a board frame."""
    if "base" not in frame:
        return frame["data"]
    return {**{key: value for key, value in before.items() if key not in frame["del"]}, **frame["set"]}


async def test_a_watcher_is_shown_the_board_and_then_its_changes(web, person, share, add):
    counter = share(person)
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.send(type="subscribe", id="1", board=f"sample.counter:{counter}")
        reply, first = await phone.next("reply"), await phone.next("board")
        add(counter, person, 3)
        second = await phone.next("board")

    assert (reply["ok"], first["data"]) == (True, {"total": 0})
    assert second["version"] > first["version"]
    assert shown(first["data"], second) == {"total": 3}


async def test_a_watcher_ends_with_the_latest_value_however_many_changes_there_were(web, house, person, share):
    counter = share(person)
    board, versions = None, []
    async with Phone(web, person["token"]) as phone:
        await phone.hello(boards=[f"sample.counter:{counter}"])
        house.call("tests.sample.services.add_often", counter, person["id"], 100)
        while board != {"total": 100}:
            frame = await phone.next("board")
            board = shown(board, frame)
            versions.append(frame["version"])

    assert versions == sorted(set(versions))
    assert len(versions) < 50


async def test_what_changes_while_a_board_rests_is_shown_when_it_has_rested(street, closing):
    """By the ring alone: nobody sweeps here."""
    redis = os.environ["REDIS_URL"]
    house = closing.enter_context(street.house("postgresql", redis_url=redis, REALTIME_BOARD_SECONDS="1"))
    house.worker()
    [person] = house.call("tests.people.sign_up", 1)
    counter = house.call("tests.sample.services.share", [person["id"]], "")
    wait_for(lambda: house.call("tests.outbox_world.workers") == 1)
    async with Phone(house.web(), person["token"]) as phone:
        await phone.hello(boards=[f"sample.counter:{counter}"])
        board = (await phone.next("board"))["data"]
        for _ in range(3):
            house.call("tests.sample.services.add_often", counter, person["id"], 5)
        while board != {"total": 15}:
            board = shown(board, await phone.next("board"))

    assert board == {"total": 15}


async def test_a_large_board_is_sent_as_what_changed(web, house, people, share, add):
    ann, ben = people(2)
    counters = [share(ann, ben) for _ in range(20)]
    async with Phone(web, ann["token"]) as phone:
        await phone.hello(boards=["sample.totals"])
        board = (await phone.next("board"))["data"]
        add(counters[7], ben, 5)
        while board.get(str(counters[7])) != 5:
            frame = await phone.next("board")
            board = shown(board, frame)

    assert "base" in frame
    assert set(board) >= {str(counter) for counter in counters}


async def test_a_watcher_that_knows_the_latest_version_is_not_told_again(web, person, share):
    counter = share(person)
    async with Phone(web, person["token"]) as phone:
        await phone.hello(boards=[f"sample.counter:{counter}"])
        version = (await phone.next("board"))["version"]
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.send(type="subscribe", id="1", board=f"sample.counter:{counter}", version=version)
        reply = await phone.next("reply")
        rest = [frame for frame in await phone.silence(1) if frame["type"] == "board"]

    assert (reply["data"]["version"], rest) == (version, [])


async def test_a_board_of_others_is_none_of_yours(web, people, share):
    ann, ben = people(2)
    counter = share(ann)
    async with Phone(web, ben["token"]) as phone:
        await phone.hello(boards=[f"sample.counter:{counter}"])
        at_hello = await phone.next("board")
        codes = []
        for name in (f"sample.counter:{counter}", "sample.counter:x", "sample.counter", "no.such.board", "x" * 121, ""):
            await phone.send(type="subscribe", id="1", board=name)
            codes.append((await phone.next("reply"))["error"]["code"])

    assert at_hello["error"]["code"] == "unknown_board"
    assert codes == ["unknown_board"] * 4 + ["invalid"] * 2


async def test_who_loses_the_right_to_a_board_loses_the_board(web, house, people, share, add):
    ann, ben = people(2)
    counter = share(ann, ben)
    async with Phone(web, ben["token"]) as phone:
        await phone.hello(boards=[f"sample.counter:{counter}"])
        await phone.next("board")
        house.call("tests.sample.services.leave", counter, ben["id"])
        barred = await phone.next("board")
        add(counter, ann)
        after = [frame for frame in await phone.silence(2) if frame["type"] == "board"]

    assert (barred["error"]["code"], after) == ("forbidden", [])


async def test_an_unsubscribed_board_is_silent(web, house, person, share, add):
    counter = share(person)
    async with Phone(web, person["token"]) as phone:
        await phone.hello(boards=[f"sample.counter:{counter}"])
        await phone.next("board")
        await phone.send(type="unsubscribe", id="1", board=f"sample.counter:{counter}")
        reply = await phone.next("reply")
        add(counter, person)
        after = [frame for frame in await phone.silence(2) if frame["type"] == "board"]

    assert (reply["ok"], after) == (True, [])


async def test_there_is_a_limit_to_the_boards_of_a_socket(house, person, share):
    web = house.web(REALTIME_BOARDS="2")
    counters = [share(person) for _ in range(3)]
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        replies = []
        for counter in counters:
            await phone.send(type="subscribe", id="1", board=f"sample.counter:{counter}")
            replies.append(await phone.next("reply"))

    assert [reply["ok"] for reply in replies] == [True, True, False]
    assert replies[2]["error"]["code"] == "too_many_boards"


async def test_a_board_that_cannot_be_computed_says_so_and_comes_back(street, closing):
    house = closing.enter_context(street.house("postgresql", LOG_LEVEL="CRITICAL", REALTIME_BOARD_SECONDS="0"))
    [person] = house.call("tests.people.sign_up", 1)
    counter = house.call("tests.sample.services.share", [person["id"]], "uncomputable")
    house.call("realtime.rendering.render", "sample.totals")
    web = house.web()
    async with Phone(web, person["token"]) as phone:
        await phone.hello(boards=["sample.totals"])
        broken = await phone.next("board")
        house.call("tests.sample.services.rename", counter, "fine")
        house.call("realtime.rendering.render", "sample.totals")
        mended = await phone.next("board")

    assert broken["error"]["code"] == "board_unavailable"
    assert mended["data"] == {str(counter): 0}


async def test_a_signal_reaches_live_sockets_only(web, people):
    ann, ben = people(2)
    async with Phone(web, ann["token"]) as anns:
        await anns.hello()
        async with Phone(web, ben["token"]) as bens:
            await bens.hello()
            await anns.command("sample.wave", to=ben["id"])
            signal = await bens.next("signal")
        await anns.command("sample.wave", to=ben["id"])
        await anns.send(type="command", id=uuid7(), name="sample.wave", data={"to": ann["id"]})
        await anns.next("signal")  # what was said before has been said by now
    async with Phone(web, ben["token"]) as bens:
        await bens.hello(resume=("x", 0))
        later = [frame for frame in await bens.silence(0.5) if frame["type"] == "signal"]

    assert (signal["signal"], signal["data"]) == ("sample.waved", {"from": ann["id"]})
    assert later == []
