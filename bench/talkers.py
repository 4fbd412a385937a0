"""The two ends of a conversation, as each server's clients speak. What a talker hears it hands on, frame by frame."""

import json
from collections.abc import Callable
from typing import Any, Protocol

from picows import WSFrame
from uuid_utils.compat import uuid7

from bench.load import connect
from bench.peers.matrix.talker import MatrixTalker
from bench.peers.xmpp.talker import XmppTalker
from bench.sockets import Socket, StreamSocket

Hear = Callable[[bytes], None]


class Talker(Protocol):
    error: str

    async def enter(self, url: str) -> None: ...

    def write(self, text: str) -> None: ...

    def tick(self) -> None: ...


class StreamTalker(StreamSocket):
    """Speaks stream.v1 as an app does that lies open."""

    def __init__(self, person: dict[str, Any], hear: Hear) -> None:
        super().__init__({"token": person["token"], "foreground": True})
        self._conversation = person["conversation"]
        self._hear = hear

    async def enter(self, url: str) -> None:
        await connect(self, url)

    def on_text(self, frame: WSFrame) -> None:
        super().on_text(frame)
        payload = frame.get_payload_as_bytes()
        if b'"chat.message"' in payload:
            self._hear(payload)
        elif b'"ok":false' in payload:
            self.error = payload.decode()

    def write(self, text: str) -> None:
        data = {"conversation_id": self._conversation, "body": text}
        self.say(json.dumps({"type": "command", "id": str(uuid7()), "name": "chat.send", "data": data}))

    def tick(self) -> None:
        self.acknowledge()


class PlainTalker(Socket):
    def __init__(self, person: dict[str, Any], hear: Hear) -> None:
        super().__init__(person)
        self._hear = hear

    async def enter(self, url: str) -> None:
        await connect(self, url)

    def introduce(self) -> None:
        self.be_ready()

    def on_text(self, frame: WSFrame) -> None:
        self._hear(frame.get_payload_as_bytes())

    def write(self, text: str) -> None:
        self.say(json.dumps({"message": text}))

    def tick(self) -> None:
        """Nothing is acknowledged."""


TALKERS = {"stream": StreamTalker, "plain": PlainTalker, "matrix": MatrixTalker, "xmpp": XmppTalker}
