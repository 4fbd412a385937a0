"""Hello, and who says it."""

from conformance.running import scenario
from conformance.stage import Stage
from conformance.verdict import check


@scenario(1)
async def hello_comes_first_over_stream_v1(stage: Stage) -> None:
    await stage.open()
    socket = await stage.opened_socket()
    first = await socket.next("hello", "ack", "command", "subscribe", "signal", "auth", "state", "ping", "pong")

    check("stream.v1" in socket.offered, f"it offered the subprotocols {socket.offered}")
    check(first["type"] == "hello", f"it began with {first}")
    if "token" in first:
        check(first["token"] == stage.access_token, "it said another token than it was given")


@scenario(1, time_factor=1)
async def the_device_id_stays_through_a_kill(stage: Stage) -> None:
    socket = await stage.live()
    before = socket.hello["device_id"]
    await stage.do("kill")
    await stage.open()

    after = (await stage.socket()).hello["device_id"]
    check(after == before, f"the device_id was {before}, and then {after}")


@scenario(5)
async def who_has_no_position_loads_the_view_first(stage: Stage) -> None:
    stage.happens("1", {"text": "old"})
    stage.log.clear()
    await stage.open()
    socket = await stage.socket()

    check(len(stage.called("GET /api/sync")) == 1, "GET /api/sync was not called once before the socket was opened")
    resume = socket.hello.get("resume")
    check(resume == {"epoch": stage.epoch, "offset": 1}, f"hello says resume: {resume}")
    await socket.catch_up()
    await stage.shows_the_truth()


@scenario(14)
async def the_state_is_catching_up_until_live(stage: Stage) -> None:
    await stage.open()
    socket = await stage.socket()
    before = await stage.report()
    check(before.state in ("connecting", "stale", "catching_up"), f"it says {before.state} before welcome")
    await socket.welcome()
    await socket.send(stage.happens("1", {"text": "missed"}))
    await stage.shows_the_truth()

    await stage.shows("that it is catching up", lambda report: report.state == "catching_up")
    await socket.send(socket.live())
    await stage.shows("that it is live", lambda report: report.state == "live")


@scenario(14, time_factor=1)
async def what_was_stored_is_shown_before_there_is_a_connection(stage: Stage) -> None:
    socket = await stage.live()
    await socket.send(stage.happens("1", {"text": "kept"}))
    await socket.acknowledged(1)
    await stage.do("kill")
    await socket.closed_by_client()
    stage.lets_sockets_in = False
    for route in ("GET /api/sync", "GET /api/stream"):
        stage.instead[route] = stage.never
    await stage.open()

    report = await stage.shows_the_truth()
    check(report.state != "live", "it says that it is live")
