"""Seed 002 from end to end: what its app says and hears, word for word, over a server with a worker and beat."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import websockets

from tests.factories.accounts import PASSWORD
from tests.house import House, Street, Web
from tests.sockets import Phone
from tests.waiting import until

NUMBERS = count(456)


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    with street.staffed(REALTIME_HEARTBEAT_SECONDS="1", REALTIME_RECORD_SECONDS="0.1") as house:
        yield house


@dataclass
class App:
    """The app of one employee: signed in once, with the few lines changed that docs/clients shows."""

    web: Web
    emp_id: int
    user_id: str
    token: str

    def socket(self, web: Web | None = None) -> Phone:
        return Phone(web or self.web, path=f"/ws/{self.emp_id}?token={self.token}", subprotocols=None)

    def respond(self, shift_id: int, response: str) -> tuple[int, Any]:
        answer = {"emp_id": self.emp_id, "shift_id": shift_id, "response": response}
        stamped = {**answer, "timestamp": datetime.now().isoformat()}  # noqa: DTZ005 - the phone's clock, without a zone
        return self.web.post("/api/shift_offer/respond", stamped, self.token)

    def pending(self) -> Any:
        return self.web.get(f"/api/shift_offers/pending/{self.emp_id}", self.token)[1]

    def history(self) -> Any:
        return self.web.get(f"/api/shift_offers/history/{self.emp_id}?limit=50", self.token)[1]

    def is_available(self, shift_id: int) -> Any:
        return self.web.get(f"/api/shift_offer/{shift_id}/available", self.token)


@dataclass
class Desk:
    """Somebody of the staff, with curl."""

    web: Web
    token: str

    def send_offer(self, app: App, shift_id: int) -> tuple[int, Any]:
        return self.web.post(f"/api/test/send_offer/{app.emp_id}?shift_id={shift_id}", token=self.token)

    def connections(self) -> Any:
        return self.web.get("/api/connections", self.token)[1]

    def is_connected(self, app: App) -> bool:
        return app.emp_id in self.connections()["active_connections"]


def log_in(web: Web, email: str) -> str:
    asked = {"email_or_phone": email, "password": PASSWORD, "device": "Shift app", "long_lived": True}
    status, signed_in = web.post("/api/auth/login", asked)
    assert status == 200
    return signed_in["access_token"]


@pytest.fixture
def install(house: House, web: Web) -> Callable[[], App]:
    """The app on a new employee's phone."""

    def hire_and_log_in() -> App:
        [nurse] = house.call("tests.shift_world.hire", 1)
        return App(web, nurse["emp_id"], nurse["id"], log_in(web, nurse["email"]))

    return hire_and_log_in


@pytest.fixture
def app(install: Callable[[], App]) -> App:
    return install()


@pytest.fixture(scope="module")
def desk(house: House, web: Web) -> Desk:
    return Desk(web, log_in(web, house.call("tests.shift_world.coordinator")["email"]))


@pytest.fixture
def shift_id() -> int:
    return next(NUMBERS)


def offer(shift_id: int, tomorrow: str) -> dict[str, Any]:
    return {
        "type": "shift_offer",
        "shift_id": shift_id,
        "date": tomorrow,
        "start_time": "09:00",
        "end_time": "17:00",
        "location_name": "Outreach Center",
        "client_name": "Test Client",
        "service_type": "Home Care",
        "description": None,
    }


async def next_offers(phone: Phone, count: int = 1) -> list[int]:
    """Pings may come between them, and nothing else."""
    offers: list[int] = []
    while len(offers) < count:
        frame = await phone.receive()
        if frame != {"type": "ping"}:
            assert frame["type"] == "shift_offer"
            offers.append(frame["shift_id"])
    return offers


async def test_the_seeds_own_line_reaches_the_socket_within_a_second(app, desk, shift_id):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    async with app.socket() as phone:
        await until(lambda: desk.is_connected(app), True)
        began = time.monotonic()
        status, answer = desk.send_offer(app, shift_id)
        frame = await phone.next("shift_offer")
        took = time.monotonic() - began

    assert (status, answer) == (200, {"status": "sent", "emp_id": app.emp_id, "shift_id": shift_id})
    assert frame == offer(shift_id, tomorrow)
    assert type(frame["shift_id"]) is int
    assert took < 3


