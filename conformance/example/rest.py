"""REST, tokens, and the handshake of the socket."""

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp

from conformance.example.store import Position, Store, View

POLL_SECONDS = 25


class SignedOut(Exception):
    """She has to sign in again."""


class Refused(Exception):
    """For now, and for how long."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Gone(Exception):
    """The position cannot be resumed."""


class Rest:
    def __init__(self, url: str, store: Store, *, longest: float) -> None:
        self._url = url
        self._store = store
        self._longest = longest

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(self._url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    @property
    def access_token(self) -> str:
        return str(self._store.fact("tokens")["access_token"])

    async def socket(self, seconds: float) -> aiohttp.ClientWebSocketResponse:
        async with asyncio.timeout(seconds):
            return await self._session.ws_connect("/ws", protocols=("stream.v1",), max_msg_size=0)

    async def refresh(self) -> None:
        shown = {"refresh_token": self._store.fact("tokens")["refresh_token"]}
        status, tokens = await self._ask("POST", "/api/auth/refresh", shown)
        if status == 401:
            raise SignedOut
        self._store.keep("tokens", tokens)

    async def sync(self) -> tuple[View, Position]:
        answer = await self._request("GET", "/api/sync")
        epoch, _, offset = answer["position"].partition(":")
        return answer["view"], (epoch, int(offset))

    async def poll(self, position: Position, wait: int) -> dict[str, Any]:
        return await self._request("GET", f"/api/stream?after={position[0]}:{position[1]}&wait={wait}")

    async def command(self, frame: dict[str, Any]) -> dict[str, Any] | None:
        command = {name: value for name, value in frame.items() if name != "type"}
        try:
            answer = await self._request("POST", "/api/commands", {"commands": [command]})
        except (aiohttp.ClientError, OSError, TimeoutError, Refused, SignedOut):
            return None  # the next connection tells what is wrong
        reply: dict[str, Any] = answer["replies"][0]
        return reply

    async def _request(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        status, answer = await self._ask(method, path, body)
        if status == 401 and answer["code"] == "token_expired":
            await self.refresh()
            status, answer = await self._ask(method, path, body)
        if status == 401:
            raise SignedOut
        if status == 410:
            raise Gone
        return answer

    async def _ask(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        tokens = self._store.fact("tokens") or {}
        headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        longest = aiohttp.ClientTimeout(total=self._longest)
        async with self._session.request(method, path, json=body, headers=headers, timeout=longest) as response:
            answer: dict[str, Any] = await response.json()
            if response.status not in (200, 401, 410):
                raise Refused(answer.get("retry_after_ms", 0) / 1000)
            return response.status, answer
