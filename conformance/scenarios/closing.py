"""What each range of close codes asks for."""

import asyncio

from conformance.running import scenario
from conformance.stage import Stage
from conformance.verdict import check


@scenario(7, time_factor=0.02)
async def codes_of_networks_and_4000_to_4099_lead_back_with_the_position(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"n": 1}))
    await socket.acknowledged(1)
    for code in (1000, 1001, 1006, 1011, 1012, 1013, 4000, 4008, 4009, 4013, 4077):
        await socket.close(code)
        socket = await stage.socket(patience=stage.scaled(30) + stage.patience)
        resume = socket.hello.get("resume")
        check(resume == {"epoch": stage.epoch, "offset": 1}, f"after {code} it resumed at {resume}")
        socket = await stage.live_again(socket)
    calls = {route: len(stage.called(route)) for route in ("GET /api/sync", "POST /api/auth/refresh")}
    check(calls == {"GET /api/sync": 1, "POST /api/auth/refresh": 0}, f"it did more than to come back: {calls}")


@scenario(8, time_factor=1)
async def going_says_how_long_to_wait(stage: Stage) -> None:
    socket = await stage.live()
    for after_ms in (1200, 700):
        await socket.send({"type": "going", "after_ms": after_ms})
        closed = await socket.close(4100)
        socket = await stage.socket()
        waited = socket.opened_at - closed
        check(waited >= after_ms / 1000 - 0.05, f"told to wait {after_ms} ms, it came after {waited:.2f} s")
        check(waited <= after_ms / 1000 + 1 + stage.slack, f"told to wait {after_ms} ms, it came after {waited:.2f} s")
        await socket.catch_up()


@scenario(7)
async def codes_4100_to_4199_lead_back_within_5_seconds(stage: Stage) -> None:
    socket = await stage.live()
    for code in (4100, 4101, 4177, 4100):
        closed = await socket.close(code)
        socket = await stage.socket()
        waited = socket.opened_at - closed
        check(waited <= stage.scaled(5) + stage.slack, f"after {code} it came after {waited / stage.time_factor:.1f} s")
        await socket.catch_up()


@scenario(9)
async def codes_4200_to_4299_ask_for_a_token_first(stage: Stage) -> None:
    socket = await stage.live()
    stage.needs("tokens")
    for code in (4201, 4277):
        stage.expire_tokens()
        refreshed = len(stage.called("POST /api/auth/refresh"))
        await socket.close(code)
        socket = await stage.socket()
        calls = len(stage.called("POST /api/auth/refresh")) - refreshed
        check(calls == 1, f"after {code} it refreshed its token {calls} times")
        check(socket.hello.get("token", stage.access_token) == stage.access_token, "its hello says the old token")
        check(socket.hello.get("resume") is not None, f"after {code} it came without its position")
        await socket.catch_up()


@scenario(7)
async def codes_4300_to_4399_drop_the_position(stage: Stage) -> None:
    socket = await stage.live()
    for code, head in ((4300, 40), (4377, 4)):
        stage.restored(f"epoch-{code}", head=head, view={"kit.note": {str(code): {"n": head}}})
        reloads = len(stage.called("GET /api/sync"))
        await socket.close(code)
        socket = await stage.socket()
        check(len(stage.called("GET /api/sync")) == reloads + 1, f"after {code} it did not reload")
        await socket.catch_up()
        await stage.shows_the_truth()


async def stops(stage: Stage, code: int) -> None:
    socket = await stage.live()
    if code < 4440:
        await socket.send({"type": "error", "code": "said_before_the_close", "message": "No.", "temporary": False})
    await socket.close(code)
    await stage.shows("that it has stopped", lambda report: report.state == "stopped")
    await asyncio.sleep(stage.scaled(3))
    check(stage.sockets.empty(), f"after {code} it came back by itself")


@scenario(7)
async def code_4401_stops(stage: Stage) -> None:
    await stops(stage, 4401)


@scenario(7)
async def code_4406_stops(stage: Stage) -> None:
    await stops(stage, 4406)


@scenario(7)
async def a_code_between_4400_and_4499_that_is_new_stops(stage: Stage) -> None:
    await stops(stage, 4477)


@scenario(7)
async def a_refused_hello_stops(stage: Stage) -> None:
    await stage.open()
    socket = await stage.socket()
    error = {"type": "error", "code": "unauthenticated", "message": "No.", "temporary": False}
    await socket.send(error)
    await socket.close(4401)

    await stage.shows("that it has stopped", lambda report: report.state == "stopped")
    await stage.opens_no_socket(stage.scaled(3))
