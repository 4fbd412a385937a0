"""Several tabs of one person: they share a store and a queue, and each has a socket. Plays for the conformance kit."""

import asyncio
from typing import Any

from conformance.sockets import Socket
from conformance.stage import NOTE, Stage
from conformance.verdict import check


async def two_tabs(stage: Stage) -> tuple[Socket, Socket]:
    first = await stage.live()
    second = await stage.live()
    return first, second


async def choose(stage: Stage, tab: int) -> None:
    await stage.do("choose", tab=tab)


async def shown(stage: Stage) -> list[Any]:
    return list((await stage.do("shown", kind=NOTE))["objects"])


async def one_tab_sends_the_commands_of_all(stage: Stage) -> None:
    first, _ = await two_tabs(stage)
    ids = []
    for tab in (1, 0, 1):
        await choose(stage, tab)
        ids.append(await stage.command(len(ids)))
    given = []
    for _ in ids:
        given.append(await stage.given())
        await given[-1].done()

    check([one.id for one in given] == ids, f"given as {ids}, they came as {[one.id for one in given]}")
    check({one.socket for one in given} == {first}, "both tabs sent commands")
    for tab, answered in ((1, {ids[0], ids[2]}), (0, {ids[1]})):
        await choose(stage, tab)
        await stage.shows("the answers", lambda report, ids=answered: report.answers.keys() == ids)
        await stage.shows("an empty queue", lambda report: report.queue == [])
    await asyncio.sleep(0.2)
    check(stage.commands.empty(), "a command was sent twice")


async def the_other_tab_shows_what_was_done_and_what_came_of_it(stage: Stage) -> None:
    sockets = await two_tabs(stage)
    await choose(stage, 1)
    await stage.do("command", name="kit.count", data={"number": 1}, echo=[{"kind": NOTE, "key": "1", "data": {"n": 1}}])
    given = await stage.given()
    for tab in (0, 1):
        await choose(stage, tab)
        await stage.shows("the command", lambda report, id=given.id: report.queue == [id])
        check(await shown(stage) == [{"n": 1}], f"tab {tab} shows {await shown(stage)}")
    event = stage.happens("1", {"n": 2}, command=given.id)
    for socket in sockets:
        await socket.send(event)
    await given.done()
    for tab in (0, 1):
        await choose(stage, tab)
        await stage.shows_the_truth()
        await stage.shows("an empty queue", lambda report: report.queue == [])
        check(await shown(stage) == [{"n": 2}], f"tab {tab} shows {await shown(stage)}")


async def when_the_tab_that_sends_dies_another_sends_the_same_again(stage: Stage) -> None:
    _, second = await two_tabs(stage)
    await choose(stage, 1)
    id = await stage.command(1)
    lost = await stage.given()
    await choose(stage, 0)
    await stage.do("kill")
    again = await stage.given()
    check(again.id == lost.id == id, f"the command {id} was sent as {lost.id}, and again as {again.id}")
    check(again.socket is second, "it did not come from the tab that is left")
    await again.done(replayed=True)

    await choose(stage, 0)
    await stage.shows("the answer", lambda report: id in report.answers)
    await stage.shows("an empty queue", lambda report: report.queue == [])


async def tabs_store_one_view(stage: Stage) -> None:
    first, second = await two_tabs(stage)
    for number in range(5):
        event = stage.happens(str(number % 2), {"n": number})
        for socket in (first, second) if number % 2 else (second, first):
            await socket.send(event)
    late = stage.happens("late", {"n": "late"})
    await first.acknowledged(5)
    await second.send(late)
    await second.acknowledged(6)
    for _ in range(2):
        await choose(stage, 0)
        await stage.do("kill")

    await stage.open()
    resume = (await stage.socket()).hello["resume"]
    check(resume["offset"] == 6, f"after both died it resumed at {resume}")
    await stage.shows_the_truth()


PLAYS = (
    one_tab_sends_the_commands_of_all,
    the_other_tab_shows_what_was_done_and_what_came_of_it,
    when_the_tab_that_sends_dies_another_sends_the_same_again,
    tabs_store_one_view,
)
