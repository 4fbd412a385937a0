"""Shifts in our own words: a coordinator by REST, nurses on stream.v1, and a board that follows."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from uuid_utils.compat import uuid7

from tests.factories.accounts import PASSWORD
from tests.house import House, Street, Web
from tests.realtime.test_boards import shown
from tests.sockets import PATIENCE_SECONDS, Phone, fold


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    """With a worker, which renders boards and goes on offering."""
    with street.staffed(REALTIME_BOARD_SECONDS="0.2") as house:
        yield house


def log_in(web: Web, email: str) -> str:
    return web.post("/api/auth/login", {"email_or_phone": email, "password": PASSWORD})[1]["access_token"]


@dataclass
class Nurse:
    """Her phone, which keeps the view that follows from what it hears."""

    emp_id: int
    phone: Phone
    http: httpx.AsyncClient
    view: dict[str, Any] = field(default_factory=dict)

    async def hear(self, name: str) -> dict[str, Any]:
        """Fold what comes, up to the next event of this name."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                event = await self.phone.next("event")
                fold(self.view, event)
                if event["event"] == name:
                    return event["data"]

    async def command(self, name: str, shift_id: int, id: Any = None) -> dict[str, Any]:
        """The reply; the events around it are folded."""
        await self.phone.send(type="command", id=id or uuid7(), name=name, data={"shift_id": shift_id})
        while (frame := await self.phone.next("reply", "event"))["type"] == "event":
            fold(self.view, frame)
        return frame

    async def has_a_true_view(self) -> bool:
        """What it has folded is what a client that begins now is given."""
        fresh = (await self.http.get("/api/sync")).json()
        position = int(fresh["position"].partition(":")[2])
        while self.phone.position[1] < position:
            fold(self.view, await self.phone.next("event"))
        return self.view["shifts.offer"] == fresh["view"]["shifts.offer"]


@dataclass
class Ward:
    desk: httpx.AsyncClient
    screen: Phone
    nurses: list[Nurse]
    coverage: dict[str, Any] = field(default_factory=dict)

    async def post(self, path: str, body: Any = None, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.desk.post(f"/api/shifts{path}", json=body or {}, headers=headers)

    async def board(self, **wanted: Any) -> None:
        """Watch the coverage until it shows this."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not wanted.items() <= {**self.coverage, **self.coverage.get("by_status", {})}.items():
                self.coverage = shown(self.coverage, await self.screen.next("board"))


@pytest.fixture
async def ward(house: House, web: Web) -> AsyncIterator[Ward]:
    """A coordinator who watches the board, and four nurses on the air."""
    async with AsyncExitStack() as stack:

        async def sign_in(email: str, **hello: Any) -> tuple[httpx.AsyncClient, Phone]:
            token = log_in(web, email)
            headers = {"Authorization": f"Bearer {token}"}
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=web.url, headers=headers, timeout=20))
            phone = await stack.enter_async_context(Phone(web, token))
            await phone.hello(**hello)
            return http, phone

        desk, screen = await sign_in(house.call("tests.shift_world.coordinator")["email"], boards=["shifts.coverage"])
        nurses = []
        for hired in house.call("tests.shift_world.hire", 4):
            http, phone = await sign_in(hired["email"])
            nurses.append(Nurse(hired["emp_id"], phone, http))
        yield Ward(desk, screen, nurses)


def facts() -> dict[str, Any]:
    start_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    end_at = start_at + timedelta(hours=8)
    return {"start_at": start_at.isoformat(), "end_at": end_at.isoformat(), "location_name": "Willow Place"}


async def test_a_shift_from_its_draft_to_its_end(house, ward):
    winner, late, *_ = ward.nurses
    await ward.board(draft=0, offers_pending=0)

    # Posted twice, as the first answer was lost: one shift.
    body, key = facts(), str(uuid4())
    created, again = [await ward.post("", body, key) for _ in range(2)]
    assert (created.status_code, again.status_code) == (201, 201)
    assert created.json() == again.json()
    assert [answer.headers.get("Idempotency-Replayed") for answer in (created, again)] == [None, "true"]
    assert house.call("tests.shift_world.count_shifts") == 1
    shift_id = created.json()["shift_id"]
    await ward.board(draft=1)

    # Held out twice: everybody hears it once.
    key = str(uuid4())
    offered, again = [await ward.post(f"/{shift_id}/offer", key=key) for _ in range(2)]
    assert (offered.status_code, offered.json()) == (200, again.json())
    assert offered.json()["shift_status"] == "open"
    heard = [await nurse.hear("shifts.shift_offered") for nurse in ward.nurses]
    assert [(data["shift_id"], data["status"]) for data in heard] == [(shift_id, "pending")] * 4
    await ward.board(draft=0, open=1, offers_pending=4)

    # One says yes: hers, and closed for everybody else.
    accepted = await winner.command("shifts.accept_offer", shift_id)
    assert (accepted["ok"], accepted["data"]["status"]) == (True, "accepted")
    closed = [await nurse.hear("shifts.offer_closed") for nurse in ward.nurses[1:]]
    assert [(data["status"], data["shift_status"]) for data in closed] == [("taken", "assigned")] * 3
    command_id = uuid7()
    refused = [await late.command("shifts.accept_offer", shift_id, id=command_id) for _ in range(2)]
    assert [reply["error"]["code"] for reply in refused] == ["shift_taken"] * 2
    assert refused[1]["replayed"] is True
    await ward.board(open=0, assigned=1, offers_pending=0)

    # She cannot come: it is held out again, and the coordinator decides.
    dropped = await winner.command("shifts.drop_shift", shift_id)
    assert (dropped["ok"], dropped["data"]["status"]) == (True, "dropped")
    assert [(await nurse.hear("shifts.shift_offered"))["status"] for nurse in ward.nurses[1:]] == ["pending"] * 3
    await ward.board(open=1, offers_pending=3)
    assigned = await ward.post(f"/{shift_id}/assign", {"employee_id": late.emp_id})
    assert assigned.json()["assignee"]["id"] == late.emp_id
    assert (await late.hear("shifts.shift_assigned"))["status"] == "accepted"
    await ward.board(open=0, assigned=1, offers_pending=0)

    # It is not needed.
    await ward.post(f"/{shift_id}/cancel")
    gone = [await nurse.hear("shifts.shift_cancelled") for nurse in ward.nurses]
    assert [data["shift_status"] for data in gone] == ["cancelled"] * 4
    await ward.board(assigned=0, cancelled=1)
    assert [await nurse.has_a_true_view() for nurse in ward.nurses] == [True] * 4
