"""Seed 000's flow from end to end: a report reaches the professionals it fits, and stops when one is accepted. Over a
server, a worker, beat, real sockets, and a look-alike of FCM.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.factories.dispatch import CIVIC, KINGSTON, OFFER
from tests.house import House, Street, Web
from tests.outside.world import World
from tests.sockets import PATIENCE_SECONDS, Device, Phone
from tests.waiting import until

ASKED = "dispatch.estimate_requested"
SECRETS = {"latitude", "longitude", "address", "notes", "job"}


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    with street.staffed(**world.env) as house:
        yield house


@dataclass
class Person:
    """Somebody with an app, which keeps the view that follows from what it hears."""

    id: str
    token: str
    http: httpx.AsyncClient
    app: Device
    push_address: str
    heard: int = 0

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        answer = await self.http.post(f"/api/dispatch{path}", json=body or {}, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def hear(self, name: str) -> dict[str, Any]:
        """The next event of this name, and what it says."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for number, event in enumerate(self.app.events[self.heard :], start=self.heard + 1):
                    if event["event"] == name:
                        self.heard = number
                        return event["data"]
                await asyncio.sleep(0.01)

    def names_heard(self) -> list[str]:
        return [event["event"].removeprefix("dispatch.") for event in self.app.events if "dispatch" in event["event"]]

    async def has_a_true_view(self) -> bool:
        """Nothing was missed or repeated, and what was folded is what a client that begins now is given."""
        fresh = (await self.http.get("/api/sync")).json()
        await self.app.reach(int(fresh["position"].partition(":")[2]))
        offsets = self.app.offsets
        return self.app.view == fresh["view"] and offsets == list(range(1, len(offsets) + 1))

    def reads(self) -> list[str]:
        """Titles in the inbox, oldest first."""
        notices = self.app.view["notifications.notice"]
        return [notices[key]["title"] for key in sorted(notices)]

    async def view(self) -> dict[str, Any]:
        return (await self.http.get("/api/sync")).json()["view"]


class Town:
    """Its people; each has a phone that FCM reaches, and an app that is open if it is said so."""

    def __init__(self, house: House, web: Web, stack: AsyncExitStack) -> None:
        self._house, self._web, self._stack = house, web, stack

    async def person(self, *, is_online: bool = True) -> Person:
        [signed_up] = self._house.call("tests.people.sign_up", 1)
        headers = {"Authorization": f"Bearer {signed_up['token']}"}
        http = httpx.AsyncClient(base_url=self._web.url, headers=headers, timeout=20)
        await self._stack.enter_async_context(http)
        app = Device([self._web.url], signed_up["token"], name="app")
        address = f"phone-{uuid4().hex}"
        person = Person(signed_up["id"], signed_up["token"], http, app, address)
        await http.post("/api/devices", json={"address": address, "platform": "android", "install_id": address})
        if is_online:
            await self._stack.enter_async_context(app)
            await app.is_live.wait()
        return person

    async def professional(self, *, is_online: bool = True, **facts: Any) -> Person:
        """Approved; a mechanic of Kingston, unless it is said otherwise."""
        person = await self.person(is_online=is_online)
        profile = {"business_name": "Garage", "skills": ["mechanics"], **KINGSTON, **facts}
        await person.post("/professional", profile)
        self._house.call("tests.dispatch_people.approve", person.id)
        return person

    async def phone_of(self, person: Person, name: str) -> Phone:
        """One more socket, that sends commands."""
        phone = await self._stack.enter_async_context(Phone(self._web, person.token))
        await phone.hello(device=name)
        return phone


@pytest.fixture
async def town(house: House, web: Web) -> AsyncIterator[Town]:
    house.call("tests.dispatch_people.send_everybody_home")
    async with AsyncExitStack() as stack:
        yield Town(house, web, stack)


def report(**facts: Any) -> dict[str, Any]:
    return {**CIVIC, "skills": ["mechanics"], "address": "7 Hope Road", "notes": "Ring twice", **facts}


