"""The socket of seed 003's app, over real servers: what it is shown, when, and what it is spared."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from itertools import count
from time import monotonic
from typing import Any, Self

import pytest
import websockets

from tests.fleet import dart
from tests.house import House, Street, Web
from tests.realtime.test_asyncapi import faults, validators
from tests.sockets import PATIENCE_SECONDS, Phone

NUMBERS = count(1)
PACE, ODD_PACE = 0.3, 1
BRISK = {
    "FLEET_DIALECT_SECONDS": str(PACE),
    "FLEET_DIALECT_VEHICLES": "40",
    "REALTIME_BOARD_SECONDS": "0.05",
    "REALTIME_CHECK_SECONDS": "0.3",
}
DATA = {
    "violations_update": "/api/fleet/violations",
    "vehicles_update": "/api/fleet/vehicles",
    "fleet_summary_update": "/api/fleet/summary",
    "violation_distribution_update": "/api/fleet/violation-distribution",
    "vehicle_logs_update": "/api/fleet/vehicle-logs",
}
MOVED = ["fleet_summary_update", "vehicle_logs_update", "vehicles_update"]


class Desktop(Phone):
    """The app: it fails on what its classes cannot be made from."""

    def __init__(self, web: Web, token: str, **options: Any) -> None:
        super().__init__(web, token, path=f"/ws/fleet?token={token}", subprotocols=None, **options)
        self.heard: list[tuple[str, float]] = []

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        connected = await self.receive()
        assert connected == {"type": "connection", "data": {"status": "connected"}}
        assert as_documented(connected)
        return self

    async def receive(self, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        text = await asyncio.wait_for(self.socket.recv(), patience)
        assert isinstance(text, str)
        kind, data = dart.parse(text)
        self.heard.append((kind, monotonic()))
        return {"type": kind, "data": data}

    async def all(self) -> dict[str, Any]:
        """The first of each of the five."""
        shown: dict[str, Any] = {}
        while len(shown) < len(DATA):
            frame = await self.next(*(DATA.keys() - shown.keys()))
            shown[frame["type"]] = frame["data"]
        return shown

    async def until(self, kind: str, holds: Callable[[Any], bool]) -> Any:
        while not holds(data := (await self.next(kind))["data"]):
            pass
        return data

    async def hear_of(self, plate: str, status: str) -> dict[str, Any]:
        """Until that vehicle is there in that state."""
        listed = await self.until("vehicles_update", lambda found: (plate, status) in states(found))
        return next(vehicle for vehicle in listed if vehicle["plateNumber"] == plate)


def as_documented(*frames: dict[str, Any]) -> bool:
    return [fault for frame in frames for fault in faults("tellFleetApp", frame)] == []


def states(vehicles: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(vehicle["plateNumber"], vehicle["status"]) for vehicle in vehicles]


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], **BRISK) as built:
        built.call("tests.fleet.app_world.register", "ABC 123", "DEF 456")
        yield built
        assert built.complaints() == []


@pytest.fixture(scope="module")
def odd(house: House) -> Web:
    """Hears no hints, shows one vehicle, and takes its time."""
    more = {"FLEET_DIALECT_VEHICLES": "1", "FLEET_DIALECT_SECONDS": str(ODD_PACE)}
    return house.web(CHANNEL_LAYER="tests.faults.lossy.DeafLayer", **more)


@pytest.fixture
def plate(house: House) -> str:
    """Of a vehicle that only this test has to do with."""
    made = f"CAR {next(NUMBERS):04}"
    house.call("tests.fleet.app_world.register", made)
    return made


@pytest.fixture
def admit(house: House) -> Callable[[str], dict[str, Any]]:
    return lambda role: house.call("tests.fleet.app_world.admit", role)


@pytest.fixture
def token(admit: Callable[[str], dict[str, Any]]) -> str:
    return admit("officer")["token"]


async def act(house: House, name: str, *arguments: Any) -> None:
    await asyncio.to_thread(house.call, f"tests.fleet.app_world.{name}", *arguments)


async def refusal(web: Web, path: str) -> int:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with Phone(web, path=path, subprotocols=None):
            pass
    return refused.value.response.status_code


def test_the_documented_frames_are_these():
    assert set(validators("tellFleetApp")) == {*DATA, "connection", "vehicles_truncated", "error"}


class TestConnecting:
    async def test_all_five_come_and_are_what_rest_answers(self, plate, house, web, token):
        house.call("tests.fleet.app_world.drive", plate, "in")
        house.call("tests.fleet.app_world.accuse", plate)
        async with Desktop(web, token) as desktop:
            shown = await desktop.all()

        assert shown == {kind: web.get(path, token)[1] for kind, path in DATA.items()}
        assert all(shown.values())
        assert as_documented(*({"type": kind, "data": data} for kind, data in shown.items()))

    async def test_again_all_five_come_whatever_it_missed(self, plate, house, web, token):
        async with Desktop(web, token) as desktop:
            await desktop.all()
        house.call("tests.fleet.app_world.drive", plate, "in")
        async with Desktop(web, token) as desktop:
            shown = await desktop.all()

        assert (plate, "onsite") in states(shown["vehicles_update"])

    @pytest.mark.parametrize("role", ["guard", "officer", "staff"])
    async def test_guards_officers_and_staff_may(self, web, admit, role):
        async with Desktop(web, admit(role)["token"]) as desktop:
            await desktop.all()

    async def test_nobody_else_may(self, house, web, admit):
        passer_by, retired = admit("nobody"), admit("guard")
        house.call("tests.fleet.app_world.retire", retired["id"])

        refusals = [await refusal(web, f"/ws/fleet?token={one['token']}") for one in (passer_by, retired)]

        assert refusals == [403, 403]
        assert [await refusal(web, f"/ws/fleet{query}") for query in ("", "?token=", "?token=nonsense")] == [403] * 3

    async def test_what_the_app_says_is_passed_over(self, plate, house, web, token):
        nonsense = ["", "nonsense", "[]", "{", '{"type": 5}', '{"type": "subscribe", "id": "1", "board": "fleet.x"}',
                    '{"type": "vehicles_update", "data": []}', b"\x00\xff", "[" * 10_000]  # fmt: skip
        async with Desktop(web, token) as desktop:
            await desktop.all()
            for frame in nonsense:
                await desktop.socket.send(frame)
            await act(house, "drive", plate, "out")
            await desktop.hear_of(plate, "offsite")


class TestChanges:
    async def test_what_has_changed_is_sent_whole_and_what_has_not_is_not(self, plate, house, web, token):
        async with Desktop(web, token) as desktop:
            await desktop.all()
            await desktop.silence(4 * PACE)
            begin = len(desktop.heard)
            await act(house, "drive", plate, "in")
            await desktop.hear_of(plate, "onsite")
            await desktop.silence(4 * PACE)
            kinds = sorted(kind for kind, _ in desktop.heard[begin:])

        assert kinds == MOVED

    async def test_what_is_rendered_anew_and_looks_the_same_is_not_sent_again(self, house, web, token):
        async with Desktop(web, token) as desktop:
            await desktop.all()
            await act(house, "touch_all")
            heard = await desktop.silence(5 * PACE)

        assert heard == []

    async def test_however_fast_things_change_a_type_comes_once_in_a_while_and_the_last_one_is_right(
        self, plate, house, web, token
    ):
        async with Desktop(web, token) as desktop:
            await desktop.all()
            driving = asyncio.create_task(drive_about(house, plate, 20))
            frames = []
            while not driving.done():
                frames += await desktop.silence(PACE)
            await driving
            frames += await desktop.silence(4 * PACE)
            last = {frame["type"]: frame["data"] for frame in frames}

        for kind in MOVED:
            moments = [at for heard, at in desktop.heard if heard == kind]
            assert 2 < len(moments) <= (moments[-1] - moments[0] + PACE / 2) / PACE + 1
        assert {kind: web.get(DATA[kind], token)[1] for kind in MOVED} == last

    async def test_the_pace_is_each_sockets_own_whenever_it_came(self, plate, house, odd, token):
        async def look(after: float) -> float:
            """Between the first list of vehicles and the next."""
            await asyncio.sleep(after)
            async with Desktop(odd, token) as desktop:
                for _ in range(2):
                    await desktop.next("vehicles_update")
            first, second = [at for kind, at in desktop.heard if kind == "vehicles_update"]
            return second - first

        await act(house, "drive", plate, "in")
        looking = asyncio.gather(*(look(n * ODD_PACE / 5) for n in range(5)))
        names = count()
        while not looking.done():
            await act(house, "rename", plate, f"Owner {next(names)}")

        assert min(await looking) > ODD_PACE / 2

    async def test_sockets_of_several_processes_see_the_same(self, plate, house, web, token, closing):
        other = await asyncio.to_thread(house.web, server="uvicorn")
        closing.callback(other.kill)
        async with Desktop(web, token) as one, Desktop(other, token) as two:
            before = [await one.all(), await two.all()]
            await act(house, "rename", plate, "Marco")
            after = [await each.until("vehicles_update", lambda found: "Marco" in owners(found)) for each in (one, two)]

        assert before[0] == before[1]
        assert after[0] == after[1]


async def drive_about(house: House, plate: str, times: int) -> None:
    for n in range(times):
        await act(house, "drive", plate, ["in", "out"][n % 2])


def owners(vehicles: list[dict[str, Any]]) -> set[str]:
    return {vehicle["ownerName"] for vehicle in vehicles}


class TestRights:
    async def test_a_guard_is_shown_no_address_telephone_or_number_of_a_document(self, house, web, admit):
        async with Desktop(web, admit("guard")["token"]) as guard, Desktop(web, admit("officer")["token"]) as officer:
            [seen, full] = [(await each.all())["vehicles_update"][0] for each in (guard, officer)]

        hidden = ["contact", "barangay", "city", "licenseNumber"]
        assert [seen[name] for name in hidden] == [""] * 4
        assert [full[name] for name in hidden] == ["09171234567", "San Jose", "Oroquieta", "N01-12-345678"]

    async def test_who_becomes_a_guard_is_shown_what_guards_are(self, plate, house, web, admit):
        person = admit("officer")
        async with Desktop(web, person["token"]) as desktop:
            await desktop.all()
            await act(house, "demote", person["id"])
            await act(house, "rename", plate, "Pedro")
            listed = await desktop.until("vehicles_update", lambda found: "" in {one["contact"] for one in found})

        assert {one["contact"] for one in listed} == {""}

    async def test_a_guard_who_comes_back_is_shown_what_officers_saw_meanwhile(self, plate, house, web, admit):
        guard, officer = admit("guard")["token"], admit("officer")["token"]
        async with Desktop(web, officer) as desktop:
            await desktop.all()
            async with Desktop(web, guard) as gate:
                await gate.all()
            await act(house, "drive", plate, "in")
            await desktop.hear_of(plate, "onsite")
            async with Desktop(web, guard) as gate:
                shown = await gate.all()

        assert (plate, "onsite") in states(shown["vehicles_update"])

    async def test_who_may_no_longer_look_is_closed(self, house, web, admit):
        person = admit("guard")
        async with Desktop(web, person["token"]) as desktop:
            await desktop.all()
            await act(house, "retire", person["id"])
            code = await desktop.close_code()

        assert code == 4403
        assert await refusal(web, f"/ws/fleet?token={person['token']}") == 403

    async def test_logging_out_closes_it(self, web, token):
        async with Desktop(web, token) as desktop:
            await desktop.all()
            await asyncio.to_thread(web.post, "/api/auth/logout", None, token)
            code = await desktop.close_code()

        assert code == 4401


@pytest.fixture(scope="module")
def crowded(street: Street) -> Iterator[House]:
    """A campus of 2,000 vehicles. Something is broken in it, which is logged."""
    more = {"FLEET_DIALECT_SECONDS": "0.1", "FLEET_DIALECT_VEHICLES": "2000", "LOG_LEVEL": "CRITICAL"}
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"], **{**BRISK, **more}) as house:
        house.call("tests.fleet.app_world.register_many", 2000)
        yield house


class TestTroubles:
    async def test_of_more_vehicles_than_the_app_takes_it_is_told_how_many_there_are(self, house, web, odd, token):
        await act(house, "touch_all")  # or it would be shown what the other process has kept
        async with Desktop(odd, token) as desktop:
            shown = await desktop.until("vehicles_update", lambda found: True)
            after = await desktop.receive()

        everyone = web.get("/api/fleet/vehicles?refresh=1", token)[1]
        assert (len(shown), after) == (1, {"type": "vehicles_truncated", "data": {"total": len(everyone)}})
        assert as_documented(after)

    async def test_lost_hints_cost_a_moment(self, plate, house, odd, token):
        async with Desktop(odd, token) as desktop:
            await desktop.all()
            for way, status in (("in", "onsite"), ("out", "offsite"), ("in", "onsite")):
                await act(house, "drive", plate, way)
                await desktop.hear_of(plate, status)

    @pytest.mark.parametrize("server", ["daphne", "uvicorn"])
    async def test_who_does_not_read_slows_nobody_and_gets_the_newest_later(self, crowded, closing, server):
        """What was between is not kept for it."""
        token = crowded.call("tests.fleet.app_world.admit", "officer")["token"]
        web = await asyncio.to_thread(crowded.web, server=server)
        closing.callback(web.kill)
        async with Desktop(web, token, max_queue=1, sock=narrow(web)) as slow, Desktop(web, token) as brisk:
            await brisk.all()
            for n in range(14):
                await act(crowded, "rename", "CAR 00000", f"{server} {n}")
                await brisk.until("vehicles_update", lambda found, n=n: f"{server} {n}" in owners(found))
            newest = await slow.until("vehicles_update", lambda found: f"{server} 13" in owners(found))

        assert newest == web.get(DATA["vehicles_update"], token)[1]
        got, shown = ([kind for kind, _ in each.heard].count("vehicles_update") for each in (slow, brisk))
        assert (shown, got < 10) == (15, True)

    async def test_what_cannot_be_computed_is_told_and_comes_once_it_can(self, crowded, closing):
        crowded.call("tests.fleet.app_world.touch_all")  # nothing that was kept will do
        crowded.call("tests.fleet.app_world.hide_counts")
        token = crowded.call("tests.fleet.app_world.admit", "officer")["token"]
        web = await asyncio.to_thread(crowded.web)
        closing.callback(web.kill)
        async with Desktop(web, token) as desktop:
            first = [await desktop.receive() for _ in range(5)]
            nothing_new = await desktop.silence(0.5)
            await act(crowded, "find_counts")
            found = [await desktop.receive() for _ in range(3)]

        failed = ["fleet_summary_update", "violation_distribution_update", "vehicle_logs_update"]
        errors = [frame["data"] for frame in first if frame["type"] == "error"]
        assert [(error["stream"], error["code"]) for error in errors] == [(kind, "internal") for kind in failed]
        assert {frame["type"] for frame in first} == {"error", "violations_update", "vehicles_update"}
        assert as_documented(*(frame for frame in first if frame["type"] == "error"))
        assert nothing_new == []
        assert sorted(frame["type"] for frame in found) == sorted(failed)

    async def test_a_command_in_another_process_is_seen_where_no_cache_is_shared(self, street, closing):
        small = closing.enter_context(street.house("sqlite", **BRISK))
        small.call("tests.fleet.app_world.register", "ABC 123")
        token = small.call("tests.fleet.app_world.admit", "officer")["token"]
        async with Desktop(small.web(), token) as desktop:
            await desktop.all()
            for way, status in (("in", "onsite"), ("out", "offsite")):
                await act(small, "drive", "ABC 123", way)
                await desktop.hear_of("ABC 123", status)

        assert small.complaints() == []


def narrow(web: Web) -> socket.socket:
    """A connection whose kernel takes little."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", web.port))
    return made
