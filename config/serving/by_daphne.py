import signal
from collections.abc import Callable
from typing import Any

# Twisted's reactor must be chosen before anything else imports it.
from daphne.server import HTTPFactory, Server, reactor, twisted_loop
from django.conf import settings
from django.utils.module_loading import import_string

from config.serving import LONGEST_MESSAGE, spare_collector
from config.serving.daphne_requests import Factory
from config.serving.stopping import Stop
from realtime import upkeep


class ClosableServer(Server):
    """Daphne keeps no hold of the ports it listens on, and takes no factory of ours for the one it makes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ports: list[Any] = []

    @property
    def http_factory(self) -> Factory:
        return self._factory

    @http_factory.setter
    def http_factory(self, made: HTTPFactory) -> None:
        self._factory = Factory(self)

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self._ports.append(port)

    def stop_listening(self) -> None:
        for port in self._ports:
            port.stopListening()


def serve(host: str, port: int, started: Callable[[], None]) -> None:
    server = ClosableServer(
        import_string(settings.ASGI_APPLICATION),
        endpoints=[f"tcp:port={port}:interface={host}"],
        signal_handlers=False,
        server_name="realtime",
        websocket_max_message_size=LONGEST_MESSAGE,
        websocket_max_frame_size=LONGEST_MESSAGE,
        websocket_timeout=-1,
        verbosity=0,
    )
    stop = Stop(server.stop_listening, server.stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        twisted_loop.add_signal_handler(number, stop)
    twisted_loop.call_soon(upkeep.ensure_started)
    reactor.callWhenRunning(spare_collector)
    reactor.callWhenRunning(started)
    server.run()
