"""Starts what is measured: our server and its peers, each on the server's core and gone with its `with` block."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from bench.cores import CLIENT_CORE, SERVER_CORE, on_core
from tests.house import ROOT, House, Process, Street
from tests.outside.world import World, outside
from tests.services import free_port

READY_SECONDS = 30
PROVIDER_MILLISECONDS = 80  # from a request to its answer, as Google takes them
SERVERS = ("daphne", "uvicorn")
SOCKET_IO = Path(__file__).parent / "peers" / "socketio"

# As config/serving starts them.
STOCK_COMMANDS = {
    "daphne": ["daphne", "-b", "127.0.0.1", "-v", "0", "-p", "{port}", "bench.peers.stock.asgi:application"],
    "uvicorn": [
        "uvicorn", "--port", "{port}", "--loop", "uvloop", "--ws", "websockets-sansio",
        "--ws-per-message-deflate", "false", "--lifespan", "off", "--log-level", "warning",
        "bench.peers.stock.asgi:application",
    ],
}  # fmt: skip


class NotMeasured(Exception):
    """A peer that cannot be had on this machine."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: what its sockets speak, and where."""

    speaks: str
    url: str
    trigger_url: str
    pid: int


@contextmanager
def open_house(street: Street, engine: str = "postgresql", **env: str) -> Iterator[House]:
    """A deployment with the bench's own domain; each hears only its own bus."""
    redis_url = os.environ["REDIS_URL"] if engine == "postgresql" else ""
    settings = {"DJANGO_SETTINGS_MODULE": "bench.settings", "BENCH_BUS": f"bench{time.time_ns()}"}
    limits = {"REALTIME_BOARD_SECONDS": "0", "NOTIFICATIONS_HTTP_SECONDS": "12"}
    with street.house(engine, redis_url=redis_url, **settings, **{**limits, **env}) as house:
        yield house


@contextmanager
def look_alikes() -> Iterator[World]:
    """Of FCM and the rest of the outside world, on the load client's core."""
    with ExitStack() as running:
        with on_core(CLIENT_CORE):
            world = running.enter_context(outside())
        world.control("fcm", latency_ms=PROVIDER_MILLISECONDS)
        yield world


@contextmanager
def ours(house: House, server: str) -> Iterator[Served]:
    with on_core(SERVER_CORE):
        web = house.web(server=server)
    try:
        yield Served("stream", f"{web.ws}/ws", f"{web.ws}/bench", web.popen.pid)
    finally:
        web.kill()


@contextmanager
def publisher(house: House) -> Iterator[str]:
    """A process of the deployment that commits and hears nothing, on whichever core is free; where its trigger is."""
    port = free_port()
    options = ["--port", str(port), "--log-level", "warning", "--lifespan", "off"]
    command = [sys.executable, "-m", "uvicorn", "bench.publisher:application", *options]
    with process(command, house.env, house.directory, port, is_measured=False):
        yield f"ws://127.0.0.1:{port}/bench"


@contextmanager
def stock(server: str, directory: Path) -> Iterator[Served]:
    port = free_port()
    program, *arguments = [word.format(port=port) for word in STOCK_COMMANDS[server]]
    env = {"BENCH_BUS": f"stock{port}"}
    url = f"ws://127.0.0.1:{port}"
    with process([sys.executable, "-m", program, *arguments], env, directory, port) as pid:
        yield Served("stock", f"{url}/ws", f"{url}/bench", pid)


@contextmanager
def socket_io(directory: Path) -> Iterator[Served]:
    _install_socket_io()
    port = free_port()
    url = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
    with process(["node", str(SOCKET_IO / "server.js"), str(port)], {}, directory, port) as pid:
        yield Served("socketio", url, url, pid)


def _install_socket_io() -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        raise NotMeasured("node and npm are not installed")
    install = ["npm", "ci", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund"]
    try:
        subprocess.run(install, cwd=SOCKET_IO, capture_output=True, text=True, timeout=120, check=True)
    except subprocess.TimeoutExpired:
        raise NotMeasured("npm ci did not end within two minutes") from None
    except subprocess.CalledProcessError as failed:
        raise NotMeasured(f"npm ci failed: {failed.stderr.strip().splitlines()[-1]}") from None


@contextmanager
def process(
    command: list[str], env: dict[str, str], directory: Path, port: int, *, is_measured: bool = True
) -> Iterator[int]:
    with on_core(SERVER_CORE) if is_measured else nullcontext():
        process = Process(command, {**os.environ, "PYTHONPATH": str(ROOT), **env}, directory / f"peer{port}.log")
    try:
        _wait_until_open(process, port)
        yield process.popen.pid
    finally:
        process.kill()


def _wait_until_open(process: Process, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while process.is_running and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"A peer did not start:\n{process.output()}")
