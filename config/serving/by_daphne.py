import signal
from collections.abc import Callable

# Twisted's reactor must be chosen before anything else imports it.
from daphne.server import Server, reactor, twisted_loop
from django.conf import settings
from django.utils.module_loading import import_string

from config.serving.stopping import LONGEST_MESSAGE, Stop
from realtime import upkeep
from realtime.conf import limits
from realtime.hub import hub


def serve(host: str, port: int, started: Callable[[], None]) -> None:
    server = Server(
        import_string(settings.ASGI_APPLICATION),
        endpoints=[f"tcp:port={port}:interface={host}"],
        signal_handlers=False,
        server_name="realtime",
        websocket_max_message_size=LONGEST_MESSAGE,
        websocket_max_frame_size=LONGEST_MESSAGE,
        websocket_timeout=-1,
        verbosity=0,
    )
    stop = Stop(lambda: _stop(server))
    for number in (signal.SIGTERM, signal.SIGINT):
        twisted_loop.add_signal_handler(number, stop)
    twisted_loop.call_soon(upkeep.ensure_started)
    reactor.callWhenRunning(started)
    server.run()


async def _stop(server: Server) -> None:
    for listener in server.listeners:
        listener.result.stopListening()
    await upkeep.drain(hub, limits.drain_seconds)
    server.stop()
