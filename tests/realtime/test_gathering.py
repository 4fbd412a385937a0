"""What arrives while others are being committed goes next, together; over real sockets, too."""

import asyncio
import threading
from contextlib import AsyncExitStack

import pytest
from uuid_utils.compat import uuid7

from realtime.conf import limits
from realtime.gathering import LANES, Gatherer
from tests.sockets import Phone


class Workshop:
    """Carries out numbers: a negative one is refused, 0 is a defect. While it is shut, whoever asks waits."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.is_begun = threading.Event()
        self.is_open = threading.Event()
        self.is_open.set()

    def carry_out_all(self, numbers: list[int]) -> list[int | Exception]:
        self.lots.append(numbers)
        self.is_begun.set()
        assert self.is_open.wait(20)
        return [100 // number if number >= 0 else ValueError(number) for number in numbers]

    async def shut(self, gatherer: Gatherer[int, int]) -> asyncio.Future[int]:
        """With 1 inside."""
        self.is_open.clear()
        inside = gatherer.carry_out(1)
        assert await asyncio.to_thread(self.is_begun.wait, 20)
        return inside


@pytest.fixture
def workshop():
    return Workshop()


@pytest.fixture
def gatherer(workshop):
    return Gatherer(workshop.carry_out_all, about=lambda asked: 0)


async def test_what_comes_at_once_goes_together(workshop, gatherer):
    answers = await asyncio.gather(*(gatherer.carry_out(number) for number in (1, 2, 5)))

    assert answers == [100, 50, 20]
    assert workshop.lots == [[1, 2, 5]]


async def test_what_comes_meanwhile_goes_next(workshop, gatherer):
    inside = await workshop.shut(gatherer)
    waiting = [gatherer.carry_out(number) for number in (2, 4, 5)]
    await asyncio.sleep(0)
    assert not any(one.done() for one in (inside, *waiting))
    workshop.is_open.set()

    assert await asyncio.gather(inside, *waiting) == [100, 50, 25, 20]
    assert workshop.lots == [[1], [2, 4, 5]]


async def test_a_lot_has_an_end_and_keeps_the_order(workshop, gatherer):
    inside = await workshop.shut(gatherer)
    numbers = list(range(1, 2 * limits.batch + 2))
    waiting = [gatherer.carry_out(number) for number in numbers]
    workshop.is_open.set()
    await asyncio.gather(inside, *waiting)

    assert [len(lot) for lot in workshop.lots] == [1, limits.batch, limits.batch, 1]
    assert [number for lot in workshop.lots[1:] for number in lot] == numbers


async def test_what_is_about_something_else_is_not_held_up(workshop):
    by_parity = Gatherer(workshop.carry_out_all, about=lambda number: number % LANES)
    inside = await workshop.shut(by_parity)
    workshop.is_begun.clear()
    same, other = by_parity.carry_out(5), by_parity.carry_out(2)

    assert await asyncio.to_thread(workshop.is_begun.wait, 20)
    assert workshop.lots == [[1], [2]]
    workshop.is_open.set()
    assert await asyncio.gather(inside, same, other) == [100, 20, 50]


async def test_after_a_rest_it_begins_anew(workshop, gatherer):
    assert await gatherer.carry_out(1) == 100
    await asyncio.sleep(0.01)
    assert await gatherer.carry_out(2) == 50
    assert workshop.lots == [[1], [2]]


async def test_a_refusal_is_raised_to_whom_it_is_due(workshop, gatherer):
    answers = await asyncio.gather(*(gatherer.carry_out(n) for n in (1, -2, 4)), return_exceptions=True)

    assert [answers[0], type(answers[1]), answers[2]] == [100, ValueError, 25]
    assert workshop.lots == [[1, -2, 4]]


async def test_a_defect_is_raised_to_whom_it_is_due_and_the_others_are_carried_out(workshop, gatherer):
    answers = await asyncio.gather(*(gatherer.carry_out(n) for n in (1, 0, 4)), return_exceptions=True)

    assert [answers[0], type(answers[1]), answers[2]] == [100, ZeroDivisionError, 25]
    assert workshop.lots == [[1, 0, 4], [1], [0], [4]]
    assert await gatherer.carry_out(5) == 20


async def test_who_has_gone_does_not_keep_the_others_waiting(workshop, gatherer):
    inside = await workshop.shut(gatherer)
    gone, here = gatherer.carry_out(2), gatherer.carry_out(4)
    gone.cancel()
    inside.cancel()
    workshop.is_open.set()

    assert await here == 25
    assert workshop.lots == [[1], [2, 4]]


# Over real sockets


async def test_replies_come_in_order_and_after_the_commit(house, web, person, share):
    counter = share(person)
    ids = [uuid7() for _ in range(20)]
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        for place, id in enumerate(ids):
            name = "sample.add" if place == 10 else "sample.tally"
            await phone.send(type="command", id=id, name=name, data={"counter": counter})
        replies = [await phone.next("reply") for _ in ids]
        status, view = web.get("/api/sync?kinds=sample.counter", person["token"])

    assert [reply["id"] for reply in replies] == [str(id) for id in ids]
    assert [reply["data"]["total"] for reply in replies] == list(range(1, 21))
    assert (status, view["view"]["sample.counter"][str(counter)]["total"]) == (200, 20)


async def test_one_of_many_that_is_refused_does_not_trouble_the_others(web, people, share):
    ann, ben = people(2)
    counter, foreign = share(ann), share(ben)
    said = [
        {"counter": counter},
        {"counter": foreign},
        {"counter": counter, "trouble": "not now"},
        {"counter": counter, "amount": 10},
    ]
    async with Phone(web, ann["token"]) as phone:
        await phone.hello()
        for data in said:
            await phone.send(type="command", id=uuid7(), name="sample.tally", data=data)
        replies = [await phone.next("reply") for _ in said]

    assert [reply.get("data", {}).get("total") or reply["error"]["code"] for reply in replies] == [
        1,
        "not_a_member",
        "not_now",
        11,
    ]
    assert [reply["error"]["temporary"] for reply in replies if not reply["ok"]] == [False, True]


async def test_many_sockets_are_answered_each_its_own(house, web, people, share):
    everyone = people(8)
    counter = share(*everyone)
    async with AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(Phone(web, person["token"])) for person in everyone]
        for phone in phones:
            await phone.hello()
        totals = await asyncio.gather(*(_tally_often(phone, counter, 10) for phone in phones))

    assert all(mine == sorted(mine) for mine in totals)
    assert sorted(total for mine in totals for total in mine) == list(range(1, 81))


async def _tally_often(phone: Phone, counter: int, times: int) -> list[int]:
    ids = [uuid7() for _ in range(times)]
    for id in ids:
        await phone.send(type="command", id=id, name="sample.tally", data={"counter": counter})
    replies = [await phone.next("reply") for _ in ids]
    assert [reply["id"] for reply in replies] == [str(id) for id in ids]
    return [reply["data"]["total"] for reply in replies]
