"""Sockets of the seeds' own clients: their words, over the same hub.

Such a client cannot say hello, acknowledge or renew. It is refused before it is accepted, since an open socket resets
its retry counter. It hears nothing but its own words, and the adapter acknowledges for it.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from channels.consumer import AsyncConsumer

from accounts.identity import Identity
from accounts.sockets import credentials, identity_of, is_allowed_origin
from core.api import refusal_of
from core.errors import Forbidden, Unauthenticated
from realtime import metrics, protocol, selectors, upkeep
from realtime.conf import limits
from realtime.connection import Connection
from realtime.frames import Close
from realtime.hub import hub
from realtime.protocol import Bucket
from realtime.selectors import State
from realtime.threads import in_thread
from realtime.transport import Transport

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a dialect's client is told on connecting, and the state of the stream it was read at."""

    state: State
    frames: Iterable[dict[str, Any]]


class DialectConsumer(AsyncConsumer):
    """Subclasses say who may come (`admit`), what is said first (`greet`), and how words translate (`frame`, `signal`,
    `hear`; `frames` where one is not enough). What it shows beyond its user's events begins and ends with `opened` and
    `gone`.

    `admit` and `greet` run in a thread and may use the ORM; the others run in the event loop and may not.
    """

    dialect = ""
    keepalive: dict[str, Any] | None = None
    frames_at_once = limits.commands_burst  # of a client that comes back with all it could not say meanwhile

    def admit(self, identity: Identity) -> None:
        """Raise a refusal for one who may not connect here."""

    def greet(self, identity: Identity) -> Greeting:
        """Read inside `selectors.snapshot()`: events after the state's head follow by themselves."""
        return Greeting(selectors.state(identity.user_id), [])

    def frame(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """The dialect's frame for an event, or None."""
        raise NotImplementedError

    def frames(self, event: dict[str, Any]) -> Iterable[dict[str, Any]]:
        """For a dialect that may take several to say it."""
        frame = self.frame(event)
        return [] if frame is None else [frame]

    def opened(self) -> None:
        """The client was greeted."""

    def gone(self) -> None:
        """The socket is closed, whether it was greeted or not."""

    def signal(self, signal: dict[str, Any]) -> dict[str, Any] | None:
        """The dialect's frame for a signal, or None."""
        return None

    async def hear(self, frame: dict[str, Any]) -> None:
        """A frame of the client; unknown ones are ignored."""

    def read(self, message: dict[str, Any]) -> dict[str, Any]:
        """The frame in an ASGI message."""
        return protocol.parse(message)

    def refuse(self, refusal: protocol.BadFrame) -> None:
        """Of a frame that cannot be read. Most of these clients have no word for it."""

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Any
    ) -> None:
        self.scope = scope
        await receive()
        identity = await self._identify()
        if identity is None or hub.is_draining:
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept"})
        upkeep.ensure_started()
        self.identity = identity
        self.connection = self._connect(identity, send)
        hub.join(self.connection)
        try:
            await self._greet(identity)
            self.opened()
            await self._listen(receive)
        finally:
            self.gone()
            hub.leave(self.connection)

    async def _identify(self) -> Identity | None:
        try:
            if not is_allowed_origin(self.scope):
                raise Forbidden
            found = credentials(self.scope)
            if found is None:
                raise Unauthenticated
            identity = await in_thread(identity_of, found, allow_long_lived=True)
            await in_thread(self.admit, identity)
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                logger.exception("dialect_failed", extra={"dialect": self.dialect})
            else:
                logger.info("dialect_refused", extra={"dialect": self.dialect, "code": refusal.code})
            return None
        return identity

    def _connect(self, identity: Identity, send: Any) -> Connection:
        return Connection(
            Transport(send, lambda: hub.made_room(self.connection)),
            user_id=identity.user_id,
            session_id=identity.session_id,
            expires_at=identity.expires_at,
            device=f"{self.dialect}:{identity.session_id}",
            protocol=self.dialect,
            wants_acks=False,
            translate=self._translate,
            keepalive=json.dumps(self.keepalive) if self.keepalive else None,
        )

    def _translate(self, text: str) -> list[str]:
        said = json.loads(text)
        if said["type"] == "signal":
            frame = self.signal(said)
            frames: Iterable[dict[str, Any]] = [] if frame is None else [frame]
        else:
            frames = self.frames(said)
        return [json.dumps(frame, ensure_ascii=False) for frame in frames]

    async def _greet(self, identity: Identity) -> None:
        greeting = await in_thread(self.greet, identity)
        for frame in greeting.frames:
            self.say(frame)
        hub.begin(self.connection, greeting.state.epoch, greeting.state.head, greeting.state.head)

    def say(self, frame: dict[str, Any]) -> None:
        if not self.connection.is_closed:
            self.connection.transport.write(json.dumps(frame, ensure_ascii=False))

    def acknowledge(self) -> None:
        """The client showed that it is there and reading: all that was written counts as acknowledged."""
        if self.connection.sent is not None:
            self.connection.acknowledge(self.connection.sent)
            hub.recorder.acked(self.connection)

    async def _listen(self, receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        allowed = Bucket(limits.commands_per_second, self.frames_at_once)
        while (message := await receive())["type"] != "websocket.disconnect":
            if self.connection.is_closed:
                continue
            if allowed.take():
                hub.close(self.connection, Close.ABUSE, "Too many frames.")
                continue
            self.connection.heard()
            await self._hear(message)

    async def _hear(self, message: dict[str, Any]) -> None:
        if protocol.size(message) > limits.frame_in_bytes:
            hub.close(self.connection, Close.FRAME_TOO_BIG, "This frame is too big.")
            return
        try:
            frame = self.read(message)
        except protocol.BadFrame as refusal:
            metrics.frames_received.labels("bad").inc()
            self.refuse(refusal)
            return
        metrics.frames_received.labels("dialect").inc()
        try:
            await self.hear(frame)
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("dialect_frame_failed", extra={"dialect": self.dialect})
