"""A client of conversations as docs/protocol.md describes it, that can be cut off at any moment and keeps its queue."""

import asyncio
import contextlib
import json
from collections import Counter
from typing import Any

import httpx
import websockets
from uuid_utils.compat import uuid7

from tests.sockets import PATIENCE_SECONDS, Device

CONVERSATION, UNREAD, RECEIPTS, MESSAGE = (f"chat.{kind}" for kind in ("conversation", "unread", "receipts", "message"))

Reply = dict[str, Any]


class Handset(Device):
    """What is not answered stays in its queue, and is said again when it comes back."""

    def __init__(self, urls: list[str], token: str, user_id: str, *, name: str) -> None:
        super().__init__(urls, token, name=name)
        self.urls, self.user_id, self.name = urls, user_id, name
        self.queue: dict[str, dict[str, Any]] = {}
        self.said: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, Reply] = {}
        self.faults: list[str] = []
        self.signals: list[dict[str, Any]] = []
        self.stats: Counter[str] = Counter()
        self.told: dict[str, int] = {}  # of each conversation, the newest of another's that it was told of by an event
        self._socket: websockets.ClientConnection | None = None
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self._furthest: dict[tuple[str, str, str], int] = {}
        self._headers = {"Authorization": f"Bearer {token}"}
        self.is_away = False

    # What it says

    def say(self, name: str, *, id: object = None, **data: Any) -> asyncio.Future[Reply]:
        """Into the queue, and out at once if there is a network."""
        command_id = str(id or uuid7())
        self.queue[command_id] = self.said[command_id] = {"id": command_id, "name": name, "data": data}
        self.stats["commands"] += 1
        self._waiting[command_id] = asyncio.get_running_loop().create_future()
        self._write(self.queue[command_id])
        return self._waiting[command_id]

    async def ask(self, name: str, **data: Any) -> Reply:
        return await asyncio.wait_for(self.say(name, **data), PATIENCE_SECONDS)

    def say_again(self, frame: dict[str, Any]) -> None:
        """Though it may have been answered long ago."""
        self.say(frame["name"], id=frame["id"], **frame["data"])

    def signal(self, name: str, **data: Any) -> None:
        self._write({"type": "signal", "signal": name, "data": data})

    async def answered(self) -> None:
        """All that is in its queue."""
        await asyncio.wait_for(asyncio.gather(*[self._waiting[id] for id in self.queue]), PATIENCE_SECONDS)

    async def fresh(self) -> dict[str, Any]:
        """The whole view, as the server has it."""
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            answer = await client.get(self.urls[0] + "/api/sync", headers=self._headers)
        fresh: dict[str, Any] = answer.raise_for_status().json()
        return fresh

    async def post_queue(self) -> None:
        """By REST, as a background task of an app does, though its socket may say the same."""
        if not self.queue:
            return
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            answer = await client.post(
                self.urls[0] + "/api/commands",
                json={"commands": list(self.queue.values())},
                headers=self._headers,
            )
        for reply in answer.raise_for_status().json()["replies"]:
            self._hear_reply(reply)

    def _write(self, frame: dict[str, Any]) -> None:
        if self._socket is not None:
            text = json.dumps({"type": "command", **frame}, default=str)
            task = asyncio.ensure_future(self._socket.send(text))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # it is in the queue

    # Its network

    def cut(self) -> None:
        """Whatever was on the way in either direction is lost."""
        if self._socket is not None:
            self.stats["drops"] += 1
            self._socket.transport.abort()
            self._socket = None

    def go_away(self) -> None:
        """Even while it is connecting."""
        self.cut()
        if self._task is not None:
            self._task.cancel()
        self.is_away = True
        self.is_live.clear()

    def come_back(self, *, is_new: bool = False) -> None:
        """With all it knows, or as if it had been installed anew, but for its queue."""
        if is_new:
            self.position = None
            self.told.clear()
            self._furthest.clear()
        self.is_away = False
        self._task = asyncio.create_task(self._live())

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError, httpx.HTTPError):
                await self._connect_once(next(self._urls))
            self._socket = None
            self.is_live.clear()
            self.reconnects += 1
            await asyncio.sleep(0.01)

    # What it hears

    async def _hear(self, frame: dict[str, Any], url: str, socket: websockets.ClientConnection) -> None:
        self.stats[frame["type"]] += 1
        await super()._hear(frame, url, socket)
        match frame["type"]:
            case "welcome":
                self._socket = socket
                self._repeat()
            case "event":
                self._check(frame)
            case "signal":
                self.signals.append(frame)
            case "reply":
                self._hear_reply(frame)
            case "error" if frame["code"] != "no_such_conversation":  # where it typed
                self.faults.append(f"was told {frame}")

    def _repeat(self) -> None:
        """All that was not answered: backwards, and the last of it twice."""
        again = list(self.queue.values())[::-1]
        for frame in [*again, *again[:1]]:
            self.stats["repeats"] += 1
            self._write(frame)

    def _hear_reply(self, reply: Reply) -> None:
        id = reply["id"]
        if reply["ok"]:
            before = self.answers.get(id, reply)
            if before.get("data") != reply["data"]:
                self.faults.append(f"{id} was answered {before}, then {reply}")
        elif reply["error"]["code"] == "internal":
            self.faults.append(f"{id}: {reply}")
        elif reply["error"]["temporary"]:
            self.stats["put off"] += 1
            if self._before(id) not in self.queue:
                asyncio.get_running_loop().call_later(0.02, self._say_again, id)
            return
        self._settle(id, reply)
        for later in [later for later in self.queue if self._before(later) == id]:
            if reply["ok"]:
                self._say_again(later)
            else:
                # It will never be in order.
                self._settle(later, {**reply, "id": later})

    def _settle(self, id: str, reply: Reply) -> None:
        self.answers[id] = reply
        self.stats["taken" if reply["ok"] else "refused"] += 1
        if self.queue.pop(id, None) and not self._waiting[id].done():
            self._waiting[id].set_result(reply)

    def _before(self, id: str) -> str | None:
        return self.said[id]["data"].get("after")

    def _say_again(self, id: str) -> None:
        if id in self.queue:
            self._write(self.queue[id])

    def _check(self, event: dict[str, Any]) -> None:
        """Offsets are dense, and nothing that was read or delivered goes back."""
        if len(self.offsets) > 1 and event["offset"] <= self.offsets[-2] and self.offsets[-1] <= self.offsets[-2]:
            self.faults.append(f"event {event['offset']} came after {self.offsets[-2]}")
        kind, key, data = event["kind"], event["key"], event["data"]
        if kind == CONVERSATION and data is None:
            self._forget(key)
        elif kind == RECEIPTS and data:
            for user, at in data["participants"].items():
                self._advance((key, user, "read"), at["read_seq"])
                self._advance((key, user, "delivered"), at["delivered_seq"])
        elif kind == UNREAD and data:
            self._advance((key, self.user_id, "own"), data["read_seq"])
        elif kind == MESSAGE and data:
            if data["conversation_id"] not in self.view.get(CONVERSATION, {}):
                self.faults.append(f"heard of a message in {data['conversation_id']}, where it is not")
            if event["event"] == "chat.message_sent" and data["sender_id"] != self.user_id:
                self.told[data["conversation_id"]] = data["seq"]

    def _advance(self, what: tuple[str, str, str], to: int) -> None:
        if to < self._furthest.get(what, 0):
            self.faults.append(f"{what} went back from {self._furthest[what]} to {to}")
        self._furthest[what] = to

    def _forget(self, conversation: str) -> None:
        """Of a conversation that was closed nothing is shown any more."""
        self.told.pop(conversation, None)
        messages = self.view.get(MESSAGE, {})
        self.view[MESSAGE] = {key: one for key, one in messages.items() if one["conversation_id"] != conversation}

    # What it shows

    def shown(self, kind: str) -> dict[str, Any]:
        return self.view.get(kind, {})

    def differences(self, fresh: dict[str, dict[str, Any]], rows: dict[str, Any]) -> list[str]:
        """Between what it shows and a fresh view that was read at its position. `rows` are all messages."""
        pairs = [(kind, self.shown(kind), fresh[kind]) for kind in (CONVERSATION, UNREAD, RECEIPTS)]
        mine = self.shown(MESSAGE)
        pairs.append((MESSAGE, {key: mine.get(key) for key in fresh[MESSAGE]}, fresh[MESSAGE]))
        pairs.append((f"old {MESSAGE}", mine, {key: rows.get(key) for key in mine}))
        found = [f"{self.name} shows {kind} {one}, should {other}" for kind, one, other in pairs if one != other]
        counted = Counter((one["conversation_id"], one["seq"]) for one in mine.values())
        counted.update((one["sender_id"], one["client_id"]) for one in mine.values())
        return found + [f"{self.name} shows {what} {times} times" for what, times in counted.items() if times > 1]
