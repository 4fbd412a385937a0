"""Foreground and background, signals, and what a client has never heard of."""

import asyncio

from conformance.running import scenario
from conformance.stage import Stage
from conformance.verdict import check


@scenario(12)
async def it_says_when_it_goes_to_the_background_and_returns(stage: Stage) -> None:
    socket = await stage.live()
    check(socket.hello.get("foreground", True) is True, "its hello says that nobody looks")
    for what, foreground in (("background", False), ("foreground", True)):
        await stage.do(what)
        state = await socket.next("state")
        check(state["foreground"] is foreground, f"gone to the {what} it said {state}")


@scenario(12)
async def who_connects_in_the_background_says_so(stage: Stage) -> None:
    socket = await stage.live()
    await stage.do("background")
    await socket.next("state")
    await socket.close(1001)
    again = await stage.socket()
    await again.catch_up()

    if again.hello.get("foreground", True):
        state = await again.next("state")
        check(state["foreground"] is False, f"it said {state}")


@scenario(12)
async def who_leaves_before_welcome_says_so(stage: Stage) -> None:
    await stage.open()
    socket = await stage.socket()
    await stage.do("background")
    await socket.catch_up()

    state = await socket.next("state")
    check(state["foreground"] is False, f"it said {state}")


@scenario(13)
async def unknown_frames_and_fields_are_passed_over(stage: Stage) -> None:
    await stage.open()
    socket = await stage.socket()
    await socket.welcome(a_field_from_the_future={"deep": []}, limits={**stage.welcome({})["limits"], "more": 1})
    await socket.send(
        {"type": "a_frame_from_the_future", "offset": 999, "data": {}},
        stage.happens("1", {"n": 1}, a_field_from_the_future=True),
        {**socket.live(), "more": 1},
        {"type": "error", "code": "a_code_from_the_future", "message": "Never mind."},
        {"type": "reply", "id": "nobody-asked", "ok": True, "data": {}},
        {"type": "board", "board": "never.watched", "epoch": stage.epoch, "version": 1, "data": {}},
        stage.happens("2", {"n": 2}),
    )

    await socket.acknowledged(2)
    await stage.shows_the_truth()
    await stage.shows("that it is live", lambda report: report.state == "live")
    check(socket.is_open, "it left, where it should have passed over what it did not know")


@scenario(13)
async def signals_are_heard_and_change_nothing(stage: Stage) -> None:
    socket = await stage.live()
    stage.needs("signals")
    signal = {"type": "signal", "signal": "kit.typing", "data": {"who": "somebody"}}
    await socket.send(signal)
    await stage.shows(
        "the signal", lambda report: report.signals == [{"signal": "kit.typing", "data": {"who": "somebody"}}]
    )

    report = await stage.report()
    check(report.position == stage.position, "a signal moved its position")


@scenario(13)
async def a_signal_is_sent_now_or_never(stage: Stage) -> None:
    socket = await stage.live()
    stage.needs("signals")
    await stage.do("signal", signal="kit.typing", data={"on": 1})
    frame = await socket.next("signal")
    check((frame["signal"], frame["data"]) == ("kit.typing", {"on": 1}), f"it sent {frame}")
    stage.lets_sockets_in = False
    await socket.close(1006)
    await stage.shows("that it is not live", lambda report: report.state != "live")
    await stage.do("signal", signal="kit.typing", data={"on": 2})
    stage.lets_sockets_in = True
    again = await stage.socket(patience=stage.scaled(40) + stage.patience)
    await again.catch_up()
    await asyncio.sleep(0.2)

    check(not again.has("signal"), "it kept a signal, and sent it when that was over")