async def test_the_first_to_say_yes_gets_the_shift_and_the_second_is_told_in_the_answer(install, desk, shift_id):
    first, second = install(), install()
    async with first.socket() as one, second.socket() as other:
        desk.send_offer(first, shift_id)
        desk.send_offer(second, shift_id)
        frames = [await phone.next("shift_offer") for phone in (one, other)]
        before = [app.is_available(shift_id) for app in (first, second)]
        answers = [app.respond(shift_id, "accepted") for app in (first, second, first, second)]
        after = [app.is_available(shift_id) for app in (first, second)]

    won = (200, {"success": True, "assigned": True, "message": "Shift assigned to you"})
    lost = (200, {"success": True, "assigned": False, "message": "Shift already taken"})
    assert frames[0] == frames[1]
    assert answers == [won, lost, won, lost]
    assert (before, after) == ([(200, {"available": True})] * 2, [(200, {"available": False})] * 2)
    assert [first.pending(), second.pending()] == [[], []]
    assert [app.history()[0]["status"] for app in (first, second)] == ["accepted", "taken"]


async def test_a_no_is_a_success_and_the_offer_is_history(app, desk, shift_id):
    async with app.socket() as phone:
        desk.send_offer(app, shift_id)
        frame = await phone.next("shift_offer")
        waiting = app.pending()
        answer = app.respond(shift_id, "rejected")

    assert waiting == [frame]
    assert answer == (200, {"success": True, "assigned": False, "message": "Shift declined"})
    assert app.pending() == []
    [past] = app.history()
    assert {key: past[key] for key in frame} == frame
    assert past["status"] == "rejected"


async def test_errors_are_in_the_words_of_the_app(app, desk, shift_id):
    assert app.respond(999_999, "accepted") == (404, {"error": "Offer not found"})
    assert app.respond(shift_id, "perhaps") == (400, {"error": "Invalid payload"})


async def test_only_what_no_socket_of_hers_was_shown_comes_on_connecting(house, app, desk):
    shown, waiting, answered, new = (next(NUMBERS) for _ in range(4))
    async with app.socket() as phone:
        desk.send_offer(app, shown)
        assert await next_offers(phone) == [shown]
    await until(lambda: house.call("tests.shift_world.undelivered", app.user_id), [])
    await until(lambda: desk.is_connected(app), False)
    answers = [desk.send_offer(app, shift)[1]["status"] for shift in (waiting, answered)]
    app.respond(answered, "rejected")
    async with app.socket() as phone:
        assert await next_offers(phone) == [waiting]
        desk.send_offer(app, new)
        assert await next_offers(phone) == [new]

    assert answers == ["pending", "pending"]
    assert {shift["shift_id"] for shift in app.pending()} == {shown, waiting, new}


async def test_pings_come_by_themselves_and_a_pong_says_what_was_read(house, app, desk):
    def read() -> list[int]:
        return [upto for _, upto in house.call("tests.shift_world.acknowledged", app.user_id)]

    def head() -> int:
        return house.call("tests.people.heads")[app.user_id]

    async with app.socket() as phone:
        assert await phone.next("ping") == {"type": "ping"}
        await phone.send(type="pong")
        desk.send_offer(app, next(NUMBERS))
        await phone.next("shift_offer")
        first = head()
        await phone.send(type="pong")
        await until(read, [first])
        desk.send_offer(app, next(NUMBERS))
        await phone.next("shift_offer")
        await phone.next("ping")
        unanswered = read()
        await phone.send(type="pong")
        await until(read, [head()])

    assert unanswered == [first] != [head()]


async def test_an_answer_by_rest_leaves_the_socket_silent(app, desk):
    answered, new = next(NUMBERS), next(NUMBERS)
    async with app.socket() as phone:
        desk.send_offer(app, answered)
        assert await next_offers(phone) == [answered]
        app.respond(answered, "rejected")
        desk.send_offer(app, new)
        assert await next_offers(phone) == [new]


