"""Seed 004's app, with the few lines changed that docs/clients shows."""

import json
from dataclasses import dataclass
from typing import Any

from tests.house import House, Web
from tests.sockets import Phone

Frame = dict[str, Any]


@dataclass
class App:
    web: Web
    id: str
    token: str

    def socket(self, web: Web | None = None, path: str = "/api/chat/ws") -> "AppSocket":
        return AppSocket(web or self.web, path=f"{path}?token={self.token}", subprotocols=None)

    def register_phone(self, address: str) -> None:
        status, _ = self.web.post("/api/chat/device", {"fcm_token": address}, self.token)
        assert status == 200

    def conversations(self) -> Any:
        return self.web.get("/api/chat/conversations", self.token)[1]

    def begin(self, *others: "App", **about: Any) -> str:
        body = {"participant_ids": [other.id for other in others], **about}
        status, begun = self.web.post("/api/chat/conversations", body, self.token)
        assert status == 201
        return begun["id"]

    def history(self, conversation_id: str, **query: Any) -> list[Frame]:
        asked = "".join(f"&{key}={value}" for key, value in query.items())
        status, page = self.web.get(f"/api/chat/history?conversation_id={conversation_id}{asked}", self.token)
        assert status == 200
        return page["messages"]

    def said(self, conversation_id: str) -> list[str]:
        """Oldest first."""
        return [message["content"] for message in reversed(self.history(conversation_id))]


class AppSocket(Phone):
    async def say(self, type: str, conversation_id: str, content: str | None = None, **more: Any) -> None:
        """With a null for each key that it has no use for, as the app encodes it."""
        frame = {
            "type": type,
            "conversation_id": conversation_id,
            "sender_id": None,
            "content": content,
            "message_type": "text" if type == "message" else None,
            "media_url": None,
            "timestamp": None,
        }
        await self.socket.send(json.dumps({**frame, **more}, ensure_ascii=False))

    async def greeting(self) -> list[Frame]:
        return [await self.receive() for _ in range(2)]

    async def types(self, count: int) -> list[str]:
        return [(await self.receive())["type"] for _ in range(count)]

    async def settled(self, seconds: float = 0.5) -> list[Frame]:
        """All that comes until nothing does for a while."""
        frames = []
        while more := await self.silence(seconds):
            frames += more
        return frames


def install(house: House, web: Web, count: int = 1) -> list[App]:
    people = house.call("tests.chat.app_world.sign_up", count)
    return [App(web, person["id"], person["token"]) for person in people]
