"""The hub of a web process: which sockets are open here, and what each must be told.

Hints make it fast; the database makes it right. A hint that fits is written at once. What a socket lacks after a
resume, a shut window or a lost hint is read back in pages, together for all who lack something.
"""

import asyncio
import logging
import random
from collections.abc import Collection, Mapping
from itertools import islice
from time import time
from typing import Any
from uuid import UUID

from realtime import hints, metrics, selectors
from realtime.conf import limits
from realtime.connection import Connection
from realtime.frames import Close
from realtime.models import Board
from realtime.recorder import Recorder
from realtime.selectors import Range, StoredEvent
from realtime.tcp import frame_of
from realtime.threads import in_thread
from realtime.watching import Watching

logger = logging.getLogger(__name__)

CONNECTIONS_PER_READ = 50
HINT_PATIENCE_SECONDS = 0.3


class Poll:
    """A waiting long poll: it wants to know that its user's stream has grown, nothing else."""

    def __init__(self, user_id: UUID, session_id: UUID | None) -> None:
        self.user_id = user_id
        self.user_key = user_id.bytes
        self.session_id = session_id
        self.head = 0
        self.is_revoked = False
        self.woken = asyncio.Event()

    def raise_head(self, head: int) -> None:
        self.head = max(self.head, head)
        self.woken.set()

    def revoke(self) -> None:
        self.is_revoked = True
        self.woken.set()


