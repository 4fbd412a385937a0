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
async def test_nothing_happens(deployed, server):
    webs = [deployed.web(server=server) for _ in range(2)]

    assert_exact(
        await tell(f"none ({server} x 2)", deployed, [web.url for web in webs], lambda: asyncio.sleep(0)),
        undisturbed=True,
    )


async def test_the_web_process_is_killed(deployed):
    web = deployed.web()

    async def kill_and_restart():
        web.kill()
        await asyncio.sleep(1)
        await asyncio.to_thread(deployed.web, port=web.port)

    assert_exact(await tell("kill -9 web", deployed, [web.url], kill_and_restart))


async def test_one_of_two_web_processes_is_killed(deployed):
    webs = [deployed.web() for _ in range(2)]

    async def kill():
        webs[0].kill()

    assert_exact(await tell("kill -9 one web of two", deployed, [web.url for web in webs], kill))


async def test_the_web_process_dies_between_commit_and_delivery(deployed):
    """The layer kills the process as it is asked to carry the hint: the commit stands, the event was not sent."""
    [person] = deployed.call("tests.people.sign_up", 1)
    counter = deployed.call("tests.sample.services.share", [person["id"]])
    web = deployed.web(CHANNEL_LAYER="tests.faults.lossy.DeadlyLayer")
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        position = phone.position
        await phone.send(type="command", id="01999999-9999-7999-8999-999999999999", name="x", data={})
        await phone.next("reply")
        command_id = deployed.call("tests.people.new_id")
        await phone.send(type="command", id=command_id, name="sample.add", data={"counter": counter})
        await phone.close_code()
    assert web.popen.wait(30) == -signal.SIGKILL
    again = deployed.web()
    async with Phone(again, person["token"]) as phone:
        await phone.hello(resume=position)
        event = await phone.next("event")
        reply = await phone.command("sample.add", id=command_id, counter=counter)

    assert (event["offset"], event["command"], event["data"]["total"]) == (position[1] + 1, command_id, 1)
    assert (reply["data"], reply["replayed"]) == ({"total": 1}, True)


async def test_redis_is_stopped_and_started(deployed, own_redis: Server):
    webs = [deployed.web() for _ in range(2)]

    async def stop_and_start():
        own_redis.stop()
        await asyncio.sleep(2)
        own_redis.start()

    assert_exact(
        await tell("Redis stopped for 2 s", deployed, [web.url for web in webs], stop_and_start), undisturbed=True
    )


async def test_redis_is_killed_for_good(deployed, own_redis: Server):
    webs = [deployed.web() for _ in range(2)]

    async def kill():
        own_redis.stop(signal.SIGKILL)

    assert_exact(await tell("Redis killed for good", deployed, [web.url for web in webs], kill), undisturbed=True)


async def test_postgresql_is_stopped_and_started(deployed, own_postgres: Server):
    webs = [deployed.web() for _ in range(2)]

    async def stop_and_start():
        own_postgres.stop()
        await asyncio.sleep(2)
        own_postgres.start()

    story = tell("PostgreSQL stopped for 2 s", deployed, [web.url for web in webs], stop_and_start, times=300)
    assert_exact(await story)


async def test_postgresql_is_killed(deployed, own_postgres: Server):
    webs = [deployed.web() for _ in range(2)]

    async def kill_and_start():
        own_postgres.stop(signal.SIGKILL)
        await asyncio.sleep(1)
        own_postgres.start()

    assert_exact(await tell("PostgreSQL killed", deployed, [web.url for web in webs], kill_and_start, times=300))


async def test_hints_are_lost_repeated_and_reordered(deployed):
    webs = [deployed.web(CHANNEL_LAYER="tests.faults.lossy.LossyLayer") for _ in range(2)]

    outcome = await tell(
        "30 % of hints lost, 20 % repeated, 30 % overtaken",
        deployed,
        [web.url for web in webs],
        lambda: asyncio.sleep(0),
    )
    assert_exact(outcome, undisturbed=True)


async def test_no_hint_ever_arrives(deployed):
    web = deployed.web(CHANNEL_LAYER="tests.faults.lossy.DeafLayer")

    assert_exact(await tell("all hints lost", deployed, [web.url], lambda: asyncio.sleep(0)), undisturbed=True)


async def test_the_worker_is_killed(deployed):
    """Boards are a worker's work: the next one finishes what the dead one had claimed."""
    [person] = deployed.call("tests.people.sign_up", 1)
    counter = deployed.call("tests.sample.services.share", [person["id"]])
    web = deployed.web(REALTIME_BOARD_LEASE_SECONDS="2")
    deployed.beat()
    worker = deployed.worker()
    async with Phone(web, person["token"]) as phone:
        await phone.hello(boards=[f"sample.counter:{counter}"])
        await phone.next("board")
        deployed.call("tests.sample.services.add", counter, person["id"])
        first = await phone.next("board")
        worker.kill()
        deployed.call("tests.sample.services.add", counter, person["id"])
        deployed.worker()
        second = await phone.next("board")

    assert (first["version"] < second["version"], second["data"]) == (True, {"total": 2})


async def test_a_frozen_redis_holds_no_request(deployed, own_redis: Server):
    web = deployed.web()
    [person] = deployed.call("tests.people.sign_up", 1)
    counter = deployed.call("tests.sample.services.share", [person["id"]])
    took = []
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        own_redis.pause()
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
            own_redis.resume()

    assert max(took) < 10
    assert status == 200
