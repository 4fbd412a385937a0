"""The other end of bench/load.py and bench/talk.py."""

import json
import subprocess
import sys
import time
from typing import Any, Self

from bench.cores import CLIENT_CORE, on_core
from tests.house import ROOT, Street


class Load:
    """A load client, which ends with its `with` block."""

    def __init__(self, street: Street, module: str = "bench.load") -> None:
        self._module = module
        self._log = street.directory / f"load{time.time_ns()}.log"

    def __enter__(self) -> Self:
        with on_core(CLIENT_CORE), self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def __call__(self, order: str, **arguments: Any) -> Any:
        """Have the crowd do something: the methods of bench.load.Crowd, or bench.talk.Talk."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([order, arguments]).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The load client is gone:\n{self._log.read_text()[-2000:]}")
        return json.loads(answer)
