"""Channel layers that treat hints badly, set by CHANNEL_LAYER."""

import asyncio
import os
import random
import signal
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer


class DeafLayer(RedisPubSubChannelLayer):
    """Hears nothing."""

    async def receive(self, channel: str) -> Any:
        await asyncio.Event().wait()


class LossyLayer(RedisPubSubChannelLayer):
    """Loses 30 % of the hints, repeats 20 %, and lets others overtake 30 %."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: list[Any] = []

    async def receive(self, channel: str) -> Any:
        if self._held and random.random() < 0.7:
            return self._held.pop(random.randrange(len(self._held)))
        while True:
            message = await self._get_layer().receive(channel)
            chance = random.random()
            if chance < 0.3:
                continue
            if chance < 0.5:
                self._held.append(message)
            elif chance < 0.8:
                self._held.append(message)
                continue
            return message


class DeadlyLayer(RedisPubSubChannelLayer):
    """Its process dies as it is asked to carry an event: after the commit, before anybody hears of it."""

    def serialize(self, message: Any) -> Any:
        if any(hint["type"] == "event" for hint in message["hints"]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().serialize(message)
