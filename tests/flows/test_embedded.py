"""The embedded default: one process on SQLite that is web, worker and beat, without Redis."""

import asyncio
import signal
import time

from uuid_utils.compat import uuid7

from tests.house import House
from tests.sockets import PATIENCE_SECONDS, Phone


async def test_it_serves_soon_hears_other_processes_and_stops_cleanly(street, closing):
    house: House = closing.enter_context(street.house("sqlite", REALTIME_DRAIN_SECONDS="1"))
    [person] = house.call("tests.people.sign_up", 1)
    counter = house.call("tests.sample.services.share", [person["id"]])
    began = time.monotonic()
    web = house.live()
    first_page_after = time.monotonic() - began

    async with Phone(web, person["token"]) as phone:
        await phone.hello(boards=["sample.totals"])
        await phone.next("board")
        await phone.send(type="command", id=uuid7(), name="sample.add", data={"counter": counter})
        # Which of them comes first is not promised.
        heard = {frame["type"]: frame for frame in [await phone.next("event", "reply") for _ in range(2)]}
        own_event, own = heard["event"], heard["reply"]
        board = await phone.next("board")
        began = time.monotonic()
        house.call("tests.sample.services.add", counter, person["id"])
        foreign_event = await phone.next("event")
        heard_after = time.monotonic() - began
        report = await readiness(web)
        web.popen.send_signal(signal.SIGINT)
        going = await phone.next("going")
        code = await phone.close_code()

    assert first_page_after < 15  # 5 on a machine that does nothing else
    assert (own["data"], own_event["data"]["total"]) == ({"total": 1}, 1)
    assert board["data"] == {str(counter): 1} if "data" in board else board["set"] == {str(counter): 1}
    assert foreign_event["data"]["total"] == 2
    assert heard_after < 8  # the check comes every 4 s, and this machine may be busy
    assert (report["ready"], report["webs"], report["workers"], report["beats"]) == (True, 1, 1, 1)
    assert (going["type"], code) == ("going", 4100)
    assert await asyncio.to_thread(web.popen.wait, 30) == 0
    assert house.complaints() == []


async def readiness(web) -> dict:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            _, report = await asyncio.to_thread(web.get, "/readyz")
            if report["workers"] and report["beats"]:
                return report
            await asyncio.sleep(0.2)


async def test_a_commit_through_one_web_process_is_heard_on_another(house: House):
    # Without their checks, they have only the bus to hear of each other.
    one = house.web(REALTIME_CHECK_SECONDS="600")
    other = house.web(server="uvicorn", REALTIME_CHECK_SECONDS="600")
    ann, ben = house.call("tests.people.sign_up", 2)
    counter = house.call("tests.sample.services.share", [ann["id"], ben["id"]])
    async with Phone(one, ann["token"]) as anns, Phone(other, ben["token"]) as bens:
        await anns.hello()
        await bens.hello()
        await anns.command("sample.add", counter=counter)
        event = await bens.next("event")

    assert event["data"]["total"] == 1
