"""Machines over real servers: a scheduler that offers shifts, and the examples of the document as they stand there."""

import http.client
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
import websockets

from tests.factories.accounts import PASSWORD
from tests.house import ROOT, House, Web
from tests.signing import Machine
from tests.sockets import Phone

DOCUMENT = ROOT / "docs/clients/machines.md"
SHIFT = {"date": "2031-01-20", "start_time": "09:00", "end_time": "17:00", "location_name": "Ward 3"}


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def web(house: House, request: pytest.FixtureRequest) -> Web:
    return house.web(server=request.param)


@pytest.fixture(scope="module")
def scheduler(house: House) -> Machine:
    return Machine(*house.call("tests.machine_world.make_key"))


def ask(web: Web, machine: Machine, method: str, target: str, body: bytes = b"") -> tuple[int, Any]:
    """Sends the target byte by byte as it is."""
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
    headers = {"Authorization": machine.header(method, target, body), "Content-Type": "application/json"}
    try:
        line.request(method, target, body or None, headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        line.close()


def test_a_scheduler_offers_a_shift_and_a_nurse_takes_it(house: House, web: Web, scheduler: Machine):
    [nurse] = house.call("tests.shift_world.hire", 1)
    token = web.post("/api/auth/login", {"email_or_phone": nurse["email"], "password": PASSWORD})[1]["access_token"]

    status, shift = ask(web, scheduler, "POST", "/api/shifts", json.dumps(SHIFT).encode())
    assert (status, shift["shift_status"]) == (201, "draft")
    chosen = json.dumps({"employee_ids": [nurse["emp_id"]]}).encode()
    status, offered = ask(web, scheduler, "POST", f"/api/shifts/{shift['shift_id']}/offer", chosen)
    assert (status, offered["shift_status"]) == (200, "open")

    assert web.post(f"/api/shifts/{shift['shift_id']}/accept", token=token)[0] == 200
    status, taken = ask(web, scheduler, "GET", f"/api/shifts/{shift['shift_id']}")
    assert (status, taken["shift_status"]) == (200, "assigned")


@pytest.mark.parametrize(
    "target",
    [
        "/api/shifts?status=open",
        "/api/shifts?status=open&page_size=5&page_size=6",
        "/api/%73hifts?since=2031-01-20T00%3a00%3a00%2B02:00",
        "/api/shifts?cursor=&until=2031-01-20T00:00:00Z",
    ],
)
def test_a_path_is_signed_as_it_is_sent(web: Web, scheduler: Machine, target: str):
    assert ask(web, scheduler, "GET", target)[0] == 200


def test_a_body_may_be_as_long_as_any_other(web: Web, scheduler: Machine):
    """The words of a shift are limited, not those of a body: what is refused has been read."""
    body = json.dumps({**SHIFT, "description": "é" * 3_000_000}).encode()

    status, refusal = ask(web, scheduler, "POST", "/api/shifts", body)

    assert (status, refusal["code"], list(refusal["details"])) == (400, "invalid", ["description"])


def test_a_key_opens_nothing_else(web: Web, scheduler: Machine):
    paths = ["/api/auth/me", "/api/sync", "/api/stream", "/api/inbox", "/api/shifts/1/offers", "/api/shifts/analytics"]

    assert {path: ask(web, scheduler, "GET", path)[0] for path in paths} == dict.fromkeys(paths, 401)


async def test_a_key_opens_no_socket(web: Web, scheduler: Machine):
    headers = {"Authorization": scheduler.header("GET", "/ws/123")}
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with Phone(web, path="/ws/123", subprotocols=None, additional_headers=headers):
            pass

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("language", ["sh", "python"])
def test_the_examples_of_the_document_work(house: House, web: Web, scheduler: Machine, language: str):
    [program] = re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    interpreter = ["bash", "-euo", "pipefail"] if language == "sh" else [sys.executable]
    env = {**os.environ, "URL": web.url, "KEY": scheduler.key, "SECRET": scheduler.secret}

    done = subprocess.run([*interpreter, "-c", program], env=env, capture_output=True, text=True, check=True)

    shift = json.loads(done.stdout)
    assert (shift["location_name"], shift["zone"], shift["shift_status"]) == ("Ward 3", "Europe/Paris", "draft")


def test_a_key_that_is_revoked_opens_nothing_from_then_on(house: House, web: Web):
    machine = Machine(*house.call("tests.machine_world.make_key"))
    assert ask(web, machine, "GET", "/api/shifts")[0] == 200

    house.call("tests.machine_world.revoke", machine.key)

    status, refusal = ask(web, machine, "GET", "/api/shifts")
    assert (status, refusal["code"]) == (401, "key_ended")
