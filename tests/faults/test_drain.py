"""SIGTERM: nobody is cut off, everybody is sent elsewhere."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.house import House, Street
from tests.sockets import Phone


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    """One of our own, since a server that stops is not ready, and that is logged."""
    with street.house("postgresql") as built:
        yield built


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_stopping_server_sends_its_clients_elsewhere(house, server):
    people = house.call("tests.people.sign_up", 5)
    web = house.web(server=server, REALTIME_DRAIN_SECONDS="2")
    phones = [await Phone(web, person["token"]).__aenter__() for person in people]
    for phone in phones:
        await phone.hello()
    started = time.monotonic()
    web.popen.terminate()
    goings = await asyncio.gather(*(phone.next("going") for phone in phones))
    codes = await asyncio.gather(*(phone.close_code() for phone in phones))
    exit_code = await asyncio.to_thread(web.popen.wait, 30)

    assert codes == [4100] * 5
    assert all(0 <= going["after_ms"] <= 5000 for going in goings)
    assert 1.5 < time.monotonic() - started < 20
    assert exit_code == 0


async def test_a_draining_server_is_not_ready_and_takes_no_newcomers(house):
    [person] = house.call("tests.people.sign_up", 1)
    web = house.web(REALTIME_DRAIN_SECONDS="3")
    # A connection that is open already, as a load balancer's is, still asks.
    async with httpx.AsyncClient(base_url=web.url) as client, Phone(web, person["token"]) as phone:
        await phone.hello()
        ready = await client.get("/readyz")
        web.popen.terminate()
        await phone.next("going")
        draining = await client.get("/readyz")
        with pytest.raises(ConnectionRefusedError):
            await Phone(web, person["token"]).__aenter__()

    assert (ready.status_code, draining.status_code) == (200, 503)


async def test_a_waiting_poll_is_answered_before_the_server_stops(house):
    [person] = house.call("tests.people.sign_up", 1)
    web = house.web(REALTIME_DRAIN_SECONDS="1")
    position = web.get("/api/stream", person["token"])[1]["position"]
    poll = asyncio.create_task(asyncio.to_thread(web.get, f"/api/stream?after={position}&wait=20", person["token"]))
    await asyncio.sleep(0.5)
    web.popen.terminate()
    status, answer = await poll

    assert (status, answer["events"]) == (200, [])
