"""`/ws`: the conversation with one client of stream.v1. It translates; the hub, the commands and the boards act."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, ClassVar
from uuid import UUID

from channels.consumer import AsyncConsumer
from django.utils.timezone import now

from accounts.errors import TokenExpired
from accounts.identity import Identity
from accounts.middleware import is_too_old
from accounts.sockets import Credentials, Way, client_address, credentials, identity_of, is_allowed_origin
from core.api import refusal_of
from core.errors import Busy, DomainError, Forbidden, TooManyRequests, Unauthenticated
from core.logs import traced
from realtime import boards, commands, frames, metrics, protocol, selectors, upkeep
from realtime.conf import limits
from realtime.connection import Connection
from realtime.errors import TooManyBoards
from realtime.frames import SUBPROTOCOL, Close
from realtime.hub import hub
from realtime.models import Board
from realtime.protocol import BadFrame, Bucket, CommandIn, Frame, HelloIn, SubscribeIn
from realtime.selectors import Position
from realtime.threads import in_thread
from realtime.transport import Transport

logger = logging.getLogger(__name__)

_strangers: Counter[str] = Counter()


class Internal(DomainError):
    code = "internal"
    message = "Something went wrong on our side. It has been noted."
    is_temporary = True


class StreamConsumer(AsyncConsumer):
    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Any
    ) -> None:
        self.scope = scope
        self.transport = Transport(send, self._freed)
        self.connection: Connection | None = None
        self.is_over = False
        self.frames_allowed = Bucket(limits.commands_per_second, limits.commands_burst)
        self.bad_frames_allowed = Bucket(limits.bad_frames_per_minute / 60, limits.bad_frames_per_minute)
        self.commands: asyncio.Queue[dict[str, Any]] = asyncio.Queue(limits.commands_burst)
        self.carrying_out: asyncio.Task[None] | None = None
        await receive()
        await send({"type": "websocket.accept", "subprotocol": self._subprotocol()})
        upkeep.ensure_started()
        with _Stranger(client_address(scope)) as stranger:
            self.stranger = stranger
            await self._converse(receive)

    async def _converse(self, receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        hello_deadline = asyncio.get_running_loop().call_later(limits.hello_seconds, self._miss_hello)
        try:
            self._meet()
            while (message := await receive())["type"] != "websocket.disconnect":
                if not self.is_over:
                    await self._hear(message)
        finally:
            self.is_over = True
            hello_deadline.cancel()
            if self.carrying_out is not None:
                self.carrying_out.cancel()
            if self.connection is not None:
                hub.leave(self.connection)

    # Before hello

    def _subprotocol(self) -> str | None:
        return SUBPROTOCOL if SUBPROTOCOL in self.scope["subprotocols"] else None

    def _meet(self) -> None:
        if hub.is_draining:
            self._end(Close.DRAIN, "This server is stopping. Another one will take you.")
        elif self.stranger.is_one_too_many:
            self._end(Close.OVERLOADED, "Too many sockets from this address have not said hello yet.")
        elif not is_allowed_origin(self.scope):
            self._end(Close.FORBIDDEN, "Pages of this origin may not connect.")

    def _miss_hello(self) -> None:
        if self.connection is None:
            self._end(Close.NO_HELLO, "The first frame must be `hello`, and come in time.")

    def _end(self, code: Close, message: str) -> None:
        """Close with a reason, whether the client has said hello or not."""
        if self.connection is not None:
            self.is_over = True
            hub.close(self.connection, code, message)
        else:
            self._turn_away(code, {"code": code.name.lower(), "message": message})

    def _turn_away(self, code: Close, envelope: dict[str, Any]) -> None:
        if self.is_over:
            return
        self.is_over = True
        metrics.closes.labels(int(code)).inc()
        self.transport.write(frames.frame("error", **envelope))
        self.transport.close(code)

    def _freed(self) -> None:
        if self.connection is not None:
            hub.made_room(self.connection)

    # Hearing

    async def _hear(self, message: dict[str, Any]) -> None:
        if len(message.get("text") or message.get("bytes") or "") > limits.frame_in_bytes:
            self._end(Close.FRAME_TOO_BIG, f"A frame has at most {limits.frame_in_bytes} bytes.")
            return
        frame: Frame = {}
        try:
            frame = protocol.parse(message)
            await self._handle(frame)
        except Exception as error:
            self._refuse(frame, error)

    async def _handle(self, frame: Frame) -> None:
        handler = self.handlers.get(frame["type"])
        metrics.frames_received.labels(frame["type"] if handler else "unknown").inc()
        if self.connection is not None:
            self.connection.heard()
        if handler is None:
            self._ignore(frame)
            return
        if self.connection is None and frame["type"] != "hello":
            raise BadFrame("Say hello first.")
        if "id" in frame and (wait := self.frames_allowed.take()):
            raise TooManyRequests(retry_after_ms=int(wait * 1000) + 1)
        await handler(self, frame)

    def _ignore(self, frame: Frame) -> None:
        # A newer client may say more than this server knows; only a frame that waits for an answer gets one.
        if "id" in frame:
            raise BadFrame("Frames of this type are not known here.")

    def _refuse(self, frame: Frame, error: Exception) -> None:
        refusal = refusal_of(error)
        if refusal is None:
            logger.error("frame_failed", exc_info=error, extra={"frame_type": frame.get("type")})
            refusal = Internal()
        envelope = frames.refusal(refusal.envelope())
        if frame.get("type") == "hello" and self.connection is None:
            self._turn_away(_close_code(refusal), envelope)
        elif frame.get("id") is not None:
            self._say("reply", id=frame["id"], ok=False, error=envelope)
        else:
            self._say("error", code=refusal.code, message=refusal.message)
        if isinstance(refusal, BadFrame | TooManyRequests) and self.bad_frames_allowed.take():
            self._end(Close.ABUSE, "Too many bad frames.")

    def _say(self, type: str, **fields: Any) -> None:
        if self.connection is not None:
            self.connection.say(type, **fields)
        elif not self.is_over:
            self.transport.write(frames.frame(type, **fields))

    # Hello

    async def _hello(self, frame: Frame) -> None:
        if self.connection is not None:
            raise BadFrame("This connection has said hello already.")
        hello = protocol.read(HelloIn, frame)
        if is_too_old(hello["client"]["version"] if hello["client"] else ""):
            self._end(Close.VERSION_TOO_OLD, "This version of the app is too old. Update it.")
            return
        identity = await in_thread(identity_of, self._credentials(hello["token"]))
        if self.is_over:
            return
        connection = self._connect(identity, hello)
        await self._welcome(frame, connection, hello["resume"])
        self.carrying_out = asyncio.create_task(self._carry_out())
        for name in hello["boards"]:
            await self._open_board(name)

    def _credentials(self, token: str | None) -> Credentials:
        found = Credentials(Way.TOKEN, token) if token else credentials(self.scope)
        if found is None:
            raise Unauthenticated
        return found

    def _connect(self, identity: Identity, hello: dict[str, Any]) -> Connection:
        client = hello["client"]
        self.connection = Connection(
            self.transport,
            user_id=identity.user_id,
            session_id=identity.session_id,
            expires_at=identity.expires_at,
            device=hello["device_id"],
            protocol=SUBPROTOCOL,
            client=" ".join(filter(None, (client.get("name"), client.get("version")))),
            is_foreground=hello["foreground"],
            wants_acks=hello["ack"],
        )
        self.stranger.introduce()
        hub.join(self.connection)
        return self.connection

    async def _welcome(self, frame: Frame, connection: Connection, resume: dict[str, Any] | None) -> None:
        # The hub already raises this connection's head by hints, so nothing falls between this read and what follows.
        state = await in_thread(selectors.state, connection.user_id)
        position = Position(**resume) if resume else None
        why_lost = state.why_lost(position) if position else None
        connection.say(
            "welcome",
            id=frame.get("id"),
            user=connection.user_id,
            epoch=state.epoch,
            head=state.head,
            resumed=position is not None and why_lost is None,
            heartbeat_s=limits.heartbeat_seconds,
            window=limits.window,
            limits=_told_limits(),
            server_time=now(),
            expires_at=connection.expires_at,
        )
        if why_lost:
            metrics.resets.labels(why_lost).inc()
            connection.say("reset", epoch=state.epoch, head=state.head, reason=why_lost)
        sent = position.offset if position and not why_lost else state.head
        hub.begin(connection, state.epoch, sent, state.head)

    # After hello

    async def _ack(self, frame: Frame) -> None:
        self._acknowledge(protocol.offset_in(frame))

    async def _pong(self, frame: Frame) -> None:
        if "offset" in frame:
            self._acknowledge(protocol.offset_in(frame))

    def _acknowledge(self, offset: int) -> None:
        assert self.connection is not None
        self.connection.acknowledge(offset)
        hub.recorder.acked(self.connection)
        hub.made_room(self.connection)

    async def _ping(self, frame: Frame) -> None:
        assert self.connection is not None
        self.connection.say("pong", id=frame.get("id"), head=self.connection.head)

    async def _state(self, frame: Frame) -> None:
        assert self.connection is not None
        self.connection.is_foreground = protocol.flag_in(frame, "foreground")
        hub.recorder.changed(self.connection)

    async def _auth(self, frame: Frame) -> None:
        connection = self.connection
        assert connection is not None
        token = frame.get("token")
        if not isinstance(token, str) or not token:
            raise BadFrame("`token` is a text.")
        identity = await in_thread(identity_of, Credentials(Way.TOKEN, token))
        if identity.user_id != connection.user_id:
            raise Forbidden("This token is another user's.")
        connection.session_id, connection.expires_at = identity.session_id, identity.expires_at
        connection.say("reply", id=frame.get("id"), ok=True, data={"expires_at": connection.expires_at})

    async def _subscribe(self, frame: Frame) -> None:
        assert self.connection is not None
        wanted = protocol.read(SubscribeIn, frame)
        name = wanted["board"]
        if name not in self.connection.boards and len(self.connection.boards) >= limits.boards:
            raise TooManyBoards
        board = await self._watch(name, wanted["version"])
        self.connection.say("reply", id=frame.get("id"), ok=True, data={"board": name, "version": board.version})

    async def _open_board(self, name: str) -> None:
        try:
            await self._watch(name, version=-1)
        except DomainError as refusal:
            self._say("board", board=name, error=frames.refusal(refusal.envelope()))

    async def _watch(self, name: str, version: int) -> Board:
        """Watch first, read then: a change between the two is heard."""
        connection = self.connection
        assert connection is not None
        board = await in_thread(boards.open_board, connection.user_id, name)
        hub.watching.add(connection, name, version if version <= board.version else -1)
        hub.watching.compare([(name, board.version)])
        hub.look_at_boards()
        return board

    async def _unsubscribe(self, frame: Frame) -> None:
        assert self.connection is not None
        name = protocol.read(SubscribeIn, frame)["board"]
        hub.watching.remove(self.connection, name)
        self.connection.say("reply", id=frame.get("id"), ok=True, data={"board": name})

    # Commands, one at a time and in order

    async def _command(self, frame: Frame) -> None:
        try:
            self.commands.put_nowait(protocol.read(CommandIn, frame))
        except asyncio.QueueFull:
            raise TooManyRequests(retry_after_ms=1000) from None

    async def _carry_out(self) -> None:
        while True:
            command = await self.commands.get()
            started = monotonic()
            outcome = await self._answer(command)
            name = command["name"] if outcome != "unknown_command" else "unknown"
            metrics.commands.labels(name, outcome).inc()
            metrics.command_seconds.labels(name).observe(monotonic() - started)

    async def _answer(self, command: dict[str, Any]) -> str:
        connection = self.connection
        assert connection is not None
        command_id: UUID = command["id"]
        try:
            with traced(command_id=str(command_id)):
                answer = await in_thread(
                    commands.run,
                    connection.user_id,
                    command_id,
                    command["name"],
                    command["data"],
                    command["expires_at"],
                )
        except Exception as error:
            self._refuse({"type": "command", "id": str(command_id)}, error)
            return "temporary"
        replayed = answer.is_replay or None
        if answer.is_ok:
            connection.say("reply", id=command_id, ok=True, data=answer.body, replayed=replayed)
            return "ok"
        connection.say("reply", id=command_id, ok=False, error=frames.refusal(answer.body), replayed=replayed)
        return str(answer.body["code"])

    handlers: ClassVar[dict[str, Callable[["StreamConsumer", Frame], Awaitable[None]]]] = {
        "hello": _hello,
        "ack": _ack,
        "pong": _pong,
        "ping": _ping,
        "state": _state,
        "auth": _auth,
        "subscribe": _subscribe,
        "unsubscribe": _unsubscribe,
        "command": _command,
    }


class _Stranger:
    """Counts a socket against its address until it has said who it is."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.is_counted = False

    @property
    def is_one_too_many(self) -> bool:
        return _strangers[self.address] > limits.sockets_before_auth_per_address

    def __enter__(self) -> "_Stranger":
        _strangers[self.address] += 1
        self.is_counted = True
        return self

    def introduce(self) -> None:
        if self.is_counted:
            self.is_counted = False
            _strangers[self.address] -= 1
            if not _strangers[self.address]:
                del _strangers[self.address]

    def __exit__(self, *_: object) -> None:
        self.introduce()


def _close_code(refusal: DomainError) -> Close:
    match refusal:
        case TokenExpired():
            return Close.TOKEN_EXPIRED
        case Unauthenticated():
            return Close.UNAUTHENTICATED
        case Forbidden():
            return Close.FORBIDDEN
        case Busy():
            return Close.OVERLOADED
        case Internal():
            return Close.INTERNAL
    return Close.BAD_FRAME


def _told_limits() -> dict[str, int]:
    names = ("frame_in_bytes", "frame_out_bytes", "commands_per_second", "commands_burst", "boards", "sockets_per_user")
    return {name: getattr(limits, name) for name in names}
