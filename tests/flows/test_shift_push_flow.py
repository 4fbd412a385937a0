"""Seed 002's push fallback from end to end: who looks at her app is not pushed, everybody else is, and only as long as
there is something to answer. Over a server, a worker, beat, and a look-alike of FCM.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from typing import Any

import pytest

from tests.flows.taking_back import begun, too_late
from tests.flows.test_shift_offer_socket import App, Desk, log_in
from tests.house import House, Street, Web
from tests.outside.world import World
from tests.sockets import Phone
from tests.waiting import until

HOURS_AHEAD = count(72, 24)
ACK_SECONDS = 4
WAITED_ENOUGH = ACK_SECONDS + 3
CROWD = 60


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    with street.staffed(**world.env, REALTIME_RECORD_SECONDS="0.1", NOTIFICATIONS_SLOTS="5") as house:
        yield house


@pytest.fixture(scope="module")
def desk(house: House, web: Web) -> Desk:
    return Desk(web, log_in(web, house.call("tests.shift_world.coordinator")["email"]))


@pytest.fixture
def install(house: House, web: Web, world: World) -> Iterator[Callable[[], App]]:
    """The app on a new employee's phone, which has told its FCM token."""

    def hire_and_register() -> App:
        [nurse] = house.call("tests.shift_world.hire", 1)
        app = App(web, nurse["emp_id"], nurse["id"], log_in(web, nurse["email"]))
        status, _ = web.post("/api/chat/device", {"fcm_token": f"phone-{app.emp_id}"}, app.token)
        assert status == 200
        return app

    yield hire_and_register
    world.reset()


@pytest.fixture
def shift_id(house: House) -> int:
    return house.call("tests.shift_world.draft", next(HOURS_AHEAD))


@asynccontextmanager
async def on_screen(app: App, desk: Desk) -> AsyncIterator[None]:
    """The app is open and answers pings, as seed 002's does."""

    async def answer() -> None:
        while True:
            if (await phone.receive(patience=60))["type"] == "ping":
                await phone.send(type="pong")

    async with app.socket() as phone:
        await until(lambda: desk.is_connected(app), True)
        async with _meanwhile(answer()):
            yield


@asynccontextmanager
async def native(app: App, house: House, *, foreground: bool) -> AsyncIterator[None]:
    """An app that speaks stream.v1, and acknowledges what it hears in front or behind."""

    async def acknowledge() -> None:
        while True:
            frame = await phone.next("event", patience=60)
            await phone.send(type="ack", offset=frame["offset"])

    async with Phone(app.web, house.call("tests.people.sign_in_again", app.user_id)["token"]) as phone:
        await phone.hello(foreground=foreground)
        await until(lambda: house.call("tests.people.is_online", app.user_id), True)
        async with _meanwhile(acknowledge()):
            yield


