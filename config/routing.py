"""Which socket and which path goes where. Domains declare their sockets in `<app>/routing.py`."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

from config.bodies import limited_bodies
from notifications import routing as notifications_routing
from realtime import routing as realtime_routing
from realtime.longpoll import poll_stream


def router(django_application: Any) -> Any:
    sockets = [*realtime_routing.websocket_urlpatterns]
    for domain in settings.DOMAINS:
        if find_spec(f"{domain}.routing"):
            sockets += import_module(f"{domain}.routing").websocket_urlpatterns
    # Last: where the chat is installed, its socket takes the same paths, and serves the notices too.
    sockets += notifications_routing.websocket_urlpatterns
    return ProtocolTypeRouter({"http": _http(django_application), "websocket": _known_only(URLRouter(sockets))})


def _http(django_application: Any) -> Any:
    limited = limited_bodies(django_application)

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        is_poll = scope["path"] == "/api/stream" and scope["method"] == "GET"
        await (poll_stream if is_poll else limited)(scope, receive, send)

    return application


def _known_only(sockets: Any) -> Any:
    """URLRouter raises for a path it does not know, and the server would log a traceback for every probing stranger."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if any(route.pattern.match(scope["path"].removeprefix("/")) for route in sockets.routes):
            await sockets(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close"})

    return application
