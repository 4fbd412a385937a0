"""Commands: once per id, in order, until there is an answer."""

import asyncio
from datetime import datetime, timedelta

from conformance.commands import Given, made_at
from conformance.running import scenario
from conformance.stage import LIMITS, Stage
from conformance.verdict import check


async def answered_in_order(stage: Stage, numbers: list[int]) -> list[Given]:
    """Each is given in this order, and done."""
    found = []
    for _ in numbers:
        given = await stage.given()
        await given.done()
        found.append(given)
    order = [given.number for given in found]
    check(order == numbers, f"commands came as {order}, and were given as {numbers}")
    return found


async def none_waits(stage: Stage) -> None:
    await stage.shows("an empty queue", lambda report: report.queue == [])


async def same_command(stage: Stage, before: Given) -> Given:
    again = await stage.given()
    for part in ("id", "name", "data"):
        check(again.frame[part] == before.frame[part], f"sent again as {again.frame}, and before as {before.frame}")
    return again


@scenario(10, time_factor=1)
async def ids_are_made_by_the_servers_clock(stage: Stage) -> None:
    for ahead in (timedelta(hours=3), timedelta(hours=-3)):
        stage.clock_ahead = ahead
        socket = await stage.live()
        await stage.command(1)
        given = await stage.given()
        off = abs(made_at(given.id) - stage.clock())
        check(off < timedelta(minutes=1), f"with a server {ahead} ahead the id {given.id} was made {off} off its clock")
        await given.done()
        await none_waits(stage)
        await stage.do("kill")
        await socket.closed_by_client()


@scenario(10)
async def commands_wait_for_welcome(stage: Stage) -> None:
    await stage.open()
    socket = await stage.socket()
    await stage.command(1)
    await socket.stays_silent(0.3, "command")
    check(stage.commands.empty(), "it sent a command before it could know the limits")
    await socket.catch_up()

    await (await stage.given()).done()
    await none_waits(stage)


@scenario(10)
async def an_answer_ends_a_command(stage: Stage) -> None:
    await stage.live()
    id = await stage.command(1)
    given = await stage.given()
    check(given.id == id, f"it calls the command {id}, and sent {given.id}")
    waiting = await stage.report()
    check(waiting.queue == [id], f"its queue is {waiting.queue}, and {id} has no answer")
    await given.done(data={"count": 1})

    report = await stage.shows("the answer", lambda report: id in report.answers)
    check(report.answers[id] == {"ok": True, "data": {"count": 1}}, f"it shows {report.answers[id]}")
    await none_waits(stage)
    await asyncio.sleep(0.3)
    check(stage.commands.empty(), "it sent a command again that was answered")


@scenario(10)
async def a_lost_answer_is_asked_for_with_the_same_id(stage: Stage) -> None:
    await stage.live()
    await stage.command(1)
    first = await stage.given()
    await first.lost()
    socket = await stage.socket()
    await socket.catch_up()
    again = await same_command(stage, first)
    await again.done(replayed=True)

    await none_waits(stage)


@scenario(10, time_factor=1)
async def a_command_survives_a_kill_with_its_id(stage: Stage) -> None:
    await stage.live()
    id = await stage.command(1)
    first = await stage.given()
    await stage.do("kill")
    await stage.open()
    await (await stage.socket()).catch_up()
    again = await same_command(stage, first)
    check(again.id == id, f"the command was {id}, and is {again.id}")
    await again.done(replayed=True)
    await none_waits(stage)

    await stage.do("kill")
    await stage.open()
    await (await stage.socket()).catch_up()
    await asyncio.sleep(0.3)
    check(stage.commands.empty(), "after another kill it sent a command that was answered")


