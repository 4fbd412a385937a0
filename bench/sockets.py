"""The sockets of the load client. Frames are told apart by their first bytes, so that counting stays cheap."""

import asyncio
import json
import time
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport

ACK_EVERY = 32


class Socket(WSListener):
    """One subscriber. `person` is who connects, `hears` the frames to count, by the letters their type begins with."""

    hears = b"ev"
    headers: dict[str, str] = {}

    def __init__(self, person: dict[str, Any]) -> None:
        self.person = person
        self.heard = 0
        self.is_open = True
        self.error = ""
        self.ready = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.introduce()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.is_open = False
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"Closed before it was ready. {self.error}"))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.on_text(frame)

    def introduce(self) -> None:
        raise NotImplementedError

    def on_text(self, frame: WSFrame) -> None:
        raise NotImplementedError

    def say(self, text: str) -> None:
        self.transport.send(WSMsgType.TEXT, text.encode())

    def be_ready(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)


class StreamSocket(Socket):
    """Speaks stream.v1 as an app does: hello, an ack every 32 events, a pong to each ping."""

    TYPE = slice(9, 11)  # of {"type":"event",...

    def __init__(self, person: dict[str, Any]) -> None:
        super().__init__(person)
        self.latest = b""
        self.unacknowledged = 0
        self.arrivals: list[tuple[str, float]] | None = None

    def introduce(self) -> None:
        hello = {"type": "hello", "id": "1", "device_id": "bench", **self.person}
        self.say(json.dumps(hello))

    def on_text(self, frame: WSFrame) -> None:
        payload = frame.get_payload_as_memoryview()
        kind = bytes(payload[self.TYPE])
        if kind == self.hears:
            self.heard += 1
        if kind == b"ev":
            self._on_event(bytes(payload))
        elif kind == b"pi":
            self.say(json.dumps({"type": "pong"}))
        elif kind == b"li":
            self.be_ready()
        elif kind == b"er":
            self.error = bytes(payload).decode()

    def _on_event(self, event: bytes) -> None:
        self.latest = event
        self.unacknowledged += 1
        if self.arrivals is not None:
            self.arrivals.append((json.loads(event)["key"], time.time()))
        if self.unacknowledged == ACK_EVERY or self.arrivals is not None:
            self.acknowledge()

    def acknowledge(self) -> None:
        if self.unacknowledged:
            self.unacknowledged = 0
            self.say(json.dumps({"type": "ack", "offset": json.loads(self.latest)["offset"]}))


class StockSocket(Socket):
    def introduce(self) -> None:
        self.be_ready()

    def on_text(self, frame: WSFrame) -> None:
        self.heard += 1


class SocketIoSocket(Socket):
    """Engine.IO 4 by hand: 0 open, 2 ping, 3 pong, 40 connected, 42 an event."""

    def introduce(self) -> None:
        """The server speaks first."""

    def on_text(self, frame: WSFrame) -> None:
        payload = frame.get_payload_as_memoryview()
        kind = bytes(payload[:2])
        if kind == b"42":
            self.heard += 1
        elif kind[:1] == b"0":
            self.say("40")
        elif kind[:1] == b"2":
            self.say("3")
        elif kind == b"40":
            self.enter()

    def enter(self) -> None:
        self.say('42["join"]')
        self.be_ready()


class Trigger(StockSocket):
    """Makes the server publish: see bench/asgi.py."""

    def ask(self, what: str, times: int) -> None:
        self.say(json.dumps({"publish": what, "times": times}))


class SocketIoTrigger(SocketIoSocket):
    def enter(self) -> None:
        self.be_ready()

    def ask(self, what: str, times: int) -> None:
        self.say(f'42["publish",{times}]')


SUBSCRIBERS = {"stream": StreamSocket, "stock": StockSocket, "socketio": SocketIoSocket}
TRIGGERS = {"stream": Trigger, "stock": Trigger, "socketio": SocketIoTrigger}
HEARS = {"signal": b"si", "board": b"bo", "event": b"ev"}
