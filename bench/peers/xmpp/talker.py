"""A client of XMPP over WebSocket, a stanza a frame."""

import base64
from collections.abc import Callable
from itertools import count
from typing import Any

from picows import WSFrame

from bench.load import connect
from bench.sockets import Socket

OPEN = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="{domain}" version="1.0"/>'
AUTH = '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">{proof}</auth>'
BIND = '<iq xmlns="jabber:client" type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
PRESENCE = '<presence xmlns="jabber:client"/>'
MESSAGE = '<message xmlns="jabber:client" type="chat" id="{number}" to="{to}"><body>{text}</body></message>'


class XmppTalker(Socket):
    headers = {"Sec-WebSocket-Protocol": "xmpp"}

    def __init__(self, person: dict[str, Any], hear: Callable[[bytes], None]) -> None:
        super().__init__(person)
        self._hear = hear
        self._numbers = count()
        proof = f"\0{person['name']}\0{person['password']}"
        self._auth = AUTH.format(proof=base64.b64encode(proof.encode()).decode())

    async def enter(self, url: str) -> None:
        await connect(self, url)

    def introduce(self) -> None:
        self.say(OPEN.format(domain=self.person["domain"]))

    def on_text(self, frame: WSFrame) -> None:
        stanza = frame.get_payload_as_bytes()
        if stanza.startswith(b"<message"):
            self._hear(stanza)
        elif b"<mechanism>PLAIN" in stanza:
            self.say(self._auth)
        elif stanza.startswith(b"<success"):
            self.introduce()
        elif b"urn:ietf:params:xml:ns:xmpp-bind" in stanza and b"features" in stanza:
            self.say(BIND)
        elif b"type='result'" in stanza or b'type="result"' in stanza:
            self.say(PRESENCE)
            self.be_ready()
        elif b"error" in stanza or b"failure" in stanza:
            self.error = stanza.decode()

    def write(self, text: str) -> None:
        self.say(MESSAGE.format(number=next(self._numbers), to=self.person["to"], text=text))

    def tick(self) -> None:
        """Nothing is acknowledged."""
