"""Starts the plain chat, with a database of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import databases
from bench.servers import Served, process
from tests.house import ROOT
from tests.services import free_port

APPLICATION = "bench.peers.plainchat.asgi:application"
# As config/serving starts them.
COMMANDS = {
    "daphne": ["daphne", "-b", "127.0.0.1", "-v", "0", "-p", "{port}", APPLICATION],
    "uvicorn": [
        "uvicorn", "--port", "{port}", "--loop", "uvloop", "--ws", "websockets-sansio",
        "--ws-per-message-deflate", "false", "--lifespan", "off", "--log-level", "warning", APPLICATION,
    ],
}  # fmt: skip


@contextmanager
def talking(server: str, directory: Path, conversations: int) -> Iterator[tuple[Served, list[dict[str, str]]]]:
    port = free_port()
    env = {
        "DJANGO_SETTINGS_MODULE": "bench.peers.plainchat.settings",
        "PLAIN_DATABASE_URL": databases.create(f"plain_{server}"),
        "BENCH_BUS": f"plain{port}",
    }
    migrate = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "-v", "0"]
    subprocess.run(migrate, cwd=ROOT, env={**os.environ, **env}, check=True)
    people = [{"room": f"room{place // 2}", "user": f"user{place}"} for place in range(2 * conversations)]
    program, *arguments = [word.format(port=port) for word in COMMANDS[server]]
    with process([sys.executable, "-m", program, *arguments], env, directory, port) as pid:
        yield Served("plain", f"ws://127.0.0.1:{port}/ws/chat/{{room}}/{{user}}/", "", pid), people
