"""Coming back: with the position, or with a fresh view where that is lost."""

import asyncio
from typing import Any

from conformance.running import scenario
from conformance.sockets import Socket
from conformance.stage import Call, Report, Stage, refusal, seen
from conformance.verdict import check


async def recovers(stage: Stage, socket: Socket) -> None:
    """To the truth, live. Whether the client keeps the socket or opens another is its own affair."""

    def is_recovered(report: Report) -> bool:
        is_true = (report.position, seen(report.view)) == (stage.position, seen(stage.view))
        return is_true and report.state == "live"

    await stage.serve_until(f"live at {stage.position}", is_recovered, socket)


@scenario(2)
async def it_resumes_where_it_was(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"n": 1}))
    await socket.acknowledged(1)
    await socket.close(1001)
    stage.happens("2", {"n": 2})
    again = await stage.socket()
    resume = again.hello.get("resume")
    check(resume == {"epoch": stage.epoch, "offset": 1}, f"it resumed at {resume}")
    await again.catch_up()

    await stage.shows_the_truth()
    check(len(stage.called("GET /api/sync")) == 1, "it reloaded though it could resume")


@scenario(5)
async def a_reset_reloads(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"text": "goes"}), stage.happens("2", {"text": "stays"}))
    await socket.acknowledged(2)
    await socket.close(1001)
    stage.restored(stage.epoch, head=9120, view={"kit.note": {"2": {"text": "stays"}, "3": {"text": "came"}}})
    again = await stage.socket()
    await again.welcome(resumed=False)
    await again.send(again.reset(), again.live())

    await stage.next_call("GET /api/sync", after=1)
    await recovers(stage, again)


@scenario(5)
async def events_during_a_reload_are_held_and_then_judged(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"text": "old"}), stage.happens("2", {"text": "old"}))
    await socket.acknowledged(2)
    await socket.close(1001)
    # The offsets of the new history follow those of the old one, as it may be: only holding tells them apart.
    stage.restored("another-epoch", head=2, view={"kit.note": {"1": {"text": "new"}}})
    go_on = asyncio.Event()

    async def hold(call: Call) -> dict[str, Any]:
        answer = {"position": stage.position, "view": {"kit.note": {**stage.view["kit.note"]}}}
        await go_on.wait()
        return answer

    stage.instead["GET /api/sync"] = hold
    again = await stage.socket()
    await again.welcome(resumed=False)
    await again.send(again.reset("epoch"), again.live())
    await stage.next_call("GET /api/sync", after=1)
    try:
        if again.is_open:
            await again.send(stage.happens("3", {"text": "after"}), stage.happens("1", None))
        await again.stays_silent(0.3, "ack")
        report = await stage.report()
        check("3" not in report.view.get("kit.note", {}), "it applied an event to a view that it had lost")
        check(report.state != "live", "it says that it is live while it reloads")
    finally:
        go_on.set()
    stage.instead.clear()

    await recovers(stage, again)


@scenario(5)
async def close_4300_reloads(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"text": "goes"}))
    await socket.acknowledged(1)
    stage.restored("another-epoch", head=3, view={"kit.note": {"2": {"text": "came"}}})
    await socket.close(4300)

    again = await stage.socket()
    check(len(stage.called("GET /api/sync")) == 2, "it did not reload before it connected")
    resume = again.hello.get("resume")
    check(resume == {"epoch": "another-epoch", "offset": 3}, f"it resumed at {resume}")
    await again.catch_up()
    await stage.shows_the_truth()


@scenario(5)
async def another_epoch_replaces_all(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(*(stage.happens(str(n), {"n": n}) for n in range(5)))
    await socket.acknowledged(5)
    await socket.close(1001)
    stage.restored("another-epoch", head=2, view={"kit.note": {"0": {"n": "zero"}}})
    again = await stage.socket()
    await again.welcome(resumed=False)
    await again.send(again.reset("epoch"), again.live())
    await stage.next_call("GET /api/sync", after=1)
    await recovers(stage, again)

    await stage.do("kill")
    await stage.open()
    resume = (await stage.socket()).hello.get("resume")
    check(resume == {"epoch": "another-epoch", "offset": 2}, f"after a kill it resumed at {resume}")


@scenario(8)
async def a_reload_that_fails_is_tried_again(stage: Stage) -> None:
    stage.instead["GET /api/sync"] = lambda call: (
        refusal(503, "busy", temporary=True) if len(stage.called("GET /api/sync")) < 4 else None
    )
    stage.happens("1", {"n": 1})
    await stage.open()
    socket = await stage.socket()
    await socket.catch_up()

    await stage.shows_the_truth()


@scenario(8)
async def a_reload_that_is_refused_for_now_waits_retry_after_ms(stage: Stage) -> None:
    stage.instead["GET /api/sync"] = lambda call: (
        refusal(503, "busy", temporary=True, retry_after_ms=1500) if len(stage.called("GET /api/sync")) < 2 else None
    )
    await stage.open()
    await stage.next_call("GET /api/sync", after=1)
    first, second = (call.at for call in stage.called("GET /api/sync")[:2])
    check(second - first >= 1.45, f"told to wait 1500 ms, it came after {second - first:.2f} s")

    await (await stage.socket()).catch_up()
    await stage.shows_the_truth()


@scenario(9)
async def a_reload_that_is_refused_for_good_stops(stage: Stage) -> None:
    stage.instead["GET /api/sync"] = lambda call: refusal(401, "session_ended")
    await stage.open()

    await stage.shows("that it has stopped", lambda report: report.state == "stopped")
    reloads = len(stage.called("GET /api/sync"))
    await stage.opens_no_socket(stage.scaled(3))
    check(len(stage.called("GET /api/sync")) == reloads, "it went on asking")
    check((await stage.report()).state == "stopped", "it does not say any more that it has stopped")


@scenario(6)
async def a_reload_that_is_never_answered_is_tried_again(stage: Stage) -> None:
    stage.instead["GET /api/sync"] = lambda call: stage.never(call) if len(stage.called("GET /api/sync")) < 2 else None
    stage.happens("1", {"n": 1})
    await stage.open()
    socket = await stage.socket(patience=stage.scaled(90) + stage.patience)
    await socket.catch_up()

    await stage.shows_the_truth()
