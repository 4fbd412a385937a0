"""Deployments for tests: a database of their own on either engine, and real processes on it."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 180  # on a machine that does much else
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


class Process:
    """A child of the test, with its output in a file."""

    def __init__(
        self, command: list[str], env: dict[str, str], log: Path, stdin: int | socket.socket = subprocess.DEVNULL
    ) -> None:
        self.log = log
        self._file = log.open("ab")
        self.popen = subprocess.Popen(command, cwd=ROOT, env=env, stdin=stdin, stdout=self._file, stderr=self._file)

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM, patience: float = 30) -> int:
        if self.is_running:
            self.popen.send_signal(by)
        try:
            return self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._file.close()

    def output(self) -> str:
        return self.log.read_text()


class Web(Process):
    """A process that serves HTTP and sockets."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path, port: int) -> None:
        super().__init__(command, env, log)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.ws = f"ws://127.0.0.1:{port}"

    def get(self, path: str, token: str = "", **headers: str) -> tuple[int, Any]:
        return self._ask("GET", path, None, token, headers)

    def post(self, path: str, body: Any = None, token: str = "", **headers: str) -> tuple[int, Any]:
        return self._ask("POST", path, body or {}, token, headers)

    def put(self, path: str, body: Any = None, token: str = "", **headers: str) -> tuple[int, Any]:
        return self._ask("PUT", path, body or {}, token, headers)

    def _ask(self, method: str, path: str, body: Any, token: str, headers: dict[str, str]) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json", **given}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, _body(response.read())
        except urllib.error.HTTPError as refusal:
            return refusal.code, _body(refusal.read())

    def wait_until_ready(self) -> Self:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.is_running:
            try:
                if self.get("/healthz")[0] == 200:
                    return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"The server did not start:\n{self.output()}")


class Hands(Process):
    """Has loaded the code of the deployment, and forks a hand as often as one is needed: see tests/hand.py."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self._asking, asked = socket.socketpair()
        with asked:
            super().__init__([sys.executable, "-m", "tests.hand"], env, log, stdin=asked)

    def fork(self) -> "Hand":
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._asking, [b"."], [theirs.fileno()])
        return Hand(ours, self.log)


class Hand:
    """Calls functions inside the deployment, in another process than the test's."""

    def __init__(self, line: socket.socket, log: Path) -> None:
        self._lines = line.makefile("rw")
        self.log = log

    def call(self, name: str, *arguments: Any) -> Any:
        [(outcome, result)] = self.calls([(name, arguments)])
        if outcome != "ok":
            raise RuntimeError(f"{name}: {result}\n{self.log.read_text()[-2000:]}")
        return result

    def calls(self, calls: list[tuple[str, Any]], threads: int = 1, at: float = 0) -> list[list[Any]]:
        self.begin(calls, threads, at)
        return self.end()

    def begin(self, calls: list[tuple[str, Any]], threads: int = 1, at: float = 0) -> None:
        request = {"calls": [[name, list(arguments)] for name, arguments in calls], "threads": threads, "at": at}
        print(json.dumps(request, default=str), file=self._lines, flush=True)

    def end(self) -> list[list[Any]]:
        line = self._lines.readline()
        if not line:
            raise RuntimeError(f"The hand is gone:\n{self.log.read_text()}")
        answers: list[list[Any]] = json.loads(line)
        return answers