@scenario(10, time_factor=1)
async def what_was_commanded_offline_is_sent_in_order_after_a_kill(stage: Stage) -> None:
    socket = await stage.live()
    await stage.do("offline")
    ids = [await stage.command(number) for number in (1, 2, 3)]
    await stage.do("kill")
    await socket.closed_by_client()
    await stage.open()
    ids += [await stage.command(number) for number in (4, 5)]
    await stage.shows("five commands in its queue", lambda report: len(report.queue) == 5)
    await (await stage.socket()).catch_up()
    found = await answered_in_order(stage, [1, 2, 3, 4, 5])

    check([given.id for given in found] == ids, "the ids are others than those it had shown")
    await none_waits(stage)


@scenario(8, time_factor=1)
async def what_is_refused_for_now_is_sent_again_after_retry_after_ms(stage: Stage) -> None:
    await stage.live()
    await stage.command(1)
    first = await stage.given()
    await first.refused("rate_limited", temporary=True, retry_after_ms=1500)
    refused = stage.now()
    waiting = await stage.report()
    check(waiting.queue == [first.id], "it gave up a command that was refused for now")
    again = await same_command(stage, first)
    waited = again.at - refused
    check(waited >= 1.45, f"told to wait 1500 ms, it came after {waited:.2f} s")
    check(waited <= 1.5 + 2 + stage.slack, f"told to wait 1500 ms, it came after {waited:.2f} s")
    await again.refused("a_code_from_the_future", temporary=True)
    last = await same_command(stage, first)
    await last.done()

    await none_waits(stage)


@scenario(10)
async def a_refusal_is_final_and_shown(stage: Stage) -> None:
    await stage.live()
    id = await stage.command(1)
    given = await stage.given()
    await given.refused("shift_taken")
    report = await stage.shows("the refusal", lambda report: id in report.answers)
    answer = report.answers[id]
    check(not answer["ok"] and answer["error"]["code"] == "shift_taken", f"it shows {answer}")
    await none_waits(stage)

    await asyncio.sleep(0.5)
    check(stage.commands.empty(), "it sent a command again that was refused for good")


@scenario(13)
async def a_refusal_that_nobody_knows_is_final_where_it_is_not_temporary(stage: Stage) -> None:
    await stage.live()
    id = await stage.command(1)
    await (await stage.given()).refused("a_code_from_the_future", a_field_from_the_future=1)

    await stage.shows("the refusal", lambda report: id in report.answers and not report.answers[id]["ok"])
    await none_waits(stage)


@scenario(10)
async def expires_at_goes_along(stage: Stage) -> None:
    await stage.live()
    expires_at = stage.clock() + timedelta(hours=1)
    await stage.command(1, expires_at=expires_at.isoformat())
    first = await stage.given()
    await first.lost()
    await (await stage.socket()).catch_up()
    again = await same_command(stage, first)
    for given in (first, again):
        said = str(given.frame.get("expires_at", ""))
        check(
            bool(said) and abs(datetime.fromisoformat(said) - expires_at) < timedelta(seconds=1),
            f"expires_at became {said}",
        )
    await again.refused("expired")

    await none_waits(stage)


@scenario(10)
async def a_long_queue_is_paced(stage: Stage) -> None:
    socket = await stage.live()
    await stage.do("offline")
    numbers = list(range(12))
    for number in numbers:
        await stage.command(number)
    await socket.close(1006)
    await stage.do("online")
    socket = await stage.socket()
    await socket.welcome(limits={**LIMITS, "commands_burst": 4})
    await socket.send(socket.live())
    order: list[int] = []
    while len(order) < len(numbers):
        first = await stage.given()
        await asyncio.sleep(0.15)
        under_way = [first]
        while not stage.commands.empty():
            under_way.append(stage.commands.get_nowait())
        by_socket = [given for given in under_way if given.socket]
        check(len(by_socket) <= 4, f"{len(by_socket)} commands were under way where commands_burst is 4")
        for given in under_way:
            order.append(given.number)
            await given.done()

    check(order == numbers, f"commands came as {order}")
    await none_waits(stage)
