"""Seed 003's day at a gate in our own words: a device signs what it saw, a patrol sends what it kept while there was no
network, an officer decides, and whoever watches sees it. Over a server, a worker, beat and real sockets.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from uuid_utils.compat import uuid7

from tests.fleet.watchers import Watcher
from tests.house import House, Street, Web
from tests.signing import Machine
from tests.sockets import PATIENCE_SECONDS, Device, Phone

BOARD_SECONDS = 0.2
FACTS = {"plate_number": "NKO 4821", "owner_name": "Rosa Cruz", "department": "CCS", "contact": "09171234567"}


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    with street.staffed(REALTIME_BOARD_SECONDS=f"{BOARD_SECONDS}") as house:
        yield house


@dataclass
class Campus:
    gate: Machine
    guard: httpx.AsyncClient
    patrol: Phone
    officer: httpx.AsyncClient
    inbox: Device
    screen: Watcher
    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def ago(self, minutes: float) -> str:
        """Before it began: the same whenever it is asked."""
        return (self.began - timedelta(minutes=minutes)).isoformat()

    async def scan(self, *passages: tuple[str, str, float]) -> list[str]:
        """The gate says: this plate, this way, minutes ago. What became of each."""
        scans = [
            {"event_id": f"{plate} {way} {ago}", "plate": plate, "direction": way, "at": self.ago(ago)}
            for plate, way, ago in passages
        ]
        body = json.dumps({"scans": scans}).encode()
        headers = {
            "Authorization": self.gate.header("POST", "/api/fleet/scans", body),
            "Content-Type": "application/json",
        }
        async with httpx.AsyncClient(base_url=self.guard.base_url) as network:
            answer = await network.post("/api/fleet/scans", content=body, headers=headers)
        return [outcome["result"] for outcome in answer.raise_for_status().json()["outcomes"]]

    async def decide(self, path: str) -> dict[str, Any]:
        return (await self.officer.post(f"/api/fleet{path}")).raise_for_status().json()

    async def shows(self, board: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What the screen shows once it shows this."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while board not in self.screen.boards or not is_so(self.screen.boards[board]):  # noqa: ASYNC110 - frames do
                await asyncio.sleep(0.01)
        return self.screen.boards[board]

    async def reads(self, title: str) -> dict[str, Any]:
        """What the officer is told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for notice in self.inbox.view.get("notifications.notice", {}).values():
                    if notice["title"] == title:
                        return notice
                await asyncio.sleep(0.01)


@pytest.fixture
async def campus(house: House, web: Web) -> AsyncIterator[Campus]:
    async with AsyncExitStack() as stack:

        async def client(token: str) -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {token}"}
            return await stack.enter_async_context(httpx.AsyncClient(base_url=web.url, headers=headers, timeout=20))

        [officer] = house.call("tests.fleet_world.officers", 1)
        [guard] = house.call("tests.fleet_world.guards", 1)
        patrol = await stack.enter_async_context(Phone(web, guard["token"]))
        await patrol.hello()
        yield Campus(
            Machine(*house.call("tests.machine_world.make_key", "fleet.scans")),
            await client(guard["token"]),
            patrol,
            await client(officer["token"]),
            await stack.enter_async_context(Device([web.url], officer["token"])),
            await stack.enter_async_context(Watcher([web.url], guard["token"])),
        )


async def test_a_day_at_the_gate(campus: Campus):
    await campus.inbox.is_live.wait()
    await campus.shows("fleet.summary", lambda shown: shown["total_vehicles"] == 0)

    # A plate that nobody knows waits for its owner, out of order and sent twice.
    assert await campus.scan(("nko-4821", "out", 30), ("NKO 4821", "in", 90)) == ["recorded", "recorded"]
    assert await campus.scan(("NKO 4821", "in", 90)) == ["repeated"]
    registered = (await campus.officer.post("/api/fleet/registry", json=FACTS)).raise_for_status().json()
    mine = f"vehicle:{registered['id']}"
    shown = await campus.shows("fleet.vehicles", lambda shown: mine in shown)
    assert (shown["total"], shown["onsite"], shown[mine]["status"]) == (1, 0, "offsite")

    # It comes in, and the patrol reports it three times: by its queue, by its queue again, and by its socket.
    assert await campus.scan(("NKO 4821", "in", 5)) == ["recorded"]
    await campus.shows("fleet.vehicles", lambda shown: shown["onsite"] == 1)
    offense = {"plate": "NKO 4821", "type": "Over Speeding", "at": campus.ago(4)}
    queue = {"commands": [{"id": str(uuid7()), "name": "fleet.report_violation", "data": offense}]}
    for _ in range(2):
        [reply] = (await campus.guard.post("/api/commands", json=queue)).json()["replies"]
        assert (reply["ok"], reply["data"]["result"]) == (True, "recorded")
    await campus.patrol.send(
        type="command", id=uuid7(), name="fleet.report_violation", data={**offense, "at": campus.ago(3)}
    )
    assert (await campus.patrol.next("reply"))["data"]["result"] == "recorded"
    assert (await campus.reads("Violation reported"))["body"] == "Over Speeding: NKO 4821"
    shown = await campus.shows("fleet.violations", lambda shown: shown["states"]["pending"] == 2)
    first, second = sorted(shown.keys() - {"states"}, key=lambda key: shown[key]["reported_at"])

    # The guard may not decide; the officer does, and the second time it is suspended.
    refused = await campus.guard.post(f"/api/fleet/violations/{shown[first]['id']}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    sanctions = []
    for key in (first, second):
        await campus.decide(f"/violations/{shown[key]['id']}/confirm")
        sanctions.append(await campus.decide(f"/violations/{shown[key]['id']}/sanction"))
    assert [one["type"] for one in sanctions] == ["warning", "suspension"]
    await campus.shows("fleet.vehicles", lambda shown: shown[mine]["registration_status"] == "suspended")

    # It goes, comes back all the same, and the officer hears of it.
    assert await campus.scan(("NKO 4821", "out", 2), ("NKO 4821", "in", 0)) == ["recorded", "recorded"]
    assert (await campus.reads("A barred vehicle entered"))["body"] == "NKO 4821"

    # An appeal is heard.
    await campus.decide(f"/sanctions/{sanctions[1]['id']}/lift")
    shown = await campus.shows("fleet.vehicles", lambda shown: shown[mine]["registration_status"] == "active")
    violations = await campus.shows("fleet.violations", lambda shown: shown["states"]["dismissed"] == 1)
    assert (violations[first]["sanction_type"], violations[second]["sanction_type"]) == ("warning", None)

    # In the end every board is what REST says, and nothing came twice or out of order.
    for name in campus.screen.boards:
        board = name.removeprefix("fleet.")
        said = (await campus.guard.get(f"/api/fleet/boards/{board}?refresh=1")).json()
        assert await campus.shows(name, lambda shown, said=said: shown == said) == said
    logs = (await campus.guard.get(f"/api/fleet/registry/{registered['id']}/logs")).json()["results"]
    assert [(log["is_open"], log["duration_minutes"], log["in_by"]) for log in logs] == [
        (True, None, "Gate 3"),
        (False, 3, "Gate 3"),
        (False, 60, "Gate 3"),
    ]
    assert "contact" not in (await campus.guard.get(f"/api/fleet/registry/{registered['id']}")).json()
    assert campus.screen.faults == []
