"""Waits: random, below a bound that doubles, and without an end."""

import asyncio
from statistics import mean

from conformance.running import scenario
from conformance.sockets import Socket
from conformance.stage import Stage, refusal
from conformance.verdict import check

FIRST, LONGEST = 0.5, 30.0
REFUSALS = 32
ATTEMPTS = 15
FULL_FROM = 6  # 0.5 · 2⁶ is above 30


def serves_nothing(stage: Stage) -> None:
    for route in ("GET /api/sync", "GET /api/stream", "POST /api/commands"):
        stage.instead[route] = lambda call: refusal(503, "busy", temporary=True)


async def waits(stage: Stage, socket: Socket, rounds: int) -> tuple[list[float], Socket]:
    """How long it waits after each close, in seconds of its own time; and the socket it opened last."""
    found = []
    for _ in range(rounds):
        closed = await socket.close(1013)
        socket = await opened_after(stage, closed)
        found.append((socket.opened_at - closed) / stage.time_factor)
    return found, socket


async def opened_after(stage: Stage, moment: float) -> Socket:
    """Others it had given up itself, on a slow machine."""
    while (socket := await stage.opened_socket(patience=stage.scaled(LONGEST) + stage.patience)).opened_at < moment:
        pass
    return socket


async def greet(socket: Socket) -> None:
    socket.hello = await socket.next("hello")
    await socket.catch_up()


def judge(stage: Stage, found: list[float]) -> None:
    slack = stage.slack / stage.time_factor
    for tries, wait in enumerate(found):
        bound = min(LONGEST, FIRST * 2**tries)
        check(wait <= bound + slack, f"wait {tries} was {wait:.1f} s, where {bound:g} is the bound")
    full = found[FULL_FROM:]
    check(min(full) < 0.4 * LONGEST, f"no wait of the later ones was below {min(full):.1f} s: that is not full jitter")
    check(max(full) > 0.5 * LONGEST, f"no wait was above {max(full):.1f} s: the bound does not double up to 30")
    usual = mean(full)
    check(0.2 * LONGEST < usual < 0.8 * LONGEST + slack, f"on average it waits {usual:.1f} s: that is not full jitter")


@scenario(8, time_factor=0.03)
async def waits_are_random_below_a_bound_that_doubles_and_it_never_gives_up(stage: Stage) -> None:
    socket = await stage.live()
    serves_nothing(stage)
    found, socket = await waits(stage, socket, REFUSALS)
    judge(stage, found)

    stage.instead.clear()
    stage.happens("1", {"n": 1})
    await socket.close(1013)
    await stage.live_again()


@scenario(8)
async def a_hello_that_is_refused_for_now_waits_retry_after_ms(stage: Stage) -> None:
    await stage.open()
    socket = await stage.socket()
    await socket.send(
        {"type": "error", "code": "busy", "message": "Not now.", "temporary": True, "retry_after_ms": 1500}
    )
    closed = await socket.close(4013)
    again = await stage.socket()
    waited = again.opened_at - closed
    check(waited >= 1.45, f"told to wait 1500 ms, it came after {waited:.2f} s")
    await again.catch_up()

    await stage.shows("that it is live", lambda report: report.state == "live")


@scenario(8, time_factor=0.01)
async def a_handshake_that_fails_is_tried_again_for_ever(stage: Stage) -> None:
    socket = await stage.live()
    serves_nothing(stage)
    stage.lets_sockets_in = False
    await socket.close(1006)
    await stage.eventually(
        lambda: stage.refused_sockets >= ATTEMPTS,
        f"{ATTEMPTS} attempts",
        patience=ATTEMPTS * stage.scaled(LONGEST) + stage.patience,
    )
    stage.lets_sockets_in = True
    stage.instead.clear()
    stage.happens("1", {"n": 1})

    await stage.live_again()


@scenario(8, time_factor=0.05)
async def a_connection_that_breaks_at_once_does_not_shorten_the_waits(stage: Stage) -> None:
    socket = await stage.live()
    found = []
    for _ in range(FULL_FROM + 7):
        closed = await socket.close(1013)
        socket = await stage.socket(patience=stage.scaled(LONGEST) + stage.patience)
        found.append((socket.opened_at - closed) / stage.time_factor)
        await socket.catch_up()

    longest = max(found[FULL_FROM:])
    check(longest > 6, f"the longest wait was {longest:.1f} s, though no connection lasted")


@scenario(8, time_factor=0.05)
async def the_waits_begin_anew_after_a_good_connection(stage: Stage) -> None:
    socket = await stage.live()
    _, socket = await waits(stage, socket, 7)
    for _ in range(4):
        await greet(socket)
        await asyncio.sleep(stage.scaled(11))
        (wait,), socket = await waits(stage, socket, 1)
        bound = FIRST + stage.slack / stage.time_factor
        check(wait <= bound, f"after a good connection it waited {wait:.1f} s, where 0.5 is the bound")