class Hub:
    def __init__(self) -> None:
        self.is_draining = False
        self.epoch = ""
        self.watching = Watching()
        self.recorder = Recorder()
        self._connections: dict[bytes, list[Connection]] = {}
        self._polls: dict[bytes, list[Poll]] = {}
        self._fillable: set[Connection] = set()
        self._fill_now = asyncio.Event()
        self._boards_now = asyncio.Event()
        self.check_now = asyncio.Event()

    # Who is here

    def join(self, connection: Connection) -> None:
        """From now on hints raise the connection's head; nothing is written before `begin`."""
        mine = self._connections.setdefault(connection.user_key, [])
        mine.append(connection)
        metrics.connections.labels(connection.protocol).inc()
        self.recorder.opened(connection)
        if len(mine) > limits.sockets_per_user:
            oldest = min(mine[:-1], key=lambda other: (other.is_foreground, other.opened_at))
            self.close(oldest, Close.TOO_MANY_SOCKETS, "Too many sockets of this user are open.")

    def begin(self, connection: Connection, epoch: str, sent: int, head: int) -> None:
        connection.begin(epoch, sent, head)
        self._settle(connection)

    def leave(self, connection: Connection) -> None:
        """Safe to repeat."""
        mine = self._connections.get(connection.user_key, [])
        if connection not in mine:
            return
        mine.remove(connection)
        if not mine:
            del self._connections[connection.user_key]
        connection.is_closed = True
        self._fillable.discard(connection)
        self.watching.remove_all(connection)
        metrics.connections.labels(connection.protocol).dec()
        self.recorder.closed(connection)

    def close(self, connection: Connection, code: Close, message: str) -> None:
        connection.close(code, message)
        self.leave(connection)

    def join_poll(self, poll: Poll) -> bool:
        mine = self._polls.setdefault(poll.user_key, [])
        if len(mine) >= limits.longpolls_per_user:
            return False
        mine.append(poll)
        metrics.connections.labels("poll").inc()
        return True

    def leave_poll(self, poll: Poll) -> None:
        mine = self._polls[poll.user_key]
        mine.remove(poll)
        if not mine:
            del self._polls[poll.user_key]
        metrics.connections.labels("poll").dec()

    def connections(self) -> list[Connection]:
        return [connection for mine in self._connections.values() for connection in mine]

    def polls(self) -> list[Poll]:
        return [poll for mine in self._polls.values() for poll in mine]

    def known_heads(self) -> dict[UUID, int]:
        """The highest offset known of every stream somebody here listens to."""
        heads = {mine[0].user_id: min(c.head for c in mine) for mine in self._connections.values()}
        for mine in self._polls.values():
            head = min(poll.head for poll in mine)
            heads[mine[0].user_id] = min(head, heads.get(mine[0].user_id, head))
        return heads

    # What they hear

    def hear(self, message: Mapping[str, Any]) -> None:
        """A message of the bus. Bad ones (another version of this server, say) are dropped: hints may be lost."""
        try:
            self._hearers[message["type"]](self, message)
        except Exception:
            logger.exception("bad_hint")

    def _hear_event(self, message: Mapping[str, Any]) -> None:
        hint = hints.event_hint(message)
        metrics.delivery_seconds.observe(max(0.0, time() - hint.committed_at))
        for user, offset, frame in hint.frames(wanted=self._listens):
            for connection in self._connections.get(user, ()):
                connection.offer(offset, frame)
                if connection.is_behind or connection.early:
                    self._settle(connection)
            for poll in self._polls.get(user, ()) if self._polls else ():
                poll.raise_head(offset)

    def _listens(self, user: bytes) -> bool:
        return user in self._connections or user in self._polls

    def _hear_signal(self, message: Mapping[str, Any]) -> None:
        text = message["frame"]
        frame = frame_of(text)
        for user in hints.user_keys(message["users"]):
            for connection in self._connections.get(user, ()):
                connection.signal(text, frame)

    def _hear_board(self, message: Mapping[str, Any]) -> None:
        self.watching.hear(message)
        self._boards_now.set()

    def _hear_revocation(self, message: Mapping[str, Any]) -> None:
        self.revoke({UUID(session) for session in message["sessions"]})

    _hearers = {
        "event": _hear_event,
        "signal": _hear_signal,
        "board": _hear_board,
        "revoked": _hear_revocation,
    }

    def revoke(self, sessions: Collection[UUID], users: Collection[UUID] = ()) -> None:
        """End what these sessions, or these users in whatever way they signed in, have open here."""
        for connection in self.connections():
            if connection.session_id in sessions or connection.user_id in users:
                self.close(connection, Close.UNAUTHENTICATED, "This session has ended. Sign in again.")
        for poll in self.polls():
            if poll.session_id in sessions or poll.user_id in users:
                poll.revoke()

    def compare_heads(self, known: Mapping[UUID, int], heads: Mapping[UUID, int]) -> None:
        """The periodic check knew these heads and found those: further on by lost hints, or back by a restore."""
        for user_id, head in heads.items():
            for connection in list(self._connections.get(user_id.bytes, ())):
                if connection.sent is None:
                    continue
                # Not `connection.head`, which hints may have raised since the question was asked.
                if head < known[user_id]:
                    self._lose_position(connection)
                elif head > connection.head:
                    # The hint may be on its way: a commit is seen by a query before it is heard of.
                    asyncio.get_running_loop().call_later(HINT_PATIENCE_SECONDS, self._believe, connection, head)
            for poll in self._polls.get(user_id.bytes, ()):
                poll.raise_head(head)

    def _believe(self, connection: Connection, head: int) -> None:
        if head > connection.head and not connection.is_closed:
            metrics.behind_found.inc()
            connection.head = head
            connection.is_behind = True
            self._settle(connection)

    # Catching up

    def _settle(self, connection: Connection) -> None:
        """Decide what a connection needs next: nothing, a page of its stream, or a moment for hints that overtook."""
        if connection.sent is None or connection.is_closed:
            return
        if connection.sent == connection.head:
            connection.is_behind = False
            self._say_live(connection)
        elif connection.is_behind or not connection.early:
            connection.is_behind = True
            connection.early.clear()
            if connection.has_room():
                self._fillable.add(connection)
                self._fill_now.set()
        elif connection.hole_timer is None:
            loop = asyncio.get_running_loop()
            connection.hole_timer = loop.call_later(limits.reorder_seconds, self._give_up_on_hole, connection)

    def _say_live(self, connection: Connection) -> None:
        if not connection.is_caught_up:
            connection.is_caught_up = True
            connection.say("live", offset=connection.sent)

    def _give_up_on_hole(self, connection: Connection) -> None:
        connection.hole_timer = None
        if connection.early:
            connection.is_behind = True
            self._settle(connection)

    def made_room(self, connection: Connection) -> None:
        """An acknowledgement or a drained socket opened the window."""
        if connection.is_behind:
            self._settle(connection)

    async def fill(self) -> None:
        """For ever: read what connections lack and write it."""
        while True:
            await self._fill_now.wait()
            batch = list(islice(self._fillable, CONNECTIONS_PER_READ))
            self._fillable.difference_update(batch)
            if not self._fillable:
                self._fill_now.clear()
            try:
                await self._fill_batch([c for c in batch if c.is_behind and c.has_room()])
            except Exception:
                # The database is away. Whoever is behind stays so, and is tried again by the tick.
                logger.warning("fill_failed", exc_info=True)
                await asyncio.sleep(random.uniform(0.2, 0.8))

    async def _fill_batch(self, connections: list[Connection]) -> None:
        if not connections:
            return
        events = await in_thread(selectors.stored_events, self._ranges(connections))
        for connection in connections:
            self._write_stored(connection, events.get(connection.user_id, []))
            self._settle(connection)

    def _ranges(self, connections: list[Connection]) -> list[Range]:
        """One range per user, wide enough for all of her connections."""
        wanted: dict[UUID, Range] = {}
        for connection in connections:
            assert connection.sent is not None
            upto = min(connection.head, connection.sent + min(limits.page, connection.room()))
            known = wanted.get(connection.user_id, Range(connection.user_id, connection.sent, upto))
            after = min(known.after, connection.sent)
            wanted[connection.user_id] = Range(connection.user_id, after, max(known.upto, upto))
        return list(wanted.values())

    def _write_stored(self, connection: Connection, events: list[StoredEvent]) -> None:
        for event in events:
            if connection.sent is None or not connection.has_room():
                return
            if event.offset <= connection.sent:
                continue
            if event.offset > connection.sent + 1:
                break
            connection.write_event(event.offset, event.frame)
            metrics.holes_filled.inc()
        else:
            if events and events[-1].offset >= (connection.sent or 0):
                return
        # What comes next is not stored any more: purged while the client lagged, or lost with a restore.
        self._lose_position(connection)

    def _lose_position(self, connection: Connection) -> None:
        metrics.resets.labels("lost_while_connected").inc()
        self.close(connection, Close.POSITION_LOST, "Events were lost to this connection. Reload and connect anew.")

    async def bring_boards(self) -> None:
        """For ever: read boards that watchers lack and write them whole."""
        while True:
            await self._boards_now.wait()
            self._boards_now.clear()
            if names := self.watching.due():
                try:
                    self.watching.bring(await in_thread(_boards, names), self.epoch)
                except Exception:
                    logger.warning("boards_not_read", exc_info=True)

    def look_at_boards(self) -> None:
        self._boards_now.set()


def _boards(names: list[str]) -> list[Board]:
    return list(Board.objects.filter(pk__in=names))


hub = Hub()
