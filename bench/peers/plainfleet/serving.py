"""Starts the plain gates, with a database of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import databases
from bench.servers import process
from tests.house import ROOT
from tests.services import free_port

# As config/serving starts ours.
COMMAND = ["uvicorn", "--loop", "uvloop", "--lifespan", "off", "--log-level", "warning"]


@contextmanager
def serving(directory: Path, plates: Sequence[str]) -> Iterator[str]:
    """Where they are served."""
    port = free_port()
    env = {
        "DJANGO_SETTINGS_MODULE": "bench.peers.plainfleet.settings",
        "PLAIN_DATABASE_URL": databases.create("plainfleet"),
    }
    make = [sys.executable, "-m", "bench.peers.plainfleet.making"]
    subprocess.run(make, cwd=ROOT, env={**os.environ, **env}, input="\n".join(plates), text=True, check=True)
    command = [sys.executable, "-m", *COMMAND, "--port", str(port), "bench.peers.plainfleet.asgi:application"]
    with process(command, env, directory, port):
        yield f"http://127.0.0.1:{port}"
