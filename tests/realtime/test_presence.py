"""What the database knows of open sockets and of how far each device has come."""

import time
from collections.abc import Callable
from typing import Any

from tests.sockets import Phone


def eventually(ask: Callable[[], Any], answer: Any, patience: float = 15) -> None:
    deadline = time.monotonic() + patience
    while (got := ask()) != answer and time.monotonic() < deadline:
        time.sleep(0.1)
    assert got == answer


async def test_a_user_is_online_while_a_socket_of_hers_is_open(house, web, person):
    def online():
        return house.call("tests.people.is_online", person["id"])

    assert online() is False
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        eventually(online, True)
    eventually(online, False)


async def test_sockets_of_a_dead_process_do_not_count(house, person):
    web = house.web(REALTIME_NODE_SECONDS="0.5")
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        eventually(lambda: house.call("tests.people.is_online", person["id"]), True)
        web.kill()
    house.call("tests.people.age_nodes", 60)

    assert house.call("tests.people.is_online", person["id"]) is False


async def test_acknowledgements_are_kept_by_device_and_by_what_was_in_front(house, web, person, share):
    async with Phone(web, person["token"]) as phone:
        await phone.hello(device="phone")
        share(person)
        await phone.next("event")
        await phone.send(type="ack", offset=1)
        eventually(lambda: house.call("tests.people.cursor", person["id"], "phone"), [1, 1])
        await phone.send(type="state", foreground=False)
        share(person)
        await phone.next("event")
        await phone.send(type="pong", offset=2)
        eventually(lambda: house.call("tests.people.cursor", person["id"], "phone"), [2, 1])

    assert house.call("tests.people.cursor", person["id"], "tablet") is None


async def test_an_older_socket_of_a_device_does_not_set_it_back(house, web, person, share):
    async with Phone(web, person["token"]) as older, Phone(web, person["token"]) as newer:
        await older.hello(device="phone")
        await newer.hello(device="phone")
        for _ in range(2):
            share(person)
        for phone, offset in ((newer, 2), (older, 1)):
            await phone.next("event")
            await phone.next("event")
            await phone.send(type="ack", offset=offset)
            eventually(lambda: house.call("tests.people.cursor", person["id"], "phone"), [2, 2])
