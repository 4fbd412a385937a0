"""The OpenAPI description is right, and no request it allows, or nearly allows, makes the server fail."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, Street, Web

ENDS_THE_SESSION = r"/api/auth/(logout|change-password|me)$"
EVERYWHERE = "/api/"
CALLERS = {
    "a coordinator": ("admin@demo.test", EVERYWHERE),
    "an employee": ("nurse1@demo.test", EVERYWHERE),
    "an owner": ("owner@demo.test", "/api/dispatch"),
    "a professional": ("pro1@demo.test", "/api/dispatch"),
    "a customer": ("customer@demo.test", "/api/bookings"),
    "who runs a spa": ("provider@demo.test", "/api/bookings"),
    "who chats": ("alice@demo.test", "/api/chat"),
    "a guard": ("guard@demo.test", "/api/(fleet|violations|sanctions)"),
    "a stranger": ("", EVERYWHERE),
}


@pytest.fixture(scope="module")
def demo(street: Street) -> Iterator[House]:
    """The demo world, with nobody counting requests."""
    scopes = ("USER", "LOGIN", "LOGIN_ADDRESS", "REGISTER", "CODE", "CODE_ADDRESS")
    patience = {f"THROTTLE_{scope}": "1000000/min" for scope in scopes}
    with street.house("postgresql", **patience, REALTIME_LONGPOLL_SECONDS="1") as house:
        house.manage("demo")
        yield house


@pytest.fixture(scope="module")
def web(demo: House) -> Web:
    return demo.web(server="uvicorn")


def test_the_schema_is_valid_and_complete(demo: House):
    demo.manage("spectacular", "--validate", "--fail-on-warn", "--file", str(demo.directory / "schema.yaml"))


@pytest.mark.parametrize(
    ("phases", "examples"), [("fuzzing", 3), pytest.param("coverage,fuzzing", 50, marks=pytest.mark.soak)]
)
@pytest.mark.parametrize("caller", CALLERS)
def test_no_request_makes_the_server_fail(demo: House, web: Web, caller: str, phases: str, examples: int):
    email, paths = CALLERS[caller]
    token = demo.call("accounts.demo.token", email) if email else ""
    fuzz(web, demo.directory, token, paths, phases, examples)

    assert web.get("/healthz")[0] == 200
    if token:
        assert web.get("/api/auth/me", token)[0] == 200, "the session ended, so the rest was fuzzed as a stranger"
    assert [line for line in demo.complaints() if '"ERROR"' in line] == []


def fuzz(web: Web, directory: Path, token: str, paths: str, phases: str, examples: int) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{web.url}/api/schema",
        "--checks", "not_a_server_error", "--phases", phases, "--max-examples", str(examples),
        "--suppress-health-check", "all", "--request-timeout", "20", "--seed", "2",
        "--include-path-regex", paths, "--exclude-path-regex", ENDS_THE_SESSION,
        *(["--header", f"Authorization: Bearer {token}"] if token else []),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
