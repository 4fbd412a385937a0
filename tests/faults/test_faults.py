"""Whatever breaks, every client ends with exactly what was committed: see the table at the end of the run."""

import asyncio
import signal
import time

import pytest

from tests.faults.story import Outcome, tell
from tests.services import Server
from tests.sockets import Phone


def assert_exact(outcome: Outcome, *, undisturbed: bool = False) -> None:
    assert outcome.committed > 300
    assert (outcome.lost, outcome.doubled, outcome.out_of_order, outcome.resets) == (0, 0, 0, 0)
    assert outcome.received == outcome.committed
    if undisturbed:
        assert outcome.reconnects == 0


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_nothing_happens(fragile, server):
    webs = [fragile.web(server=server) for _ in range(2)]

    assert_exact(
        await tell(f"none ({server} x 2)", fragile, [web.url for web in webs], lambda: asyncio.sleep(0)),
        undisturbed=True,
    )


async def test_the_web_process_is_killed(fragile):
    web = fragile.web()

    async def kill_and_restart():
        web.kill()
        await asyncio.sleep(1)
        await asyncio.to_thread(fragile.web, port=web.port)

    assert_exact(await tell("kill -9 web", fragile, [web.url], kill_and_restart))


async def test_one_of_two_web_processes_is_killed(fragile):
    webs = [fragile.web() for _ in range(2)]

    async def kill():
        webs[0].kill()

    assert_exact(await tell("kill -9 one web of two", fragile, [web.url for web in webs], kill))


async def test_the_web_process_dies_between_commit_and_delivery(fragile):
    """The layer kills the process as it is asked to carry the hint: the commit stands, the event was not sent."""
    [person] = fragile.call("tests.people.sign_up", 1)
    counter = fragile.call("tests.sample.services.share", [person["id"]])
    web = fragile.web(CHANNEL_LAYER="tests.faults.lossy.DeadlyLayer")
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        position = phone.position
        await phone.send(type="command", id="01999999-9999-7999-8999-999999999999", name="x", data={})
        await phone.next("reply")
        command_id = fragile.call("tests.people.new_id")
        await phone.send(type="command", id=command_id, name="sample.add", data={"counter": counter})
        await phone.close_code()
    assert web.popen.wait(5) == -signal.SIGKILL
    again = fragile.web()
    async with Phone(again, person["token"]) as phone:
        await phone.hello(resume=position)
        event = await phone.next("event")
        reply = await phone.command("sample.add", id=command_id, counter=counter)

    assert (event["offset"], event["command"], event["data"]["total"]) == (position[1] + 1, command_id, 1)
    assert (reply["data"], reply["replayed"]) == ({"total": 1}, True)


async def test_redis_is_stopped_and_started(fragile, own_services: tuple[Server, Server]):
    webs = [fragile.web() for _ in range(2)]
    redis = own_services[1]

    async def stop_and_start():
        redis.stop()
        await asyncio.sleep(2)
        redis.start()

    assert_exact(
        await tell("Redis stopped for 2 s", fragile, [web.url for web in webs], stop_and_start), undisturbed=True
    )


async def test_redis_is_killed_for_good(fragile, own_services: tuple[Server, Server]):
    webs = [fragile.web() for _ in range(2)]
    redis = own_services[1]

    async def kill():
        redis.stop(signal.SIGKILL)

    assert_exact(await tell("Redis killed for good", fragile, [web.url for web in webs], kill), undisturbed=True)


async def test_postgresql_is_stopped_and_started(fragile, own_services: tuple[Server, Server]):
    webs = [fragile.web() for _ in range(2)]
    postgres = own_services[0]

    async def stop_and_start():
        postgres.stop()
        await asyncio.sleep(2)
        postgres.start()

    story = tell("PostgreSQL stopped for 2 s", fragile, [web.url for web in webs], stop_and_start, times=300)
    assert_exact(await story)


async def test_postgresql_is_killed(fragile, own_services: tuple[Server, Server]):
    webs = [fragile.web() for _ in range(2)]
    postgres = own_services[0]

    async def kill_and_start():
        postgres.stop(signal.SIGKILL)
        await asyncio.sleep(1)
        postgres.start()

    assert_exact(await tell("PostgreSQL killed", fragile, [web.url for web in webs], kill_and_start, times=300))


async def test_hints_are_lost_repeated_and_reordered(fragile):
    webs = [fragile.web(CHANNEL_LAYER="tests.faults.lossy.LossyLayer") for _ in range(2)]

    outcome = await tell(
        "30 % of hints lost, 20 % repeated, 30 % overtaken",
        fragile,
        [web.url for web in webs],
        lambda: asyncio.sleep(0),
    )
    assert_exact(outcome, undisturbed=True)


async def test_no_hint_ever_arrives(fragile):
    web = fragile.web(CHANNEL_LAYER="tests.faults.lossy.DeafLayer")

    assert_exact(await tell("all hints lost", fragile, [web.url], lambda: asyncio.sleep(0)), undisturbed=True)


async def test_the_worker_is_killed(fragile):
    """Boards are a worker's work: the next one finishes what the dead one had claimed."""
    [person] = fragile.call("tests.people.sign_up", 1)
    counter = fragile.call("tests.sample.services.share", [person["id"]])
    web = fragile.web(REALTIME_BOARD_LEASE_SECONDS="2")
    fragile.beat()
    worker = fragile.worker()
    async with Phone(web, person["token"]) as phone:
        await phone.hello(boards=[f"sample.counter:{counter}"])
        await phone.next("board")
        fragile.call("tests.sample.services.add", counter, person["id"])
        first = await phone.next("board", patience=20)
        worker.kill()
        fragile.call("tests.sample.services.add", counter, person["id"])
        fragile.worker()
        second = await phone.next("board", patience=20)

    assert (first["version"] < second["version"], second["data"]) == (True, {"total": 2})


async def test_a_frozen_redis_holds_no_request(fragile, own_services: tuple[Server, Server]):
    web = fragile.web()
    [person] = fragile.call("tests.people.sign_up", 1)
    counter = fragile.call("tests.sample.services.share", [person["id"]])
    redis = own_services[1]
    took = []
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        redis.pause()
        try:
            for _ in range(6):
                began = time.monotonic()
                status, _ = await asyncio.to_thread(web.get, "/api/sync", person["token"])
                took.append(time.monotonic() - began)
                began = time.monotonic()
                reply = await phone.command("sample.add", counter=counter)
                took.append(time.monotonic() - began)
                assert (status, reply["ok"]) == (200, True)
            began = time.monotonic()
            await asyncio.to_thread(web.post, "/api/auth/login", {"email_or_phone": "x@y.test", "password": "x"})
            took.append(time.monotonic() - began)
            status, _ = await asyncio.to_thread(web.get, "/readyz")
        finally:
            redis.resume()

    assert max(took) < 2
    assert status == 200
