"""What the Channels tutorial builds: a consumer in a group, on the Redis pub/sub layer. It keeps nothing."""

import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="of no use",
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": os.environ["BENCH_BUS"]},
        }
    },
)
django.setup()

import json  # noqa: E402
from itertools import count  # noqa: E402
from typing import Any  # noqa: E402

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from bench.payload import payload  # noqa: E402

_numbers = count()


class Subscriber(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add("everyone", self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("everyone", self.channel_name)

    async def told(self, message: dict[str, Any]) -> None:
        await self.send(text_data=message["text"])


class Publisher(AsyncWebsocketConsumer):
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        for _ in range(json.loads(text_data or "{}").get("times", 0)):
            text = json.dumps({"type": "signal", "signal": "bench.rang", "data": payload(next(_numbers))})
            await self.channel_layer.group_send("everyone", {"type": "told", "text": text})


application = ProtocolTypeRouter(
    {"websocket": URLRouter([path("ws", Subscriber.as_asgi()), path("bench", Publisher.as_asgi())])}
)