@pytest.mark.parametrize("token", ["", "?token=nonsense", "?token="])
async def test_without_a_token_no_socket_is_opened(web, app, token):
    assert await refusal(Phone(web, path=f"/ws/{app.emp_id}{token}", subprotocols=None)) == 403


async def test_nobody_listens_under_the_number_of_another(web, install):
    one, other = install(), install()

    assert await refusal(Phone(web, path=f"/ws/{other.emp_id}?token={one.token}", subprotocols=None)) == 403


async def refusal(phone: Phone) -> int:
    """The status of a handshake that is refused before a socket opens."""
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with phone:
            pass
    return refused.value.response.status_code


async def test_logging_out_closes_the_socket_and_keeps_it_closed(web, app):
    async with app.socket() as phone:
        status, _ = web.post("/api/auth/logout", token=app.token)
        code = await phone.close_code()

    assert (status, code) == (204, 4401)
    assert await refusal(app.socket()) == 403
    assert web.get(f"/api/shift_offers/pending/{app.emp_id}", app.token)[0] == 401


async def test_an_offer_that_a_client_sends_moves_nothing(house, app, desk, shift_id):
    shifts = house.call("tests.shift_world.count_shifts")
    async with app.socket() as phone:
        await phone.send(**offer(999, "2026-01-20"))
        desk.send_offer(app, shift_id)
        assert await next_offers(phone) == [shift_id]

    assert [waiting["shift_id"] for waiting in app.pending()] == [shift_id]
    assert house.call("tests.shift_world.count_shifts") == shifts + 1


async def test_nonsense_is_passed_over(app, desk, shift_id):
    nonsense = ["", "nonsense", "[]", "3", "null", "{", '{"type": 5}', '{"no": "type"}', '{"type": "hello"}',
                '{"type": "pong", "offset": "x"}', b"\x00\xff", "[" * 10_000]  # fmt: skip
    async with app.socket() as phone:
        for frame in nonsense:
            await phone.socket.send(frame)
        desk.send_offer(app, shift_id)
        assert await next_offers(phone) == [shift_id]
        assert await phone.next("ping") == {"type": "ping"}


async def test_a_frame_that_is_too_big_ends_the_socket_and_nothing_else(app, desk, shift_id):
    async with app.socket() as phone:
        await phone.socket.send(json.dumps({"type": "pong", "padding": "x" * 70_000}))
        code = await phone.close_code()
    async with app.socket() as phone:
        desk.send_offer(app, shift_id)
        assert await next_offers(phone) == [shift_id]

    assert code == 4413


async def test_connections_are_shown_to_staff(app, desk, install, shift_id):
    other = install()
    desk.send_offer(other, shift_id)
    async with app.socket():
        await until(lambda: desk.is_connected(app), True)
        found = desk.connections()

    assert found["total"] == len(found["active_connections"])
    assert other.emp_id not in found["active_connections"]
    assert found["pending_offers"][str(other.emp_id)] == 1
    assert app.web.get("/api/connections", app.token)[0] == 403
    assert desk.send_offer(app, shift_id)[0] == 200
    assert app.web.post(f"/api/test/send_offer/{app.emp_id}?shift_id=1", token=app.token)[0] == 403


async def test_a_server_that_is_killed_loses_no_offer_and_shows_none_twice(house, app):
    shown, waiting, new = (house.call("tests.shift_world.draft", 48 + 10 * n) for n in range(3))
    fragile = house.web()
    async with app.socket(fragile) as phone:
        house.call("tests.shift_world.offer_to", shown, [app.emp_id])
        assert await next_offers(phone) == [shown]
        await until(lambda: house.call("tests.shift_world.undelivered", app.user_id), [])
        fragile.kill()
        assert await phone.close_code() == 1006
    house.call("tests.shift_world.offer_to", waiting, [app.emp_id])
    again = await asyncio.to_thread(house.web, port=fragile.port)
    async with app.socket(again) as phone:
        assert await next_offers(phone) == [waiting]
        house.call("tests.shift_world.offer_to", new, [app.emp_id])
        assert await next_offers(phone) == [new]
