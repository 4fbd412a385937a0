"""Where no socket comes through: polls, and commands by POST. A client may do without."""

import asyncio

from conformance.running import scenario
from conformance.stage import Call, Stage, refusal
from conformance.verdict import check

NONE = 0  # no line of the checklist


async def polls(stage: Stage) -> None:
    """Live, and then no socket opens any more."""
    socket = await stage.live()
    stage.needs("polling")
    stage.lets_sockets_in = False
    await socket.close(1006)
    call = await stage.next_call("GET /api/stream", patience=stage.scaled(60) + stage.patience)
    check(call.query.get("after") == stage.position, f"it polls after {call.query.get('after')}")


@scenario(NONE, time_factor=0.05)
async def without_a_socket_events_come_by_polls(stage: Stage) -> None:
    await polls(stage)
    for n in range(3):
        stage.happens(str(n), {"n": n})
        await stage.shows_the_truth()
    await stage.shows("that it is live", lambda report: report.state == "live")
    waits = {call.query.get("wait", "0") for call in stage.called("GET /api/stream")}

    check(all(wait.isdecimal() and int(wait) <= 25 for wait in waits), f"it asks to wait {waits}")
    check(waits != {"0"}, "it never asks the server to wait")


@scenario(NONE, time_factor=0.05)
async def a_poll_goes_on_at_once_while_the_head_is_above(stage: Stage) -> None:
    await polls(stage)
    for n in range(250):
        stage.happens(str(n), {"n": n})

    await stage.shows_the_truth()


@scenario(NONE, time_factor=0.05)
async def without_a_socket_commands_go_by_post(stage: Stage) -> None:
    await polls(stage)
    await stage.command(1)
    first = await stage.given()
    check(first.socket is None, "it found a socket")
    await first.lost()
    again = await stage.given()
    check(again.id == first.id, f"sent again as {again.id}, and before as {first.id}")
    await again.done(replayed=True)

    await stage.shows("an empty queue", lambda report: report.queue == [])


@scenario(NONE, time_factor=0.05)
async def a_lost_position_in_a_poll_reloads(stage: Stage) -> None:
    await polls(stage)
    stage.restored("another-epoch", head=7, view={"kit.note": {"1": {"n": 7}}})
    stage.instead["GET /api/stream"] = lambda call: (
        refusal(410, "position_lost") if not call.query["after"].startswith("another") else None
    )

    await stage.next_call("GET /api/sync", after=1)
    await stage.shows_the_truth()


@scenario(NONE, time_factor=0.05)
async def a_poll_refreshes_a_token_that_expired(stage: Stage) -> None:
    await polls(stage)
    stage.needs("tokens")
    stage.expire_tokens()
    stage.happens("1", {"n": 1})
    stage.log.append(stage.log.pop())

    await stage.next_call("POST /api/auth/refresh")
    stage.happens("2", {"n": 2})
    await stage.shows_the_truth()


@scenario(NONE, time_factor=0.05)
async def a_poll_that_is_refused_for_now_waits_retry_after_ms(stage: Stage) -> None:
    await polls(stage)
    refused: list[float] = []

    def refuse(call: Call) -> object:
        refused.append(call.at)
        return refusal(429, "too_many_polls", temporary=True, retry_after_ms=1500) if len(refused) == 1 else None

    stage.instead["GET /api/stream"] = refuse
    stage.happens("1", {"n": 1})
    await stage.eventually(lambda: len(refused) > 1, "it polls again")
    waited = refused[1] - refused[0]
    check(waited >= 1.45, f"told to wait 1500 ms, it came after {waited:.2f} s")

    await stage.shows_the_truth()


@scenario(NONE, time_factor=0.05)
async def a_poll_that_is_refused_for_good_stops(stage: Stage) -> None:
    await polls(stage)
    stage.instead["GET /api/stream"] = lambda call: refusal(401, "session_ended")
    stage.happens("1", {"n": 1})

    await stage.shows("that it has stopped", lambda report: report.state == "stopped")


@scenario(NONE, time_factor=0.05)
async def polls_end_when_a_socket_opens_again(stage: Stage) -> None:
    await polls(stage)
    stage.happens("1", {"n": 1})
    await stage.shows_the_truth()
    stage.lets_sockets_in = True
    socket = await stage.socket(patience=stage.scaled(90) + stage.patience)
    check(socket.hello["resume"]["offset"] == 1, f"it resumed at {socket.hello['resume']}")
    await socket.catch_up()
    await stage.shows("that it is live", lambda report: report.state == "live")
    polled = len(stage.called("GET /api/stream"))
    await asyncio.sleep(stage.scaled(30))

    check(len(stage.called("GET /api/stream")) <= polled + 1, "it polls although it has a socket")


@scenario(NONE, time_factor=0.05)
async def a_poll_that_is_never_answered_is_given_up(stage: Stage) -> None:
    await polls(stage)
    stage.instead["GET /api/stream"] = stage.never
    stage.happens("1", {"n": 1})
    await asyncio.sleep(0.2)
    stage.lets_sockets_in = True
    socket = await stage.socket(patience=stage.scaled(120) + stage.patience)
    await socket.catch_up()

    await stage.shows_the_truth()
