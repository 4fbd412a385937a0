"""What a client may say once it has said hello, and what is done about it."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, ClassVar

from accounts.sockets import Credentials, Way, identity_of
from core.api import read
from core.errors import DomainError, Forbidden, TooManyRequests
from core.logs import traced
from core.wiring import declared
from realtime import boards, commands, frames, metrics, protocol
from realtime.batches import Order, is_batched
from realtime.commands import Answer
from realtime.conf import limits
from realtime.connection import Connection
from realtime.errors import TooManyBoards
from realtime.gathering import gatherer
from realtime.hub import hub
from realtime.models import Board
from realtime.protocol import BadFrame, Bucket, Frame, SignalIn, SubscribeIn
from realtime.threads import in_thread

Data = dict[str, Any]
NEVER_SEEN = -1


class Conversation:
    """One method a frame type: it answers the data of a reply, or None where it has answered, or will, by itself."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._commands: asyncio.Queue[Data] = asyncio.Queue(limits.commands_burst)
        self._held_back: Data | None = None
        self._signals = Bucket(limits.signals_per_second, limits.signals_per_second)
        self._carrying_out = asyncio.create_task(self._carry_out())

    def end(self) -> None:
        self._carrying_out.cancel()
        hub.leave(self.connection)

    def understands(self, type: str) -> bool:
        return type in self._methods

    async def hear(self, frame: Frame) -> Data | None:
        self.connection.heard()
        return await self._methods[frame["type"]](self, frame)

    # Events

    async def _ack(self, frame: Frame) -> Data:
        self._acknowledge(protocol.offset_in(frame))
        return {}

    async def _pong(self, frame: Frame) -> Data:
        if "offset" in frame:
            self._acknowledge(protocol.offset_in(frame))
        return {}

    def _acknowledge(self, offset: int) -> None:
        self.connection.acknowledge(offset)
        hub.recorder.acked(self.connection)
        hub.made_room(self.connection)

    # The connection itself

    async def _ping(self, frame: Frame) -> None:
        self.connection.say("pong", id=frame.get("id"), head=self.connection.head)

    async def _state(self, frame: Frame) -> Data:
        self.connection.is_foreground = protocol.flag_in(frame, "foreground")
        hub.recorder.changed(self.connection)
        return {}

    async def _auth(self, frame: Frame) -> Data:
        token = frame.get("token")
        if not isinstance(token, str) or not token:
            raise BadFrame("`token` is a text.")
        identity = await in_thread(identity_of, Credentials(Way.TOKEN, token))
        if identity.user_id != self.connection.user_id:
            raise Forbidden("This token is another user's.")
        self.connection.session_id, self.connection.expires_at = identity.session_id, identity.expires_at
        return {"expires_at": self.connection.expires_at}

    # Boards

    async def open_boards(self, names: list[str]) -> None:
        """As `hello` asks for; one that cannot be had says so in a frame of its own."""
        for name in names:
            try:
                await self._watch(name, NEVER_SEEN)
            except DomainError as refusal:
                self.connection.say("board", board=name, error=frames.refusal(refusal.envelope()))

    async def _subscribe(self, frame: Frame) -> Data:
        wanted = read(SubscribeIn, frame)
        name = wanted["board"]
        if name not in self.connection.boards and len(self.connection.boards) >= limits.boards:
            raise TooManyBoards
        board = await self._watch(name, wanted["version"])
        return {"board": name, "version": board.version}

    async def _watch(self, name: str, version: int) -> Board:
        board = await in_thread(boards.open_board, self.connection.user_id, name)
        # A version that was never given out says nothing about what the client shows.
        hub.watching.add(self.connection, name, version if version <= board.version else NEVER_SEEN)
        # What changed since the read was heard by nobody here; the hub's own check, or the next change, brings it.
        hub.watching.compare([(name, board.version)])
        hub.look_at_boards()
        return board

    async def _unsubscribe(self, frame: Frame) -> Data:
        name = read(SubscribeIn, frame)["board"]
        hub.watching.remove(self.connection, name)
        return {"board": name}

    # Signals

    async def _signal(self, frame: Frame) -> Data:
        """For others who are here now. Beyond what anybody can look at, they are dropped without a word."""
        wanted = read(SignalIn, frame)
        hear = declared("SIGNALS").get(wanted["signal"])
        if hear is None:
            raise BadFrame("There is no signal of this name.")
        if not self._signals.take():
            await in_thread(hear, self.connection.user_id, wanted["data"])
        return {}

    # Commands, in order

    async def _command(self, frame: Frame) -> None:
        try:
            self._commands.put_nowait(protocol.command_in(frame))
        except asyncio.QueueFull:
            raise TooManyRequests(retry_after_ms=1000) from None

    async def _carry_out(self) -> None:
        while not self.connection.is_closed:
            for command, answer, seconds in await self._carried_out(await self._next_commands()):
                self._reply(command, answer)
                outcome = "ok" if answer.is_ok else answer.body["code"]
                name = "unknown" if outcome == "unknown_command" else command["name"]
                metrics.commands.labels(name, outcome).inc()
                metrics.command_seconds.labels(name).observe(seconds)

    async def _next_commands(self) -> list[Data]:
        """One; or all that wait of one name, where commands of that name are carried out together."""
        commands = [self._held_back or await self._commands.get()]
        self._held_back = None
        while is_batched(commands[0]["name"]) and not self._commands.empty():
            command = self._commands.get_nowait()
            if command["name"] != commands[0]["name"]:
                self._held_back = command
                break
            commands.append(command)
        return commands

    async def _carried_out(self, commands: list[Data]) -> list[tuple[Data, Answer, float]]:
        started = monotonic()
        under_way = [self._begin(command) for command in commands]
        answers = await asyncio.gather(*map(_answered, under_way))
        seconds = monotonic() - started
        return [(command, answer, seconds) for command, answer in zip(commands, answers, strict=True)]

    def _begin(self, command: Data) -> Awaitable[Answer]:
        user_id, command_id, name = self.connection.user_id, command["id"], command["name"]
        if is_batched(name):
            return gatherer(name).carry_out(Order(user_id, command_id, command["data"], command["expires_at"]))
        return self._carry_out_alone(command)

    async def _carry_out_alone(self, command: Data) -> Answer:
        user_id, command_id = self.connection.user_id, command["id"]
        with traced(command_id=str(command_id)):
            return await in_thread(
                commands.run, user_id, command_id, command["name"], command["data"], command["expires_at"]
            )

    def _reply(self, command: Data, answer: Answer) -> None:
        outcome = {"data": answer.body or {}} if answer.is_ok else {"error": frames.refusal(answer.body)}
        replayed = answer.is_replay or None
        self.connection.say("reply", id=command["id"], ok=answer.is_ok, **outcome, replayed=replayed)

    _methods: ClassVar[dict[str, Callable[["Conversation", Frame], Awaitable[Data | None]]]] = {
        "ack": _ack,
        "pong": _pong,
        "ping": _ping,
        "state": _state,
        "auth": _auth,
        "subscribe": _subscribe,
        "unsubscribe": _unsubscribe,
        "signal": _signal,
        "command": _command,
    }


async def _answered(under_way: Awaitable[Answer]) -> Answer:
    try:
        return await under_way
    except Exception as error:
        refusal = protocol.refusal(error)
        return Answer(refusal.status, refusal.envelope())
