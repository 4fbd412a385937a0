"""`/ws`: a socket of one client that speaks stream.v1, from the handshake through `hello` to its end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from channels.consumer import AsyncConsumer
from django.utils.timezone import now

from accounts.errors import TokenExpired
from accounts.identity import Identity
from accounts.middleware import is_too_old
from accounts.sockets import Credentials, Way, client_address, credentials, identity_of, is_allowed_origin
from core.api import read
from core.errors import Busy, DomainError, Forbidden, Invalid, TooManyRequests, Unauthenticated
from realtime import frames, metrics, protocol, selectors, upkeep
from realtime.conf import limits
from realtime.connection import Connection
from realtime.conversation import Conversation
from realtime.frames import SUBPROTOCOL, Close
from realtime.hub import hub
from realtime.protocol import BadFrame, Bucket, Frame, HelloIn, Internal
from realtime.selectors import Position, State
from realtime.strangers import Stranger
from realtime.threads import in_thread
from realtime.transport import Transport

Receive = Callable[[], Awaitable[dict[str, Any]]]

TOLD_LIMITS = [
    "frame_in_bytes",
    "frame_out_bytes",
    "commands_per_second",
    "commands_burst",
    "boards",
    "sockets_per_user",
]


class StreamConsumer(AsyncConsumer):
    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        self.scope = scope
        self.transport = Transport(send, self._made_room)
        self.conversation: Conversation | None = None
        self.is_turned_away = False
        self.questions = Bucket(limits.commands_per_second, limits.commands_burst)
        self.bad_frames = Bucket(limits.bad_frames_per_minute / 60, limits.bad_frames_per_minute)
        self.floods = Bucket(limits.commands_per_second, 10 * limits.commands_burst)
        await receive()
        await send({"type": "websocket.accept", "subprotocol": self._subprotocol()})
        upkeep.ensure_started()
        with Stranger(client_address(scope)) as self.stranger:
            await self._serve(receive)

    async def _serve(self, receive: Receive) -> None:
        hello_deadline = asyncio.get_running_loop().call_later(limits.hello_seconds, self._miss_hello)
        try:
            self._meet()
            while (message := await receive())["type"] != "websocket.disconnect":
                if not self._is_over:
                    await self._hear(message)
        finally:
            self.is_turned_away = True
            hello_deadline.cancel()
            if self.conversation is not None:
                self.conversation.end()

    @property
    def _is_over(self) -> bool:
        """Closed from this side, by this consumer or by the hub: whatever still arrives is not heard any more."""
        return self.is_turned_away or (self.conversation is not None and self.conversation.connection.is_closed)

    def _subprotocol(self) -> str | None:
        return SUBPROTOCOL if SUBPROTOCOL in self.scope["subprotocols"] else None

    def _made_room(self) -> None:
        if self.conversation is not None:
            hub.made_room(self.conversation.connection)

    # Ending

    def _end(self, code: Close, message: str) -> None:
        if self.conversation is not None:
            hub.close(self.conversation.connection, code, message)
        else:
            self._turn_away(code, {"code": code.name.lower(), "message": message})

    def _turn_away(self, code: Close, envelope: dict[str, Any]) -> None:
        """Close a socket that has not said hello."""
        if not self.is_turned_away:
            self.is_turned_away = True
            metrics.closes.labels(int(code)).inc()
            self.transport.write(frames.frame("error", **envelope))
            self.transport.close(code)

    def _miss_hello(self) -> None:
        if self.conversation is None:
            self._end(Close.NO_HELLO, "The first frame must be `hello`, and come in time.")

    # Hearing

    async def _hear(self, message: dict[str, Any]) -> None:
        if protocol.size(message) > limits.frame_in_bytes:
            self._end(Close.FRAME_TOO_BIG, f"A frame has at most {limits.frame_in_bytes} bytes.")
            return
        frame: Frame = {}
        try:
            frame = protocol.parse(message)
            await self._handle(frame)
        except Exception as error:
            self._refuse(frame, protocol.refusal(error))

    async def _handle(self, frame: Frame) -> None:
        protocol.check_id(frame)
        if "id" in frame and (wait := self.questions.take()):
            raise TooManyRequests(retry_after_ms=int(wait * 1000) + 1)
        if frame["type"] == "hello":
            await self._hello(frame)
            return
        if self.conversation is None:
            raise BadFrame("Say hello first.")
        if not self.conversation.understands(frame["type"]):
            metrics.frames_received.labels("unknown").inc()
            self._ignore(frame)
            return
        metrics.frames_received.labels(frame["type"]).inc()
        answer = await self.conversation.hear(frame)
        if answer is not None and "id" in frame:
            self._say("reply", id=frame["id"], ok=True, data=answer)

    def _ignore(self, frame: Frame) -> None:
        # A newer client may say more than this server knows; only a frame that waits for an answer gets one.
        if "id" in frame:
            raise BadFrame("Frames of this type are not known here.")

    def _refuse(self, frame: Frame, refusal: DomainError) -> None:
        envelope = frames.refusal(refusal.envelope())
        if frame.get("type") == "hello" and self.conversation is None:
            self._turn_away(_close_code(refusal), envelope)
        elif frame.get("id") is not None:
            self._say("reply", id=frame["id"], ok=False, error=envelope)
        else:
            self._say("error", **envelope)
        patience = {Invalid: self.bad_frames, TooManyRequests: self.floods}
        if any(isinstance(refusal, kind) and bucket.take() for kind, bucket in patience.items()):
            self._end(Close.ABUSE, "Too many frames had to be refused.")

    def _say(self, type: str, **fields: Any) -> None:
        if self.conversation is not None:
            self.conversation.connection.say(type, **fields)
        elif not self.is_turned_away:
            self.transport.write(frames.frame(type, **fields))

    # Hello

    def _meet(self) -> None:
        if hub.is_draining:
            self._end(Close.DRAIN, "This server is stopping. Another one will take you.")
        elif self.stranger.is_one_too_many:
            self._end(Close.OVERLOADED, "Too many sockets from this address have not said hello yet.")
        elif not is_allowed_origin(self.scope):
            self._end(Close.FORBIDDEN, "Pages of this origin may not connect.")

    async def _hello(self, frame: Frame) -> None:
        if self.conversation is not None:
            raise BadFrame("This connection has said hello already.")
        metrics.frames_received.labels("hello").inc()
        hello = read(HelloIn, frame)
        if is_too_old(hello["client"].get("version", "")):
            self._end(Close.VERSION_TOO_OLD, "This version of the app is too old. Update it.")
            return
        identity = await in_thread(identity_of, self._credentials(hello["token"]))
        if self._is_over:
            return
        self.stranger.introduce()
        connection = self._connection(identity, hello)
        self.conversation = Conversation(connection)
        hub.join(connection)
        # The hub raises the connection's head by hints from here on: nothing falls between this read and what follows.
        state = await in_thread(selectors.state, connection.user_id)
        self._welcome(frame.get("id"), connection, state, Position(**hello["resume"]) if hello["resume"] else None)
        await self.conversation.open_boards(hello["boards"])

    def _credentials(self, token: str | None) -> Credentials:
        found = Credentials(Way.TOKEN, token) if token else credentials(self.scope)
        if found is None:
            raise Unauthenticated
        return found

    def _connection(self, identity: Identity, hello: dict[str, Any]) -> Connection:
        return Connection(
            self.transport,
            user_id=identity.user_id,
            session_id=identity.session_id,
            expires_at=identity.expires_at,
            device=hello["device_id"],
            protocol=SUBPROTOCOL,
            client=" ".join(filter(None, hello["client"].values())),
            is_foreground=hello["foreground"],
            wants_acks=hello["ack"],
        )

    def _welcome(self, id: str | None, connection: Connection, state: State, position: Position | None) -> None:
        why_lost = state.why_lost(position) if position else None
        connection.say(
            "welcome",
            id=id,
            user=connection.user_id,
            epoch=state.epoch,
            head=state.head,
            resumed=position is not None and why_lost is None,
            heartbeat_s=limits.heartbeat_seconds,
            window=limits.window,
            limits={name: getattr(limits, name) for name in TOLD_LIMITS},
            server_time=now(),
            expires_at=connection.expires_at,
        )
        if why_lost:
            metrics.resets.labels(why_lost).inc()
            connection.say("reset", epoch=state.epoch, head=state.head, reason=why_lost)
        sent = position.offset if position and not why_lost else state.head
        hub.begin(connection, state.epoch, sent, state.head)


def _close_code(refusal: DomainError) -> Close:
    match refusal:
        case TokenExpired():
            return Close.TOKEN_EXPIRED
        case Unauthenticated():
            return Close.UNAUTHENTICATED
        case Forbidden():
            return Close.FORBIDDEN
        case Busy() | TooManyRequests():
            return Close.OVERLOADED
        case Internal():
            return Close.INTERNAL
    return Close.BAD_FRAME