@asynccontextmanager
async def _meanwhile(doing: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(doing)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def pushes(world: World, app: App) -> list[dict[str, Any]]:
    """What FCM was asked to show on her phone."""
    arrived = world.journal("fcm")
    return [one for one in arrived if one["address"] == f"phone-{app.emp_id}" and one["is_visible"]]


def titles(world: World, app: App) -> list[str]:
    return [one["title"] for one in pushes(world, app)]


def on_the_phone(world: World, app: App) -> list[str]:
    """What her phone shows still."""
    shown = [one for one in world.phones() if one["address"] == f"phone-{app.emp_id}"]
    return [one["title"] for one in shown if one["state"] != "cleared"]


async def test_who_looks_at_her_app_is_not_pushed_and_everybody_else_is_once(house, world, desk, install, shift_id):
    away, reading, silent, native_reading, native_behind = (install() for _ in range(5))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(on_screen(reading, desk))
        await stack.enter_async_context(silent.socket())
        await stack.enter_async_context(native(native_reading, house, foreground=True))
        await stack.enter_async_context(native(native_behind, house, foreground=False))
        await until(lambda: desk.is_connected(silent), True)
        everybody = [app.emp_id for app in (away, reading, silent, native_reading, native_behind)]
        house.call("tests.shift_world.offer_to", shift_id, everybody)
        offered_at = time.time()
        await until(lambda: [len(pushes(world, app)) for app in (away, native_behind)], [1, 1])
        at_once = time.time() - offered_at
        await asyncio.sleep(WAITED_ENOUGH)

    assert [titles(world, app) for app in (away, native_behind, silent)] == [["New shift available"]] * 3
    assert [titles(world, app) for app in (reading, native_reading)] == [[], []]
    assert at_once < ACK_SECONDS
    [waited] = [push["at"] - offered_at for push in pushes(world, silent)]
    assert waited > ACK_SECONDS - 1
    [push] = pushes(world, away)
    assert push["message"]["data"]["shift_id"] == str(shift_id)
    assert push["message"]["notification"]["title"] == "New shift available"


async def test_an_answer_leaves_nothing_of_the_offer_on_any_phone(world, desk, install, shift_id):
    winner, other = install(), install()
    for app in (winner, other):
        desk.send_offer(app, shift_id)
    await until(lambda: [on_the_phone(world, app) for app in (winner, other)], [["New shift available"]] * 2)

    winner.respond(shift_id, "accepted")

    await until(lambda: [on_the_phone(world, app) for app in (winner, other)], [[], []])
    assert [titles(world, app) for app in (winner, other)] == [["New shift available"]] * 2


async def test_after_the_yes_no_more_offers_leave(house, world, shift_id):
    """So many are asked that FCM, which is slow today, has not heard of most of them when one accepts."""
    world.control("fcm", latency_ms=400)
    nurses = house.call("tests.shift_world.hire_with_phones", CROWD)
    house.call("tests.shift_world.offer_to", shift_id, [nurse["emp_id"] for nurse in nurses])
    await until(lambda: len(shown_of(world, shift_id)) >= 10, True)

    accepted_at = house.call("tests.shift_world.accept_and_look_at_the_clock", nurses[0]["id"], shift_id)
    await until(lambda: house.call("tests.shift_world.is_quiet", shift_id), True)

    calls = begun(house, shift_id)
    shown = shown_of(world, shift_id)
    assert len(calls) == len(shown) < CROWD
    assert too_late(calls, accepted_at) == []
    await until(lambda: [one["state"] for one in world.phones() if one["nid"] in shown], ["cleared"] * len(shown))
    world.reset()


def shown_of(world: World, shift_id: int) -> set[str]:
    """Notices of this shift that a phone has shown."""
    about = [one for one in world.journal("fcm") if one["message"]["data"].get("shift_id") == str(shift_id)]
    return {one["nid"] for one in about if one["is_visible"]}


async def test_who_came_too_late_is_told_on_her_phone_though_her_app_is_open(world, desk, install, shift_id):
    """The app takes every answer for a yes and has no frame that says otherwise."""
    winner, late = install(), install()
    async with on_screen(winner, desk), on_screen(late, desk):
        for app in (winner, late):
            desk.send_offer(app, shift_id)
        answers = [app.respond(shift_id, "accepted")[1]["assigned"] for app in (winner, late)]
        await until(lambda: titles(world, late), ["Shift already taken"])
        await asyncio.sleep(1)

    assert answers == [True, False]
    assert (titles(world, winner), titles(world, late)) == ([], ["Shift already taken"])


async def test_what_becomes_of_her_shift_is_pushed_though_her_app_is_open(house, world, desk, install, shift_id):
    nurse = install()
    async with on_screen(nurse, desk):
        house.call("tests.shift_world.assign", nurse.emp_id, shift_id)
        await until(lambda: on_the_phone(world, nurse), ["Shift assigned to you"])
        house.call("tests.shift_world.cancel", shift_id)
        await until(lambda: on_the_phone(world, nurse), ["Your shift was cancelled"])

    assert titles(world, nurse) == ["Shift assigned to you", "Your shift was cancelled"]
