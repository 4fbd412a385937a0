"""A machine that signs, by docs/clients/machines.md and not by our code."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.test import Client

ticks = count()


def timestamp(ago: float = 0) -> str:
    """Another one each time, however quickly they follow."""
    return f"{time.time() - ago:.3f}{next(ticks) % 1_000_000:06}"


@dataclass(frozen=True)
class Machine:
    key: str
    secret: str

    def signature(self, method: str, target: bytes, body: bytes, at: str) -> str:
        text = b"\n".join([at.encode(), method.encode(), target, hashlib.sha256(body).hexdigest().encode()])
        return hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()

    def header(self, method: str, target: str | bytes, body: bytes = b"", at: str = "") -> str:
        at = at or timestamp()
        target = target if isinstance(target, bytes) else target.encode()
        return f"HMAC-SHA256 key={self.key},timestamp={at},signature={self.signature(method, target, body, at)}"

    def send(self, api: Client, method: str, path: str, body: bytes = b"", at: str = "", **headers: str) -> Any:
        return send(api, method, path, body, self.header(method, path, body, at), **headers)


def send(api: Client, method: str, path: str, body: bytes, authorization: str, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.generic(
        method, path, body, content_type="application/json", headers={"Authorization": authorization, **given}
    )
