"""What the sockets of seed 003's app are shown: whole lists, made once for all sockets of this process.

A list is read when its board has moved, at most once in `dialect_seconds`, whatever the number of sockets; a socket
gets it when it was not sent one as long, and all that it was sent has left. One that is slow misses what was between.
"""

import asyncio
import json
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.api import refusal_of
from core.errors import DomainError
from fleet import mirrors, selectors
from fleet.conf import limits
from fleet.mirrors import Mirror, Mirrored
from realtime import metrics
from realtime.connection import Connection
from realtime.hub import hub
from realtime.protocol import Internal
from realtime.tcp import frame_of
from realtime.threads import in_thread
from realtime.watching import NEVER_SEEN

logger = logging.getLogger(__name__)

PACE_SECONDS = limits.dialect_seconds
RETRY_SECONDS = 0.1  # until a socket that takes its time is looked at again


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Texts, and the WebSocket frames of them. By its mark it is remembered without its megabytes."""

    texts: list[str]
    frames: list[bytes]
    mark: object = field(default_factory=object)

    @classmethod
    def of(cls, *texts: str) -> "Shown":
        return cls(list(texts), [frame_of(text) for text in texts])


@dataclass(slots=True, eq=False)
class Onlooker:
    """A socket, and what it was sent last of each type, and when."""

    connection: Connection
    is_full: bool
    sent: dict[str, tuple[object, float]] = field(default_factory=dict)

    def lacks(self, channel: "Channel") -> Shown | None:
        shown = channel.shown.get(self.is_full)
        if shown is None or self.connection.is_closed:
            return None
        mark, _ = self.sent.get(channel.type, (None, 0))
        return None if mark is shown.mark else shown

    def due_at(self, channel: "Channel") -> float:
        return self.sent[channel.type][1] + PACE_SECONDS if channel.type in self.sent else -inf

    def send(self, channel: "Channel", shown: Shown, at: float) -> None:
        for text, frame in zip(shown.texts, shown.frames, strict=True):
            self.connection.transport.write_frame(text, frame)
        self.connection.said_at = at
        self.sent[channel.type] = shown.mark, at
        metrics.frames_sent.labels("dialect").inc()


class Channel:
    """A type of frame: what it shows now, to officers (True) and to guards, and whether that may be out of date."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.type = mirror.type
        self.forget()

    def forget(self) -> None:
        self.version = NEVER_SEEN
        self.shown: dict[bool, Shown] = {}
        self.is_stale = False
        self.moved_at: float | None = None
        self.read_at = -inf

    def move(self, version: int) -> None:
        if NEVER_SEEN < version <= self.version:
            return
        self.version = version
        self.moved_at = monotonic()
        self.is_stale = True

    def due_at(self, audiences: Collection[bool]) -> float:
        if any(audience not in self.shown for audience in audiences):
            return -inf
        return self.read_at + PACE_SECONDS if self.is_stale else inf

    def show(self, found: Mapping[bool, Shown]) -> None:
        """What looks as before is not sent again, and what nobody looks at would only grow old."""
        before, self.shown = self.shown, dict(found)
        for audience, shown in found.items():
            known = before.get(audience)
            if known is not None and known.texts == shown.texts:
                self.shown[audience] = known


