"""What another process does is waited for, however busy this machine is."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tests.sockets import PATIENCE_SECONDS


def wait_for(is_so: Callable[[], bool], patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.1)


async def until(ask: Callable[[], Any], expected: object = True, patience: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + patience
    while (found := ask()) != expected:
        assert time.monotonic() < deadline, f"it never came to pass: {found}"
        await asyncio.sleep(0.05)
