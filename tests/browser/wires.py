"""A wire between a browser and a server: it can be cut, fall silent, or carry no sockets."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import Self

CHUNK = 65_536


class Sockets(Enum):
    """What becomes of requests for a WebSocket."""

    OPEN = auto()
    REFUSED = auto()  # as by a proxy that knows HTTP alone
    UNANSWERED = auto()


class Wire:
    """Carries TCP, by two threads a connection."""

    def __init__(self, port: int) -> None:
        self.server = ("127.0.0.1", port)
        self.sockets = Sockets.OPEN
        self._flows = threading.Event()  # what was said meanwhile is carried when it flows again
        self._flows.set()
        self._is_whole = True
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @classmethod
    @contextmanager
    def to(cls, port: int) -> Iterator[Self]:
        wire = cls(port)
        threading.Thread(target=wire._accept, daemon=True).start()
        yield wire
        wire._listener.close()
        wire._flows.set()
        wire.cut()

    def cut(self) -> None:
        """Whoever speaks hears that nobody is there."""
        self._is_whole = False
        self.hang_up()

    def hang_up(self) -> None:
        for end in self._ends:
            _shut(end)
        self._ends.clear()

    def fall_silent(self) -> None:
        """Nobody hears anything any more, not even that it is over."""
        self._flows.clear()

    def mend(self) -> None:
        self._is_whole = True
        self._flows.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._is_whole:
                threading.Thread(target=self._carry, args=[client], daemon=True).start()
            else:
                client.close()

    def _carry(self, client: socket.socket) -> None:
        try:
            first = client.recv(CHUNK)
            if b"upgrade: websocket" in first.lower() and self.sockets is not Sockets.OPEN:
                return self._refuse(client)
            server = socket.create_connection(self.server)
            server.sendall(first)
        except OSError:
            return _shut(client)
        self._ends += [client, server]
        threading.Thread(target=self._pump, args=[server, client], daemon=True).start()
        self._pump(client, server)

    def _refuse(self, client: socket.socket) -> None:
        self._ends.append(client)
        if self.sockets is Sockets.REFUSED:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            _shut(client)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                sink.sendall(data)
        _shut(source)
        _shut(sink)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):  # the other side was quicker
        end.shutdown(socket.SHUT_RDWR)
    end.close()
