"""The scripted server: what it answers where a scenario says nothing else."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from inspect import isawaitable
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from conformance.commands import Given, Lost
from conformance.frames import Frame
from conformance.sockets import Socket
from conformance.stage import USER, Call, Stage, refusal

CLOSE_SECONDS = 1
SHUTDOWN_SECONDS = 0.1
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def served(stage: Stage, files: Mapping[str, Path]) -> AsyncIterator[None]:
    """On a free port of this machine."""
    runner = web.AppRunner(application(stage, files), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    stage.url = f"http://{host}:{port}"
    try:
        yield
    finally:
        await runner.cleanup()


def application(stage: Stage, files: Mapping[str, Path]) -> web.Application:
    server = Server(stage)
    app = web.Application()
    app.router.add_get("/ws", server.socket)
    for route, handler in server.routes.items():
        method, path = route.split(" ")
        app.router.add_route(method, path, server.noted(route, handler))
    for path, directory in files.items():
        app.router.add_static(path, directory)
    return app


class Server:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.routes: dict[str, Callable[[Call], Awaitable[Any]]] = {
            "GET /api/sync": self.sync,
            "GET /api/stream": self.stream,
            "POST /api/commands": self.commands,
            "POST /api/auth/login": self.login,
            "POST /api/auth/refresh": self.refresh,
            "POST /api/auth/ticket": self.ticket,
        }

    def noted(self, route: str, handler: Callable[[Call], Awaitable[Any]]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            call = await self._call(route, request)
            self.stage.calls.append(call)
            answer = self.stage.instead.get(route, handler)(call)
            if isawaitable(answer):
                answer = await answer
            if answer is None:
                answer = await handler(call)
            if isinstance(answer, Lost):
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

        return handle

    async def _call(self, route: str, request: web.Request) -> Call:
        text = await request.text()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return Call(route, self.stage.now(), token, dict(request.query), json.loads(text) if text else None)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        if not self.stage.lets_sockets_in:
            self.stage.refused_sockets += 1
            return refusal(503, "busy", temporary=True)
        wire = web.WebSocketResponse(protocols=("stream.v1",), timeout=CLOSE_SECONDS)
        await wire.prepare(request)
        socket = Socket(self.stage, request, wire)
        self.stage.sockets.put_nowait(socket)
        async for message in wire:
            if message.type == WSMsgType.TEXT:
                await self._hear(socket, json.loads(message.data))
            elif message.type == WSMsgType.BINARY:
                self.stage.faults.append("a binary message")
        socket.end()
        return wire

    async def _hear(self, socket: Socket, frame: Frame) -> None:
        self.stage.judge(frame)
        if frame["type"] == "command":
            self.stage.take(Given(frame, self.stage.now(), socket))
        if frame["type"] == "ping" and socket.answers_pings:
            await socket.send({**frame, "type": "pong", "head": self.stage.head})
        socket.hear(frame)

    # REST

    async def sync(self, call: Call) -> Any:
        return self._refusal(call) or {"position": self.stage.position, "view": self.stage.view}

    async def stream(self, call: Call) -> Any:
        if refused := self._refusal(call):
            return refused
        epoch, _, offset = call.query["after"].partition(":")
        if epoch != self.stage.epoch:
            return refusal(410, "position_lost", details={"epoch": self.stage.epoch, "reason": "epoch"})
        if not self.stage.since(int(offset)):
            wait = self.stage.scaled(float(call.query.get("wait", 0)))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stage.happened.wait(), wait)
        events = self.stage.since(int(offset))[:100]
        position = f"{epoch}:{events[-1]['offset'] if events else offset}"
        return {"position": position, "head": self.stage.head, "events": events}

    async def commands(self, call: Call) -> Any:
        if refused := self._refusal(call):
            return refused
        given = [Given({"type": "command", **one}, self.stage.now()) for one in call.body["commands"]]
        for one in given:
            self.stage.judge({name: value for name, value in one.frame.items() if value is not None})
            self.stage.take(one)
        try:
            replies = [await one.answer for one in given]
        except Lost as lost:
            return lost
        return {"replies": [{name: reply[name] for name in reply if name != "type"} for reply in replies]}

    async def login(self, call: Call) -> Any:
        return {**self.stage.new_tokens(), "user": {"id": USER}}

    async def refresh(self, call: Call) -> Any:
        if call.body["refresh_token"] != self.stage.refresh_token:
            self.stage.faults.append(f"an old refresh token was shown: {call.body}")
            return refusal(401, "session_ended")
        return self.stage.new_tokens()

    async def ticket(self, call: Call) -> Any:
        return self._refusal(call) or {"ticket": "ticket", "expires_in_s": 30}

    def _refusal(self, call: Call) -> web.Response | None:
        return None if call.token in self.stage.valid_tokens else refusal(401, "token_expired")