class Feed:
    """One per process. It runs while there are sockets to look at it."""

    def __init__(self) -> None:
        self._onlookers: dict[Connection, Onlooker] = {}
        self._channels = [Channel(mirror) for mirror in mirrors.MIRRORS]
        self._by_board = {channel.mirror.board: channel for channel in self._channels}
        self._look = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def join(self, connection: Connection, *, is_full: bool) -> None:
        if connection.is_closed:
            return
        self._onlookers[connection] = Onlooker(connection, is_full)
        connection.board_moved = self._moved
        for board, channel in self._by_board.items():
            hub.watching.add(connection, board, channel.version)
        self._look.set()
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())

    def leave(self, connection: Connection) -> None:
        """Safe to repeat."""
        self._onlookers.pop(connection, None)
        self._look.set()

    def _moved(self, board: str, version: int) -> None:
        self._by_board[board].move(version)
        self._look.set()

    async def _run(self) -> None:
        while self._onlookers:
            self._look.clear()
            try:
                for channel in self._channels:
                    if channel.due_at(self._audiences()) <= monotonic():
                        await self._read(channel)
                await self._send()
            except Exception:
                logger.exception("feed_failed")
                await asyncio.sleep(PACE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest()):
                    await self._look.wait()
        for channel in self._channels:
            channel.forget()

    async def _read(self, channel: Channel) -> None:
        """In a thread. Who is an officer is asked each time: somebody may have become one, or ceased to be."""
        audiences, users = self._audiences(), {connection.user_id for connection in self._onlookers}
        channel.is_stale, channel.read_at = False, monotonic()
        # What another process has read since the board moved is as good; without a cache for all, nothing older is.
        ttl = None if channel.moved_at is None else channel.read_at - channel.moved_at
        try:
            found, officers = await in_thread(_find, channel.mirror, audiences, users, ttl)
        except Exception as error:
            channel.is_stale = True
            channel.show(dict.fromkeys(audiences, _failed(channel, error)))
            return
        channel.show(found)
        for onlooker in self._onlookers.values():
            if onlooker.connection.user_id in users:
                onlooker.is_full = onlooker.connection.user_id in officers

    async def _send(self) -> None:
        for onlooker in list(self._onlookers.values()):
            for channel, shown in self._lacking(onlooker):
                if onlooker.due_at(channel) <= monotonic() and onlooker.connection.transport.is_empty:
                    onlooker.send(channel, shown, monotonic())
            await asyncio.sleep(0)  # a frame may have megabytes

    def _rest(self) -> float | None:
        """Seconds until something is due; None where that is for others to say."""
        at = monotonic()
        due = [channel.due_at(self._audiences()) for channel in self._channels]
        for onlooker in self._onlookers.values():
            due += [max(onlooker.due_at(channel), at + RETRY_SECONDS) for channel, _ in self._lacking(onlooker)]
        first = min(due)
        return None if first == inf else max(0.0, first - at)

    def _lacking(self, onlooker: Onlooker) -> Iterator[tuple[Channel, Shown]]:
        for channel in self._channels:
            if shown := onlooker.lacks(channel):
                yield channel, shown

    def _audiences(self) -> set[bool]:
        return {onlooker.is_full for onlooker in self._onlookers.values()}


def _find(
    mirror: Mirror, audiences: Collection[bool], users: Collection[UUID], ttl: float | None
) -> tuple[dict[bool, Shown], set[UUID]]:
    now = timezone.now()
    asked = {audience: mirrors.usual(now, is_full=audience) for audience in audiences}
    found = {audience: _frames(mirror, mirror.read(asked[audience], ttl=ttl)) for audience in audiences}
    return found, selectors.deciders(users)


def _frames(mirror: Mirror, mirrored: Mirrored) -> Shown:
    whole = f'{{"type":"{mirror.type}","data":{mirrored.text}}}'
    if mirrored.total is None:
        return Shown.of(whole)
    return Shown.of(whole, _frame("vehicles_truncated", {"total": mirrored.total}))


def _failed(channel: Channel, error: Exception) -> Shown:
    """In a type of its own: the app must be able to read what the five hold."""
    refusal = refusal_of(error)
    if refusal is None:
        logger.exception("feed_failed", extra={"type": channel.type}, exc_info=error)
        refusal = Internal()
    return Shown.of(_frame("error", _error(channel, refusal)))


def _error(channel: Channel, refusal: DomainError) -> dict[str, Any]:
    return {"stream": channel.type, "code": refusal.code, "message": str(refusal.message)}


def _frame(type: str, data: dict[str, Any]) -> str:
    return json.dumps({"type": type, "data": data}, ensure_ascii=False)


feed = Feed()
