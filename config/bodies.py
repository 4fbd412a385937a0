"""A body that is longer than anything we take is refused at its beginning, not once it fills the disk.

Django keeps a body before it looks who sends it. uvicorn hands on what arrives; daphne would have it all by then, so
that it counts by itself (see config.serving.daphne_requests).
"""

import json
from typing import Any

from django.conf import settings


class TooLong(Exception):
    pass


def limited_bodies(application: Any) -> Any:
    async def limited(scope: dict[str, Any], receive: Any, send: Any) -> None:
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > settings.REQUEST_BYTES:
            await _refuse(send)
            return
        received = 0

        async def receive_within() -> dict[str, Any]:
            nonlocal received
            message: dict[str, Any] = await receive()
            received += len(message.get("body", b""))
            if received > settings.REQUEST_BYTES:
                raise TooLong
            return message

        try:
            await application(scope, receive_within, send)
        except TooLong:
            await _refuse(send)

    return limited


def refusal() -> bytes:
    message = f"A request has at most {settings.REQUEST_BYTES / 1024**2:g} MB."
    # Seed 004's app reads `error`.
    return json.dumps({"code": "too_large", "message": message, "error": message}).encode()


async def _refuse(send: Any) -> None:
    content = refusal()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": content})
