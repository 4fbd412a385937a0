"""Tokens that are renewed in time."""

from datetime import timedelta

from conformance.running import scenario
from conformance.sockets import Socket
from conformance.stage import Stage, refusal
from conformance.verdict import check


async def live_with_tokens(stage: Stage) -> Socket:
    socket = await stage.live()
    stage.needs("tokens")
    return socket


@scenario(9)
async def the_token_is_renewed_before_it_expires(stage: Stage) -> None:
    stage.life_of_tokens = timedelta(seconds=2)
    socket = await live_with_tokens(stage)
    for _ in range(2):
        auth = await socket.next("auth", patience=stage.life_of_tokens.total_seconds() + stage.slack)
        check(auth["token"] == stage.access_token, "the token of its auth is not the newest")
        expires_at = (stage.clock() + stage.life_of_tokens).isoformat()
        await socket.reply(auth, expires_at=expires_at)

    check(socket.is_open, "it left, where a new token had been enough")
    check(stage.sockets.empty(), "it opened another socket, where a new token had been enough")


@scenario(9)
async def the_servers_clock_says_when_a_token_expires(stage: Stage) -> None:
    stage.clock_ahead = timedelta(hours=-3)
    stage.life_of_tokens = timedelta(seconds=2)
    socket = await live_with_tokens(stage)
    await socket.stays_silent(0.2, "auth")

    await socket.next("auth", patience=2 + stage.slack)


@scenario(9)
async def a_refused_auth_changes_nothing(stage: Stage) -> None:
    stage.life_of_tokens = timedelta(seconds=1.5)
    socket = await live_with_tokens(stage)
    auth = await socket.next("auth")
    error = {"code": "token_expired", "message": "No.", "temporary": False}
    await socket.send({"type": "reply", "id": auth["id"], "ok": False, "error": error})
    await socket.send(stage.happens("1", {"n": 1}))

    await socket.acknowledged(1)
    check(socket.is_open, "it left")


@scenario(9)
async def a_token_that_expired_on_the_way_to_a_reload_is_refreshed(stage: Stage) -> None:
    stage.expire_tokens()
    stage.happens("1", {"n": 1})
    await stage.open()
    stage.needs("tokens")
    socket = await stage.socket()
    await socket.catch_up()

    await stage.shows_the_truth()
    check(len(stage.called("POST /api/auth/refresh")) == 1, "it did not refresh once")


@scenario(9)
async def a_refresh_without_an_answer_is_tried_again(stage: Stage) -> None:
    socket = await live_with_tokens(stage)
    stage.expire_tokens()
    stage.instead["POST /api/auth/refresh"] = lambda call: (
        refusal(503, "busy", temporary=True) if len(stage.called("POST /api/auth/refresh")) < 3 else None
    )
    await socket.close(4201)
    for _ in range(10):
        socket = await stage.socket()
        if socket.hello.get("token", stage.access_token) in stage.valid_tokens:
            break
        await socket.close(4201)
    check(len(stage.called("POST /api/auth/refresh")) >= 3, "it did not try again to refresh its token")
    await socket.catch_up()
    await stage.shows("that it is live", lambda report: report.state == "live")


@scenario(9)
async def a_refused_refresh_stops(stage: Stage) -> None:
    socket = await live_with_tokens(stage)
    stage.expire_tokens()
    stage.instead["POST /api/auth/refresh"] = lambda call: refusal(401, "session_ended")
    await socket.close(4201)

    await stage.shows("that it has stopped", lambda report: report.state == "stopped")
    await stage.opens_no_socket(stage.scaled(3))


@scenario(9)
async def the_newest_refresh_token_survives_a_kill(stage: Stage) -> None:
    socket = await live_with_tokens(stage)
    stage.expire_tokens()
    await socket.close(4201)
    await (await stage.socket()).catch_up()
    await stage.do("kill")
    stage.expire_tokens()
    await stage.open()
    socket = await stage.socket()
    await socket.close(4201)

    await stage.next_call("POST /api/auth/refresh", after=1)
    await stage.socket()
