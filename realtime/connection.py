"""One socket's place in its user's stream: what was written, what was acknowledged, and whether more may be written.

Nothing is queued for a client here. A connection that cannot be written to is *behind*: it knows how far its stream has
come, and the hub reads the rest from the database when the window opens.
"""

from asyncio import TimerHandle
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from math import inf
from random import uniform
from time import monotonic
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from core.errors import Invalid
from realtime import frames, metrics
from realtime.conf import limits
from realtime.frames import Close
from realtime.tcp import frame_of
from realtime.transport import Transport

EARLY_FRAMES = 64

Translate = Callable[[str], Sequence[str]]
BoardMoved = Callable[[str, int], None]


class Connection:
    """`translate` turns the frame of an event or a signal into a dialect's: none, one or several.

    A connection that translates hears nothing else of ours, but for `keepalive`, its own word for a ping.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        user_id: UUID,
        session_id: UUID | None,
        expires_at: datetime,
        device: str,
        protocol: str,
        client: str = "",
        is_foreground: bool = True,
        wants_acks: bool = True,
        translate: Translate | None = None,
        keepalive: str | None = None,
    ) -> None:
        self.id = uuid7()
        self.transport = transport
        self.user_id = user_id
        self.user_key = user_id.bytes
        self.session_id = session_id
        self.expires_at = expires_at
        self.device = device
        self.protocol = protocol
        self.client = client
        self.is_foreground = is_foreground
        self.wants_acks = wants_acks
        self.translate = translate
        self.keepalive = keepalive
        self.opened_at = self.heard_at = self.said_at = self.progress_at = monotonic()
        self.pinged_at: float | None = None
        # Jitter, or all clients that came back together would be pinged together for ever.
        self._patience = limits.heartbeat_seconds * uniform(0.8, 1.2)

        self.epoch = ""
        self.head = 0
        self.sent: int | None = None  # None until the position is known
        self.acked = 0
        self.acked_foreground = 0
        self.is_caught_up = False
        self.is_behind = False
        self.early: dict[int, str] = {}
        self.hole_timer: TimerHandle | None = None
        self._outstanding: deque[tuple[int, int]] = deque()
        self._outstanding_bytes = 0
        self.boards: dict[str, int] = {}
        # Of a dialect that looks at boards: it hears that one has moved, and shows it in its own words.
        self.board_moved: BoardMoved | None = None
        self.is_closed = False
        self.closed_with: Close | None = None  # None where the client went by itself

    # Events

    def begin(self, epoch: str, sent: int, head: int) -> None:
        """Set the position; hints that came while it was being read have already raised the head."""
        self.epoch = epoch
        self.sent = self.acked = sent
        self.head = max(self.head, head)
        self.is_caught_up = self.is_behind = False
        self.early.clear()
        self._outstanding.clear()
        self._outstanding_bytes = 0

    def offer(self, offset: int, frame: str) -> None:
        """A hint: write the event if it is the next and may be written, else note how far the stream has come."""
        if offset > self.head:
            self.head = offset
        if self.sent is None or offset <= self.sent or self.is_behind:
            return
        if self.room() <= 0:
            self.is_behind = True
        elif offset == self.sent + 1:
            self.write_event(offset, frame)
            if self.early:
                self._write_early()
        elif len(self.early) < EARLY_FRAMES:
            self.early[offset] = frame
        else:
            self.is_behind = True

    def _write_early(self) -> None:
        while self.sent is not None and (frame := self.early.pop(self.sent + 1, None)) is not None:
            if not self.has_room():
                self.is_behind = True
                self.early.clear()
                return
            self.write_event(self.sent + 1, frame)

    def write_event(self, offset: int, frame: str) -> None:
        self.sent = offset
        texts = [frame] if self.translate is None else self.translate(frame)
        for text in texts:
            self.transport.write(text)
            self.said_at = monotonic()
        if self.wants_acks and texts:
            if not self._outstanding:
                self.progress_at = self.said_at
            self._outstanding.append((offset, sum(map(len, texts))))
            self._outstanding_bytes += self._outstanding[-1][1]

    def has_room(self) -> bool:
        return self.room() > 0

    def room(self) -> int:
        """How many events may be written now."""
        if self.is_closed or not self.transport.is_free:
            return 0
        if not self.wants_acks:
            return limits.page
        if self._outstanding_bytes >= limits.window_bytes:
            return 0
        return limits.window - len(self._outstanding)

    def acknowledge(self, offset: int) -> None:
        if self.sent is None or offset > self.sent:
            raise Invalid("This offset was never sent.")
        while self._outstanding and self._outstanding[0][0] <= offset:
            self._outstanding_bytes -= self._outstanding.popleft()[1]
        if offset > self.acked:
            self.progress_at = monotonic()
            self.acked = offset
            if self.is_foreground:
                self.acked_foreground = offset

    def is_stalled(self, at: float) -> bool:
        """Events are outstanding, or bytes were not taken, and nothing has moved for too long."""
        if not self._outstanding and self.transport.is_free:
            self.progress_at = at
        return at - self.progress_at > limits.stall_seconds

    # Everything else

    def say(self, type: str, **fields: Any) -> None:
        """Write a control frame; these are few, and go out even when the window for events is shut."""
        if not self.is_closed and self.translate is None:
            metrics.frames_sent.labels(type).inc()
            self.said_at = monotonic()
            self.transport.write(frames.frame(type, **fields))

    def ping_due_at(self) -> float:
        """When an idle client is to be asked whether it is there; never for one that leaves that to protocol pings."""
        if self.keepalive is not None:
            return self.said_at + limits.heartbeat_seconds
        return max(self.said_at, self.heard_at) + self._patience if self.wants_acks else inf

    def ping(self, at: float) -> None:
        if self.keepalive is not None:
            self.said_at = at
            self.transport.write(self.keepalive)
            return
        self.pinged_at = at
        self.say("ping", head=self.head)

    def heard(self) -> None:
        self.heard_at = monotonic()
        self.pinged_at = None

    def signal(self, text: str, frame: bytes) -> None:
        if self.translate is None:
            self.pass_on(text, frame)
            return
        for translated in self.translate(text):
            self.pass_on(translated, frame_of(translated))

    def pass_on(self, text: str, frame: bytes) -> bool:
        """Write what may be lost or replaced (a signal, a board); False when the client is not keeping up."""
        if self.is_closed or not self.transport.is_free:
            return False
        self.said_at = monotonic()
        self.transport.write_frame(text, frame)
        return True

    def close(self, code: Close, message: str) -> None:
        """Say why in a frame, since the reason of a close is lost on the way; then close. Nothing is written after."""
        if self.is_closed:
            return
        metrics.closes.labels(int(code)).inc()
        self.say("error", code=code.name.lower(), message=message)
        self.is_closed, self.closed_with = True, code
        self.transport.close(code)
