"""The socket of seed 004's app, for its chat and its notices."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from django.utils import timezone

from accounts.identity import Identity
from accounts.sockets import own_origin
from chat import events, live, media, shapes, wire
from chat.knowledge import Advance, Knowledge, look_up
from chat.posting import Reading, posts, readings
from core.api import read, refusal_of
from core.ids import uuid_or_none
from notifications import selectors as notices
from notifications import wire as notice_wire
from notifications.consumers import NotificationConsumer
from realtime import protocol
from realtime import selectors as streams
from realtime.conf import limits
from realtime.dialects import Greeting
from realtime.frames import Close
from realtime.gathering import Gatherer
from realtime.hub import hub
from realtime.protocol import BadFrame, Bucket
from realtime.threads import in_thread

FRAMES_WAITING = 256  # of what it kept while there was no network, and says at once when it is back
ALL = 2**62  # more messages than there will be
SENT_HERE = 2 * FRAMES_WAITING  # messages that are known to come from this socket
TRIES_AFTER = (0.2, 0.5, 1, 2, 4)  # seconds; the app does not send again what was refused for the moment

ENDS = {Close.UNAUTHENTICATED, Close.TOKEN_EXPIRED, Close.ABUSE}  # of sessions: nothing of theirs is done any more

logger = logging.getLogger(__name__)

Frame = dict[str, Any]
Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class ChatConsumer(NotificationConsumer):
    """`/api/chat/ws`. What the app says is done in its order, and one after another."""

    frames_at_once = FRAMES_WAITING

    def greet(self, identity: Identity) -> Greeting:
        """What she missed comes by REST."""
        self.me = str(identity.user_id)
        self.base = own_origin(self.scope)
        self.knowledge = Knowledge(identity.user_id)
        self.sent_here: OrderedDict[str, str] = OrderedDict()  # client ids, and how the app says them
        self._said: deque[Frame] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._typed = Bucket(limits.signals_per_second, limits.signals_per_second)
        with streams.snapshot():
            self.knowledge.read()
            unread = notices.unread_counts([identity.user_id])[identity.user_id]
            frames = [wire.unread(self.knowledge.unread), notice_wire.unread(unread)]
            return Greeting(streams.state(identity.user_id), frames)

    # What she hears

    def frames(self, event: Frame) -> Iterable[Frame]:
        match event["kind"]:
            case events.MESSAGE:
                return self._of_message(event["event"], event["data"])
            case events.UNREAD:
                has_changed = self.knowledge.note_unread(event["key"], event["data"])
                return [wire.unread(self.knowledge.unread)] if has_changed else []
            case events.RECEIPTS:
                return self._of_receipts(event["key"], event["data"])
        return super().frames(event)

    def _of_message(self, name: str, data: Frame | None) -> list[Frame]:
        if data is None:
            return []
        self.knowledge.note_message(data)
        if name != events.MESSAGE_SENT:
            return []  # the app has no words for a message that changes
        if data["client_id"] in self.sent_here:
            return [self._stored(data)]
        return [wire.message(data, self._address_of(data["media"])), wire.conversation_updated(data)]

    def _of_receipts(self, conversation_id: str, data: Frame | None) -> list[Frame]:
        advances = self.knowledge.note_receipts(conversation_id, data)
        seqs = set().union(*(advance.seqs for advance in advances))
        if len(self.knowledge.named(conversation_id, seqs)) < len(seqs):
            self._begin(self._look_up_and_say(conversation_id, advances, seqs))
            return []
        return self._ticks(conversation_id, advances)

    async def _look_up_and_say(self, conversation_id: str, advances: list[Advance], seqs: set[int]) -> None:
        self.knowledge.remember(conversation_id, await in_thread(look_up, conversation_id, seqs))
        for frame in self._ticks(conversation_id, advances):
            self.say(frame)

    def _ticks(self, conversation_id: str, advances: list[Advance]) -> list[Frame]:
        frames = []
        for advance in advances:
            named = self.knowledge.named(conversation_id, advance.seqs)
            mine = [named[seq][0] for seq in advance.delivered if seq in named and named[seq][1] == self.me]
            frames += [wire.delivered(conversation_id, advance.reader, message_id) for message_id in mine]
            if advance.has_read and (upto := named.get(advance.after[1])):
                frames.append(wire.read_receipt(conversation_id, advance.reader, upto[0]))
            if advance.has_read and advance.is_all:
                frames.append(wire.seen(conversation_id, advance.reader))
        return frames

    def signal(self, signal: Frame) -> Frame | None:
        is_typing = signal["signal"] == live.TYPING and signal["data"]["is_typing"]
        return wire.typing(signal["data"]) if is_typing else None

    # What she says

    def read(self, message: Frame) -> Frame:
        if protocol.size(message) > wire.FRAME_BYTES:
            raise wire.FrameTooBig
        return super().read(message)

    def refuse(self, refusal: BadFrame) -> None:
        self.say(wire.refused({}, refusal))

    async def hear(self, frame: Frame) -> None:
        """Whatever it is, it shows that the app reads."""
        self.acknowledge()
        if frame["type"] not in self._acts:
            return
        self._said.append(frame)
        if len(self._said) > FRAMES_WAITING:
            hub.close(self.connection, Close.ABUSE, "Too many frames.")
        elif len(self._said) == 1:
            self._begin(self._act_on_all())

    async def _act_on_all(self) -> None:
        """Also after the socket has closed: the app takes what it sent for said."""
        while self._said and self.connection.closed_with not in ENDS:
            frame = self._said[0]
            try:
                await self._acts[frame["type"]](self, frame)
            except Exception as error:
                self.say(wire.refused(frame, protocol.refusal(error)))
            self._said.popleft()

    async def _post(self, frame: Frame) -> None:
        said = read(wire.FrameIn, frame)
        draft = wire.draft(self.identity.user_id, said)
        self._note_sent(str(draft.client_id), said.get("client_id"))
        posted = await self._patiently(posts, draft)
        if not posted.is_new:
            # No event tells her of it: this is all she hears.
            self.say(self._stored(shapes.message(posted.message)))

    def _note_sent(self, client_id: str, name: str | None) -> None:
        self.sent_here[client_id] = name or client_id
        while len(self.sent_here) > SENT_HERE:
            self.sent_here.popitem(last=False)

    def _stored(self, data: Frame) -> Frame:
        return wire.conversation_updated({**data, "client_id": self.sent_here[data["client_id"]]})

    async def _type(self, frame: Frame) -> None:
        if self._typed.take():
            return
        with _never_mind():
            said = {"conversation_id": frame.get("conversation_id")}
            await in_thread(live.hear_typing, self.identity.user_id, said)

    async def _deliver(self, frame: Frame) -> None:
        with _never_mind():
            await self._come_upto(frame, is_read=False)

    async def _read_upto(self, frame: Frame) -> None:
        await self._come_upto(frame, is_read=True)

    async def _come_upto(self, frame: Frame, *, is_read: bool) -> None:
        """The app's names for what came without an id mean what it was shown last."""
        said = read(wire.FrameIn, frame)
        conversation_id = said["conversation_id"]
        message_id = uuid_or_none(said.get("content"))
        shown = self.knowledge.last_seq(conversation_id)
        await self._patiently(readings, Reading(self.identity.user_id, conversation_id, message_id, shown, is_read))

    async def _see(self, frame: Frame) -> None:
        conversation_id = read(wire.FrameIn, frame)["conversation_id"]
        await self._patiently(readings, Reading(self.identity.user_id, conversation_id, None, ALL, is_read=True))

    async def _tell_unread(self, frame: Frame) -> None:
        self.say(wire.unread(self.knowledge.unread))

    async def _patiently(self, gatherer: Gatherer[Asked, Answered], asked: Asked) -> Answered:
        for seconds in TRIES_AFTER:
            try:
                return await gatherer.carry_out(asked)
            except Exception as error:
                refusal = refusal_of(error)
                if refusal is None or not refusal.is_temporary:
                    raise
            await asyncio.sleep(seconds)
        return await gatherer.carry_out(asked)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._unwatched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _unwatched(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            logger.exception("dialect_frame_failed", extra={"dialect": self.dialect})

    def _address_of(self, shown: Frame | None) -> str:
        return media.signed_url(shown["id"], self.me, now=timezone.now(), base=self.base) if shown else ""

    _acts: ClassVar[dict[str, Callable[["ChatConsumer", Frame], Awaitable[None]]]] = {
        "message": _post,
        "typing": _type,
        "message:delivered": _deliver,
        "read_receipt": _read_upto,
        "messages:seen": _see,
        "unread:get": _tell_unread,
    }


@contextmanager
def _never_mind() -> Iterator[None]:
    """Of what nobody waits for, no refusal is worth a word."""
    try:
        yield
    except Exception as error:
        if refusal_of(error) is None:
            raise