def pushes(world: World, person: Person) -> list[dict[str, Any]]:
    arrived = world.journal("fcm")
    return [one for one in arrived if one["address"] == person.push_address and one["is_visible"]]


def on_the_phone(world: World, person: Person) -> list[str]:
    shown = [one for one in world.phones() if one["address"] == person.push_address]
    return [one["title"] for one in shown if one["state"] != "cleared"]


async def test_a_report_from_its_opening_to_its_review(house, world, town):
    owner, first, second = await town.person(), await town.professional(), await town.professional()
    away, leaving = await town.professional(is_online=False), await town.professional()
    later = await town.professional()
    await later.post("/professional/availability", {"is_available": False})
    far = await town.professional(latitude=KINGSTON["latitude"] + 3)
    painter = await town.professional(skills=["painters"])
    blocked = await town.professional()
    house.call("tests.dispatch_people.block", owner.id, blocked.id)

    # Opened twice, as the first answer was lost: one report, and each who fits is asked once, at once.
    key = str(uuid4())
    opened, again = [await owner.post("/reports", report(), **{"Idempotency-Key": key}) for _ in range(2)]
    assert opened == again
    report_id = opened["report_id"]
    for professional in (first, second, leaving):
        asked = await professional.hear(ASKED)
        assert (asked["report_id"], asked["status"], asked["vehicle"]) == (report_id, "notified", "2019 Honda Civic")
        assert SECRETS & asked.keys() == {"job"}
        assert asked["job"] is None
    assert (await owner.hear("dispatch.report_distributed"))["professionals_notified"] == 4

    # Whose app is closed is told by push: the seed's title and channel, and nothing but ids for the app.
    await until(lambda: [one["title"] for one in pushes(world, away)], ["New Damage Report Available"])
    [push] = pushes(world, away)
    assert push["body"] == "2019 Honda Civic – Scratched along both doors, mirror broken."
    assert push["message"]["android"]["notification"]["channel_id"] == "damage_reports"
    assert push["message"]["data"] == {
        "type": "new_damage_report",
        "reportId": report_id,
        "nid": push["nid"],
        "kind": "damage_reports",
        "channel": "damage_reports",
        "title": push["title"],
        "body": push["body"],
    }

    # One is gone for a while. Two send estimates, which the owner sees at once.
    await leaving.app.__aexit__()
    sent = []
    for professional in (first, second):
        await professional.post(f"/requests/{report_id}/seen")
        estimate = await professional.post("/estimates", {"report_id": report_id, **OFFER})
        sent.append(estimate)
        assert await owner.hear("dispatch.estimate_submitted") == estimate
    assert [await person.has_a_true_view() for person in (owner, first, second)] == [True] * 3
    assert owner.reads() == ["New Estimate Received!"] * 2
    assert (first.reads(), second.reads()) == ([], [])

    # One comes to work only now, and is asked now.
    await later.post("/professional/availability", {"is_available": True})
    assert (await later.hear(ASKED))["report_id"] == report_id

    # Two devices of the owner accept different ones at the same time: one of them is told that it was too late.
    tablet, watch = await town.phone_of(owner, "tablet"), await town.phone_of(owner, "watch")
    replies = await asyncio.gather(
        tablet.command("dispatch.accept_estimate", estimate_id=sent[0]["estimate_id"]),
        watch.command("dispatch.accept_estimate", estimate_id=sent[1]["estimate_id"]),
    )
    assert sorted(reply["ok"] for reply in replies) == [False, True]
    [refused] = [reply["error"]["code"] for reply in replies if not reply["ok"]]
    assert refused == "report_assigned"
    winner, loser = (first, second) if replies[0]["ok"] else (second, first)

    # The winner knows where to go, everybody else that it is over, in the words of the seed.
    assert (await winner.hear("dispatch.estimate_accepted"))["status"] == "accepted"
    job = (await winner.hear("dispatch.report_assigned"))["job"]
    assert job == {**KINGSTON, "address": "7 Hope Road", "notes": "Ring twice"}
    assert (await loser.hear("dispatch.estimate_declined"))["declined_because"] == "rival"
    gone = [await one.hear("dispatch.report_assigned") for one in (loser, later)]
    assert [(data["report_status"], data["status"], data["job"]) for data in gone] == [
        ("in_progress", "answered", None),
        ("in_progress", "ceased", None),
    ]
    assert (await owner.hear("dispatch.report_assigned"))["report_status"] == "in_progress"
    assert [await person.has_a_true_view() for person in (owner, winner, loser, later)] == [True] * 4
    assert (winner.reads(), loser.reads()) == (["Estimate Accepted!"], ["Report No Longer Available"])
    assert (owner.reads(), later.reads()) == (["Estimate Accepted!"], [])
    await until(lambda: on_the_phone(world, away), [])
    assert len(pushes(world, away)) == 1

    # Who was gone comes back, and has heard everything once.
    async with leaving.app:
        assert await leaving.has_a_true_view()
    assert leaving.names_heard() == ["estimate_requested", "report_assigned"]
    assert (leaving.app.resets, leaving.reads()) == (1, [])

    # Done, and well.
    await owner.post(f"/reports/{report_id}/complete")
    assert (await winner.hear("dispatch.report_completed"))["report_status"] == "completed"
    await owner.post(f"/reports/{report_id}/review", {"rating": 5, "comment": "Like new."})
    assert await winner.has_a_true_view()
    assert winner.reads() == ["Estimate Accepted!", "Repair Completed"]
    profile = (await owner.http.get(f"/api/dispatch/professionals/{winner.id}")).json()
    assert (profile["rating"], profile["rating_count"]) == (5, 1)

    # Whom it did not fit has never heard of it.
    for stranger in (far, painter, blocked):
        assert stranger.app.events == []
        assert pushes(world, stranger) == []
    assert house.call("tests.outbox_world.heard", [one.id for one in (far, painter, blocked)]) == {}


