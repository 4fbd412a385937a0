"""Is anybody there? And what is shown when nobody is."""

import asyncio
import contextlib

from conformance.running import scenario
from conformance.stage import Stage
from conformance.verdict import Failed, check

STALE_SECONDS = 5


@scenario(6)
async def a_ping_is_answered_with_the_offset(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"n": 1}))
    await socket.acknowledged(1)
    await socket.send({"type": "ping", "head": 1})

    pong = await socket.next("pong")
    check(pong.get("offset", 1) == 1, f"its pong says {pong}")


@scenario(6, time_factor=1)
async def a_pong_claims_no_more_than_is_stored(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(*(stage.happens(str(n), {"n": n}) for n in range(20)), {"type": "ping", "head": 20})
    pong = await socket.next("pong")
    await stage.do("kill")
    await stage.open()

    resume = (await stage.socket()).hello["resume"]
    check(resume["offset"] >= pong.get("offset", 0), f"its pong said {pong}, and after a kill it resumed at {resume}")


@scenario(6, time_factor=0.04)
async def sixty_seconds_of_silence_lead_to_another_connection(stage: Stage) -> None:
    socket = await stage.live()
    socket.answers_pings = False
    began = stage.now()
    again = await stage.socket(patience=stage.scaled(90) + stage.patience)

    gives_up_within_a_minute(stage, began)
    check(again.hello["resume"]["offset"] == stage.head, "it came without its position")


@scenario(6, time_factor=0.04)
async def a_welcome_that_never_comes_is_given_up(stage: Stage) -> None:
    await stage.open()
    await stage.socket()
    began = stage.now()
    await stage.socket(patience=stage.scaled(90) + stage.patience)

    gives_up_within_a_minute(stage, began)


@scenario(6, time_factor=0.05)
async def pings_are_no_silence(stage: Stage) -> None:
    socket = await stage.live()
    for _ in range(4):
        await asyncio.sleep(stage.scaled(25))
        await socket.send({"type": "ping", "head": 0})
        await socket.next("pong")

    check(socket.is_open, "it left a server that spoke every 25 seconds")
    check(stage.sockets.empty(), "it opened another socket beside one that works")


@scenario(6, time_factor=0.04)
async def who_stays_below_the_head_reconnects(stage: Stage) -> None:
    socket = await stage.live()
    stage.happens("1", {"n": 1})  # and it never arrives
    until = stage.now() + stage.scaled(60) + stage.patience
    while stage.sockets.empty() and stage.now() < until and socket.is_open:
        with contextlib.suppress(Failed):  # it has left just now
            await socket.send({"type": "ping", "head": 1})
        await asyncio.sleep(stage.scaled(10))
    check(stage.now() < until, "it stays where the head is above it, and nothing comes")
    await stage.live_again()

    await stage.shows_the_truth()


@scenario(14, time_factor=1)
async def a_lost_server_shows_within_5_seconds(stage: Stage) -> None:
    socket = await stage.live()
    stage.lets_sockets_in = False
    for route in ("GET /api/stream", "GET /api/sync"):
        stage.instead[route] = stage.never
    await socket.close(1006)

    await stage.shows("that it is stale", lambda report: report.state == "stale", patience=STALE_SECONDS)


@scenario(14, time_factor=0.2)
async def a_lost_network_shows_within_5_seconds_and_heals(stage: Stage) -> None:
    socket = await stage.live()
    socket.answers_pings = False
    await stage.do("offline")
    await stage.shows("that it is stale", lambda report: report.state == "stale", patience=STALE_SECONDS)
    stage.happens("1", {"n": 1})
    await stage.do("online")

    again = await stage.socket(patience=stage.scaled(60) + stage.patience)
    await again.catch_up()
    await stage.shows_the_truth()
    await stage.shows("that it is live", lambda report: report.state == "live")


def gives_up_within_a_minute(stage: Stage, began: float) -> None:
    took = stage.now() - began
    longest = stage.scaled(60 + 6) + stage.slack  # with what it looks at its watch, and the first wait
    check(took <= longest, f"it came after {took / stage.time_factor:.0f} s")
