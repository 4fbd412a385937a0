"""Boards: the latest value, never an older one, and marked where it may be old."""

import asyncio
from typing import Any

from conformance.frames import Frame
from conformance.running import scenario
from conformance.sockets import Socket
from conformance.stage import Stage
from conformance.verdict import check

BOARD = "kit.figures"


async def watched(stage: Stage) -> Socket:
    await stage.open()
    stage.needs("boards")
    socket = await stage.socket()
    await socket.catch_up()
    await stage.do("watch", board=BOARD)
    await asked_for(stage, socket)
    return socket


async def asked_for(stage: Stage, socket: Socket, version: int = 5) -> Frame:
    """In hello, or by `subscribe`. The answer says which version is the newest."""
    if BOARD in socket.hello.get("boards", ()):
        return socket.hello
    frame = await socket.next("subscribe")
    check(frame["board"] == BOARD, f"it subscribed to {frame['board']}")
    await socket.reply(frame, board=BOARD, version=version)
    return frame


def whole(stage: Stage, version: int, **data: Any) -> Frame:
    return {"type": "board", "board": BOARD, "epoch": stage.epoch, "version": version, "data": data}


def change(stage: Stage, version: int, base: int, *gone: str, **values: Any) -> Frame:
    return {
        "type": "board",
        "board": BOARD,
        "epoch": stage.epoch,
        "version": version,
        "base": base,
        "set": values,
        "del": list(gone),
    }


async def shows(stage: Stage, data: dict[str, Any], *, stale: bool = False) -> None:
    wanted = {"data": data, "stale": stale}
    await stage.shows(
        f"the board as {wanted}",
        lambda report: {name: report.boards.get(BOARD, {}).get(name) for name in wanted} == wanted,
    )


async def shows_still(stage: Stage, data: dict[str, Any]) -> None:
    await asyncio.sleep(0.2)
    shown = (await stage.report()).boards[BOARD]["data"]
    check(shown == data, f"it shows {shown} in place of {data}")


@scenario(11)
async def a_board_is_shown_whole_and_then_as_it_changes(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 5, open=1, done=2, gone=3))
    await shows(stage, {"open": 1, "done": 2, "gone": 3})
    await socket.send(change(stage, 6, 5, "gone", open=4, new={"deep": [1]}), change(stage, 9, 6, done=None))
    await shows(stage, {"open": 4, "done": None, "new": {"deep": [1]}})
    await socket.send(whole(stage, 10, open=7))

    await shows(stage, {"open": 7})


@scenario(11)
async def an_older_version_is_dropped(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 5, n=5), whole(stage, 4, n=4), whole(stage, 5, n="again"))
    await shows(stage, {"n": 5})

    await shows_still(stage, {"n": 5})


@scenario(11)
async def a_change_of_another_base_is_not_applied_and_the_board_asked_for_again(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 5, n=5))
    await shows(stage, {"n": 5})
    await socket.send(change(stage, 8, 7, n=8, m=8))

    await stage.eventually(
        lambda: not stage.sockets.empty() or socket.has("subscribe"), "it asks for the board that it lost"
    )
    await shows_still(stage, {"n": 5})
    if not stage.sockets.empty():
        socket = await stage.socket()
        await socket.catch_up()
    await asked_for(stage, socket)
    await socket.send(whole(stage, 8, n=8, m=8, k=8))
    await shows(stage, {"n": 8, "m": 8, "k": 8})


@scenario(8)
async def a_subscription_that_is_refused_for_now_is_asked_for_again(stage: Stage) -> None:
    socket = await stage.live()
    stage.needs("boards")
    await stage.do("watch", board=BOARD)
    first = await socket.next("subscribe")
    error = {"code": "rate_limited", "message": "Not now.", "temporary": True, "retry_after_ms": 1500}
    await socket.send({"type": "reply", "id": first["id"], "ok": False, "error": error})
    refused = stage.now()
    again = await socket.next("subscribe")
    waited = stage.now() - refused
    check(waited >= 1.45, f"told to wait 1500 ms, it came after {waited:.2f} s")
    await socket.reply(again, board=BOARD, version=5)
    await socket.send(whole(stage, 5, n=5))

    await shows(stage, {"n": 5})


@scenario(11)
async def another_epoch_forgets_the_versions(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 500, n=500))
    await shows(stage, {"n": 500})
    stage.restored("another-epoch", head=0, view={})
    await socket.close(4300)
    again = await stage.socket()
    await again.catch_up()
    asked = await asked_for(stage, again)
    check(asked.get("version", -1) == -1, f"it names the version {asked.get('version')} of another epoch")
    await again.send(whole(stage, 3, n=3))

    await shows(stage, {"n": 3})


@scenario(11)
async def a_board_is_watched_again_after_reconnecting(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 5, n=5))
    await shows(stage, {"n": 5})
    await socket.close(1001)
    again = await stage.socket()
    await again.catch_up()
    asked = await asked_for(stage, again)
    check(asked.get("version", 5) in (5, -1), f"it names the version {asked.get('version')}, and has 5")
    await again.send(change(stage, 6, 5, n=6) if asked.get("version") == 5 else whole(stage, 6, n=6))

    await shows(stage, {"n": 6})


@scenario(11)
async def a_board_that_is_unchanged_is_fresh_again_after_reconnecting(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 5, n=5))
    await shows(stage, {"n": 5})
    await socket.close(1001)
    again = await stage.socket()
    await again.catch_up()
    asked = await asked_for(stage, again)
    if asked.get("version") != 5:
        await again.send(whole(stage, 5, n=5))

    await shows(stage, {"n": 5})


@scenario(14)
async def a_board_that_cannot_be_computed_keeps_its_value_and_is_stale(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 5, n=5))
    await shows(stage, {"n": 5})
    error = {"code": "board_unavailable", "message": "Not now."}
    await socket.send({"type": "board", "board": BOARD, "epoch": stage.epoch, "version": 6, "error": error})
    await shows(stage, {"n": 5}, stale=True)
    await socket.send(whole(stage, 7, n=7))

    await shows(stage, {"n": 7})


@scenario(14)
async def a_board_that_is_closed_to_the_user_is_stale(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 5, n=5))
    await shows(stage, {"n": 5})
    error = {"code": "forbidden", "message": "This board is closed to you."}
    await socket.send({"type": "board", "board": BOARD, "error": error})

    report = await stage.shows("that the board is stale", lambda report: report.boards[BOARD]["stale"])
    check(report.boards[BOARD].get("error") == "forbidden", f"it shows {report.boards[BOARD]}")


@scenario(14)
async def boards_are_stale_without_a_connection(stage: Stage) -> None:
    socket = await watched(stage)
    await socket.send(whole(stage, 5, n=5))
    await shows(stage, {"n": 5})
    stage.lets_sockets_in = False
    for route in ("GET /api/stream", "GET /api/sync"):
        stage.instead[route] = stage.never
    await socket.close(1006)

    await shows(stage, {"n": 5}, stale=True)
