"""A client that never reads costs constant memory and slows nobody."""

import asyncio
import socket
import time
from pathlib import Path

import pytest
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from tests.house import Web
from tests.sockets import PATIENCE_SECONDS, Phone

MEGABYTE = 1024 * 1024


class Mute:
    """Says hello and never reads again: its kernel takes a little, then nothing."""

    def __init__(self, web: Web, token: str, *, acks: bool) -> None:
        self._raw = socket.create_connection(("127.0.0.1", web.port))
        self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._protocol = ClientProtocol(parse_uri(web.ws + "/ws"))
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        while self._protocol.handshake_exc is None and not self._protocol.state:
            self._protocol.receive_data(self._raw.recv(4096))
        ack = "true" if acks else "false"
        hello = f'{{"type":"hello","id":"1","device_id":"mute","token":"{token}","ack":{ack}}}'
        self._protocol.send_text(hello.encode())
        self._flush()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self._raw.sendall(data)

    def is_cut_off(self, patience: float) -> bool:
        """Whether the server has ended the connection, found out without ever reading what it wrote."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                self._protocol.send_ping(b"")
                self._flush()
            except OSError:
                return True
            time.sleep(0.1)
        return False


def resident(web: Web) -> int:
    status = Path(f"/proc/{web.popen.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.mark.parametrize("acks", [True, False], ids=["acknowledging", "not acknowledging"])
@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_client_that_never_reads_costs_constant_memory_and_slows_nobody(house, closing, server, acks):
    web = house.web(server=server, REALTIME_STALL_SECONDS="60", REALTIME_HEARTBEAT_SECONDS="600")
    closing.callback(web.kill)
    mute, reader = house.call("tests.people.sign_up", 2)
    counter = house.call("tests.sample.services.share", [mute["id"], reader["id"]], "x" * 200)
    Mute(web, mute["token"], acks=acks)
    async with Phone(web, reader["token"]) as phone:
        await phone.hello(ack=False)
        await asyncio.to_thread(house.call, "tests.traffic.shout", [mute["id"]], 20, 64 * 1024)
        before = resident(web)
        # 25 MB of signals and hundreds of events for one who does not listen.
        shouting = house.hand()
        shouting.begin([("tests.traffic.shout", [[mute["id"]], 400, 64 * 1024])])
        adding = asyncio.create_task(
            asyncio.to_thread(house.call, "tests.sample.services.add_often", counter, reader["id"], 500)
        )
        offsets = [(await phone.next("event"))["offset"] for _ in range(500)]
        await adding
        await asyncio.to_thread(shouting.end)
        grown = resident(web) - before

    assert offsets == list(range(offsets[0], offsets[0] + 500))
    assert grown < 12 * MEGABYTE


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_client_that_acknowledges_nothing_is_closed(house, closing, server):
    web = house.web(server=server, REALTIME_STALL_SECONDS="1")
    closing.callback(web.kill)
    [person] = house.call("tests.people.sign_up", 1)
    counter = house.call("tests.sample.services.share", [person["id"]])
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        house.call("tests.sample.services.add", counter, person["id"])
        error = await phone.next("error")
        code = await phone.close_code()

    assert (error["code"], code) == ("slow", 4008)


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_client_that_takes_no_bytes_is_cut_off(house, closing, server):
    web = house.web(server=server, REALTIME_STALL_SECONDS="1")
    closing.callback(web.kill)
    [person] = house.call("tests.people.sign_up", 1)
    mute = Mute(web, person["token"], acks=False)
    house.call("tests.traffic.shout", [person["id"]], 200, 64 * 1024)

    assert await asyncio.to_thread(mute.is_cut_off, PATIENCE_SECONDS)
