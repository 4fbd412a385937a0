"""A client of Matrix: it sends one text after the other, and has a long poll out all the time."""

import asyncio
import json
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, DummyCookieJar

NOTHING = {"not_types": ["*"]}
# Messages alone: less for the server to look for than what an app asks.
FILTER = {
    "presence": NOTHING,
    "account_data": NOTHING,
    "room": {"ephemeral": NOTHING, "account_data": NOTHING, "timeline": {"types": ["m.room.message"], "limit": 50}},
}


class MatrixTalker:
    def __init__(self, person: dict[str, Any], hear: Callable[[bytes], None]) -> None:
        self.error = ""
        self._hear = hear
        self._texts: asyncio.Queue[str] = asyncio.Queue()
        self._transactions = count()
        self._headers = {"Authorization": f"Bearer {person['token']}"}
        self._room = f"/_matrix/client/v3/rooms/{quote(person['room'])}/send/m.room.message"
        self._since = ""

    async def enter(self, url: str) -> None:
        self._session = ClientSession(url, headers=self._headers, cookie_jar=DummyCookieJar())
        await self._poll()
        self._tasks = [asyncio.create_task(self._go_on(work)) for work in (self._poll, self._send)]

    def write(self, text: str) -> None:
        self._texts.put_nowait(text)

    def tick(self) -> None:
        """The next poll says what has come."""

    async def _go_on(self, work: Any) -> None:
        while True:
            try:
                await work()
            except ClientError as error:
                self.error = repr(error)

    async def _poll(self) -> None:
        query = {"filter": json.dumps(FILTER), "timeout": "30000"} | ({"since": self._since} if self._since else {})
        async with self._session.get("/_matrix/client/v3/sync", params=query, raise_for_status=True) as response:
            answer = await response.read()
        self._hear(answer)
        self._since = json.loads(answer)["next_batch"]

    async def _send(self) -> None:
        message = {"msgtype": "m.text", "body": await self._texts.get()}
        where = f"{self._room}/{next(self._transactions)}"
        async with self._session.put(where, json=message, raise_for_status=True) as response:
            await response.read()
