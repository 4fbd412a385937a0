"""The application as it is served, and beside it a socket at `/bench` that makes this process publish.

A client says `{"to": [user ids]}` once, then `{"publish": "signal", "times": 20}` as often as it likes.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from bench import inside
from config.asgi import application as served
from realtime.threads import in_thread

# Signals are sent from the event loop. What needs the database runs in a thread, as every command does.
IN_THREADS = {"event": inside.write_note, "board": inside.render_board}


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket" and scope["path"] == "/bench":
        await publish_on_demand(scope, receive, send)
    else:
        await served(scope, receive, send)


async def publish_on_demand(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    users: list[UUID] = []
    while (message := await receive())["type"] != "websocket.disconnect":
        order = json.loads(message["text"])
        if "to" in order:
            users = [UUID(user) for user in order["to"]]
        elif order["publish"] == "signal":
            _repeat(inside.signal, users, order["times"])
        else:
            await in_thread(_repeat, IN_THREADS[order["publish"]], users, order["times"])


def _repeat(publish: Callable[[Sequence[UUID]], None], users: Sequence[UUID], times: int) -> None:
    for _ in range(times):
        publish(users)
