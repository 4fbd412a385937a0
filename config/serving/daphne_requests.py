"""Requests as Daphne takes them, without what Twisted does with forms.

Twisted would read a form itself, in the event loop: of an upload of ten megabytes that takes half a second in which no
socket is served, and all of it is in memory, for a result that nobody asks for. Nor does it end what is too long.
"""

from functools import partial
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings

from config.bodies import refusal


class BoundedRequest(WebRequest):
    _received = 0
    _is_refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        super().gotLength(length)
        self._count(length or 0)
        self._received = 0

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self._count(len(data))
        if not self._is_refused:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        if not self._is_refused:
            super().requestReceived(command, path, version)

    def _count(self, more: int) -> None:
        self._received += more
        if self._received > settings.REQUEST_BYTES and not self._is_refused:
            self._is_refused = True
            content = refusal()
            head = f"content-type: application/json\r\ncontent-length: {len(content)}\r\nconnection: close"
            self.channel.transport.write(f"HTTP/1.1 413 Content Too Large\r\n{head}\r\n\r\n".encode() + content)
            self.channel.loseConnection()


class Factory(HTTPFactory):
    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = partial(BoundedRequest, parsePOSTFormSubmission=False)
        return protocol