class House:
    """One deployment. Processes started on it end with it."""

    def __init__(self, directory: Path, env: dict[str, str]) -> None:
        self.directory = directory
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATA_DIR": str(directory),
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
            "REDIS_SECONDS": "1",
            **env,
        }
        self._processes: list[Process] = []
        self._hands: Hands | None = None
        self._hand: Hand | None = None

    def web(self, *, server: str = "daphne", port: int = 0, **env: str) -> Web:
        port = port or free_port()
        return self._serve(["web", "--host", "127.0.0.1", "--port", str(port), "--server", server], port, env)

    def live(self, *arguments: str, port: int = 0, **env: str) -> Web:
        port = port or free_port()
        return self._serve(["live", "--port", str(port), *arguments], port, env)

    def worker(self, *, queues: str = "celery,outbox", **env: str) -> Process:
        worker = ["-m", "celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "4", "-l", "warning"]
        return self._start([*worker, "-Q", queues], env, "worker")

    def beat(self, **env: str) -> Process:
        return self._start(["-m", "celery", "-A", "config", "beat", "-l", "warning", "--pidfile="], env, "beat")

    def hand(self) -> Hand:
        if not self._hands:
            self._hands = Hands(self.env, self._log("hands"))
            self._processes.append(self._hands)
        return self._hands.fork()

    def hands(self, count: int) -> list[Hand]:
        """Several, all of them ready."""
        hands = [self.hand() for _ in range(count)]
        for hand in hands:
            hand.call("tests.people.new_id")
        return hands

    def call(self, name: str, *arguments: Any) -> Any:
        self._hand = self._hand or self.hand()
        return self._hand.call(name, *arguments)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def complaints(self) -> list[str]:
        """Errors in the logs of the processes: none, where a test did not set out to make them.

        A warning may only say that this machine was too busy to carry a hint in time.
        """
        lines = [line for process in self._processes for line in process.output().splitlines()]
        return [line for line in lines if '"level": "ERROR"' in line or line.startswith("Traceback")]

    def close(self) -> None:
        for process in reversed(self._processes):
            if process.is_running:
                process.kill()

    def _serve(self, arguments: list[str], port: int, env: dict[str, str]) -> Web:
        command = [sys.executable, "manage.py", *arguments]
        web = Web(command, {**self.env, **env}, self._log(f"web{port}"), port)
        self._processes.append(web)
        return web.wait_until_ready()

    def _start(self, arguments: list[str], env: dict[str, str], name: str) -> Process:
        process = Process([sys.executable, *arguments], {**self.env, **env}, self._log(name))
        self._processes.append(process)
        return process

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}-{len(self._processes)}.log"


class Street:
    """Builds houses quickly: each engine is migrated once, and copied."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._built = 0

    @contextmanager
    def house(self, engine: str, *, database_url: str = "", redis_url: str = "", **env: str) -> Iterator[House]:
        """On `sqlite`, or on the `postgresql` of DATABASE_URL or of the server named; with Redis where one is given."""
        self._built += 1
        directory = self.directory / f"house{self._built}"
        directory.mkdir()
        if engine == "sqlite":
            url = ""
            self._copy_sqlite(directory)
        else:
            url = self._copy_postgresql(database_url or os.environ["DATABASE_URL"], f"house{self._built}_{os.getpid()}")
        services = {"DATABASE_URL": url, "REDIS_URL": redis_url, "REDIS_PREFIX": f"{directory.name}_{os.getpid()}"}
        house = House(directory, {**services, "DATABASE_POOL": "12", **env})
        try:
            yield house
        finally:
            house.close()

    @contextmanager
    def staffed(self, *, workers: int = 1, **env: str) -> Iterator[House]:
        """On the PostgreSQL and the Redis of all, with workers and beat, of which none has anything to complain of."""
        with self.house("postgresql", redis_url=os.environ["REDIS_URL"], **env) as house:
            house.beat()
            for _ in range(workers):
                house.worker()
            yield house
            assert house.complaints() == []

    def _copy_sqlite(self, directory: Path) -> None:
        template = self.directory / "template.sqlite3"
        if not template.exists():
            self._migrate(directory)
            settle_sqlite(directory)
            shutil.copy(directory / "db.sqlite3", template)
        shutil.copy(template, directory / "db.sqlite3")

    def _copy_postgresql(self, server: str, name: str) -> str:
        template = f"template_{RUN}"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute("SELECT pg_advisory_lock(1)")  # of all processes of a run, the first migrates
            if not admin.execute("SELECT FROM pg_database WHERE datname = %s", [template]).fetchall():
                admin.execute(f"DROP DATABASE IF EXISTS {template}_draft")
                admin.execute(f"CREATE DATABASE {template}_draft")
                self._migrate(self.directory, DATABASE_URL=_database(server, f"{template}_draft"))
                admin.execute(f"ALTER DATABASE {template}_draft RENAME TO {template}")
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return _database(server, name)

    def _migrate(self, directory: Path, **env: str) -> None:
        House(directory, {"DATABASE_URL": "", "REDIS_URL": "", **env}).manage("migrate", "--run-syncdb", "-v", "0")


def settle_sqlite(directory: Path) -> None:
    """All that was written is in the one file afterwards, which can be copied."""
    with sqlite3.connect(directory / "db.sqlite3") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _database(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _body(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()
