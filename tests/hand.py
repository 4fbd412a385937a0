"""Processes inside a test's deployment: a hand reads calls as JSON lines, carries them out, answers as JSON lines.

A line is `{"calls": [[dotted name, arguments], ...], "threads": n, "at": time}`: the calls start together at `at`, each
in a thread of its own if there are enough. An answer is `["ok", result]` or `["no", code or repr]` a call, in order.

The process that is started carries out nothing. It has loaded the code, so that a hand, a fork of it, need not: one for
each socket that it is sent.
"""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import django

django.setup()

from django.db import close_old_connections  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from core.errors import Busy, DomainError  # noqa: E402
from tests.services import die_with_parent  # noqa: E402

TRIES = 5


def main() -> None:
    with socket.socket(fileno=sys.stdin.fileno()) as asked:
        while received := socket.recv_fds(asked, 1, 1)[1]:
            with socket.socket(fileno=received[0]) as line:
                if os.fork() == 0:
                    die_with_parent(signal.SIGKILL)
                    asked.close()
                    return work(line)


def work(line: socket.socket) -> None:
    with line.makefile("rw") as lines:
        for request in map(json.loads, lines):
            with ThreadPoolExecutor(request["threads"]) as pool:
                answers = list(pool.map(partial(_carry_out, request["at"]), request["calls"]))
            print(json.dumps(answers, default=str), file=lines, flush=True)


def _carry_out(at: float, call: tuple[str, list[Any]]) -> list[Any]:
    name, arguments = call
    time.sleep(max(0.0, at - time.time()))
    close_old_connections()
    try:
        return ["ok", _persist(partial(import_string(name), *[_uuid(argument) for argument in arguments]))]
    except DomainError as refusal:
        return ["no", refusal.code]
    except Exception as error:
        return ["no", repr(error)]
    finally:
        close_old_connections()


def _persist(ask: Callable[[], Any]) -> Any:
    """As clients do: who is told that the server is busy comes again."""
    for _ in range(TRIES):
        with suppress(Busy):
            return ask()
    return ask()


def _uuid(value: Any) -> Any:
    if isinstance(value, list):
        return [_uuid(item) for item in value]
    if isinstance(value, str) and len(value) == 36:
        try:
            return UUID(value)
        except ValueError:
            return value
    return value


if __name__ == "__main__":
    main()