def entry(action: str, **data: Any) -> dict[str, Any]:
    return {"action": action, "data": data, "timestamp": int(time.time() * 1000)}


async def test_a_queue_that_is_sent_twice_has_one_effect(town):
    """The app was in a tunnel, and lost the first answer as well."""
    owner, professional = await town.person(), await town.professional()
    opened = entry("new_damage_report", vehicleMake="Honda", vehicleModel="Civic", vehicleYear=2019, **KINGSTON,
                   damageDescription="Scratched along both doors.", estimatedCost=1250.5, imageUrls=[])  # fmt: skip
    twice = [await owner.post("/queue", [opened]) for _ in range(2)]
    made = twice[0]["replies"][0]["data"]
    report_id = made["report_id"]
    assert [answer["replies"][0].get("replayed", False) for answer in twice] == [False, True]

    assert (await professional.hear(ASKED))["report_id"] == report_id
    offered = entry("new_estimate", reportId=report_id, cost=1300, leadTimeDays=2, description="Two doors, a mirror.")
    nonsense = entry("new_estimate", reportId=str(uuid4()), cost=1, leadTimeDays=1, description="Of what is not there")
    twice = [await professional.post("/queue", [offered, nonsense]) for _ in range(2)]
    assert [[reply["status"] for reply in answer["replies"]] for answer in twice] == [[200, 404]] * 2
    estimate = await owner.hear("dispatch.estimate_submitted")
    assert (estimate["cost"], estimate["currency"]) == (130_000, made["currency"])

    decided = entry("estimate_update", estimateId=estimate["estimate_id"], status="accepted")
    twice = [await owner.post("/queue", [decided]) for _ in range(2)]
    assert [answer["replies"][0]["data"]["status"] for answer in twice] == ["accepted"] * 2
    assert (await professional.hear("dispatch.report_assigned"))["job"]["address"] == ""

    assert [await person.has_a_true_view() for person in (owner, professional)] == [True] * 2
    assert list(owner.app.view["dispatch.report"]) == [report_id]
    assert list(owner.app.view["dispatch.estimate"]) == [estimate["estimate_id"]]
    assert professional.names_heard() == [
        "estimate_requested",
        "estimate_submitted",
        "request_answered",
        "estimate_accepted",
        "report_assigned",
    ]
