import asyncio
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from uvicorn import Config, Server

from config.serving import LONGEST_MESSAGE, spare_collector
from config.serving.stopping import Stop
from realtime import upkeep


class DrainingServer(Server):
    """uvicorn would close every socket at the first signal."""

    def __init__(self, config: Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_started = started
        self._stop = Stop(self._stop_listening, self._exit)

    async def startup(self, *args: Any, **kwargs: Any) -> None:
        await super().startup(*args, **kwargs)
        self._loop = asyncio.get_running_loop()
        upkeep.ensure_started()
        spare_collector()
        self._tell_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop)

    def _stop_listening(self) -> None:
        for server in self.servers:
            server.close()

    def _exit(self) -> None:
        self.should_exit = True


def serve(host: str, port: int, started: Callable[[], None]) -> None:
    config = Config(
        import_string(settings.ASGI_APPLICATION),
        host=host,
        port=port,
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=LONGEST_MESSAGE,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    DrainingServer(config, started).run()
