from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from bench.peers.plainchat.models import Message


class ChatConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        where = self.scope["url_route"]["kwargs"]
        self.room, self.user = where["room"], where["user"]
        self.group = f"chat_{self.room}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        message = await self.save(content["message"])
        shown = {
            "id": message.pk,
            "sender": message.sender,
            "message": message.body,
            "created_at": message.created_at.isoformat(),
        }
        await self.channel_layer.group_send(self.group, {"type": "chat_message", **shown})

    async def chat_message(self, event: dict[str, Any]) -> None:
        await self.send_json({key: event[key] for key in ("id", "sender", "message", "created_at")})

    @database_sync_to_async
    def save(self, body: str) -> Message:
        return Message.objects.create(room=self.room, sender=self.user, body=body)
