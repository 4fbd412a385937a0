"""python -m conformance, as somebody runs it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def kit(client: str, *scenarios: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "conformance", "--client", client, *scenarios]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_it_prints_what_holds() -> None:
    done = kit(f"{sys.executable} -m conformance.example", "a_repeat_is_dropped", "null_deletes_the_object")

    outcomes = [line.split()[:2] for line in done.stdout.splitlines()]
    assert outcomes == [["3", "holds"], ["4", "holds"], ["2", "holds,"]]
    assert done.returncode == 0


def test_a_client_that_cannot_be_driven_fails() -> None:
    done = kit("false", "a_repeat_is_dropped")

    assert "the driver gave no answer to 'open'" in done.stdout
    assert done.returncode == 1
