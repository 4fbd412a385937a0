"""The hub's rhythms: heartbeats and deadlines every second, a comparison with the database every few, and the drain."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from django.utils.timezone import now

from accounts.selectors import inactive_users, revoked_sessions
from realtime import boards, bus, frames, metrics, nodes, selectors
from realtime.conf import limits
from realtime.connection import Connection
from realtime.errors import BoardClosed
from realtime.frames import Close
from realtime.hub import Hub, Poll, hub
from realtime.models import Board, Node
from realtime.threads import in_thread

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
RETURN_WITHIN_MS = 5000

_running: list[asyncio.Task[None]] = []


def ensure_started() -> None:
    """Start what the hub does by itself, in the server's loop: when the process serves, or hears its first socket."""
    if not _running:
        bus.bus.bind(asyncio.get_running_loop())
        _running.extend(asyncio.create_task(_for_ever(rhythm)) for rhythm in _rhythms(hub))


def _rhythms(hub: Hub) -> list[Callable[[], Awaitable[None]]]:
    return [
        lambda: bus.listen(hub.hear, hub.check_now.set),
        hub.fill,
        hub.bring_boards,
        lambda: _every(TICK_SECONDS, lambda: _tick(hub)),
        lambda: _every(limits.record_seconds, hub.recorder.flush),
        lambda: _every(limits.node_seconds, lambda: in_thread(nodes.beat, Node.Role.WEB)),
        lambda: _check_often(hub),
    ]


async def drain(hub: Hub, seconds: float) -> None:
    """Ask every client to go elsewhere, and close within `seconds`, spread out so that they do not return as one."""
    hub.is_draining = True
    for poll in hub.polls():
        poll.woken.set()
    leaving = hub.connections()
    random.shuffle(leaving)
    for connection in leaving:
        if connection.translate is None:
            connection.say("going", after_ms=random.randint(0, RETURN_WITHIN_MS))
    for connection in leaving:
        await asyncio.sleep(seconds / len(leaving))
        hub.close(connection, Close.DRAIN, "This server is stopping. Another one will take you.")
    # Let the close frames leave, and keep what the devices acknowledged last.
    await asyncio.sleep(0.2)
    await hub.recorder.flush()


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await act()
        await asyncio.sleep(seconds)


async def _for_ever(rhythm: Callable[[], Awaitable[None]]) -> None:
    """A rhythm that fails (the database is away, say) is logged and begins again."""
    while True:
        try:
            await rhythm()
        except Exception:
            logger.warning("rhythm_failed", exc_info=True)
        await asyncio.sleep(random.uniform(0.5, 1.5))


async def _tick(hub: Hub) -> None:
    clock, instant = monotonic(), now()
    for connection in hub.connections():
        if connection.expires_at <= instant:
            hub.close(connection, Close.TOKEN_EXPIRED, "The token has expired. Get a new one and connect again.")
        elif connection.is_stalled(clock):
            hub.close(connection, Close.SLOW, "Events were not acknowledged in time.")
        elif connection.pinged_at is not None and clock - connection.pinged_at > limits.pong_seconds:
            hub.close(connection, Close.NO_PONG, "A ping was not answered.")
        else:
            _keep_alive(hub, connection, clock)
    hub.look_at_boards()


def _keep_alive(hub: Hub, connection: Connection, clock: float) -> None:
    hub.made_room(connection)
    if connection.pinged_at is None and clock >= connection.ping_due_at():
        connection.ping(clock)


async def _check_often(hub: Hub) -> None:
    while True:
        await _check(hub)
        hub.check_now.clear()
        try:
            async with asyncio.timeout(limits.check_seconds):
                await hub.check_now.wait()
        except TimeoutError:
            pass


@dataclass(frozen=True, slots=True)
class Found:
    epoch: str
    heads: Mapping[UUID, int]
    revoked: set[UUID]
    inactive: set[UUID]
    versions: list[tuple[str, int]]
    barred: list[tuple[str, UUID]]


async def _check(hub: Hub) -> None:
    """A lost hint costs these seconds, never an event."""
    listeners: list[Connection | Poll] = [*hub.connections(), *hub.polls()]
    sessions = {listener.session_id for listener in listeners if listener.session_id is not None}
    watchers = {name: {c.user_id for c in connections} for name, connections in hub.watching}
    known = hub.known_heads()
    found = await in_thread(_find, known, sessions, watchers)
    _meet_epoch(hub, found.epoch)
    hub.revoke(found.revoked, found.inactive)
    hub.compare_heads(known, found.heads)
    hub.watching.compare(found.versions)
    for name, user_id in found.barred:
        _bar(hub, name, user_id)
    hub.look_at_boards()


def _find(heads: Mapping[UUID, int], sessions: Collection[UUID], watchers: Mapping[str, set[UUID]]) -> Found:
    barred = [(name, user_id) for name, users in watchers.items() for user_id in users - boards.readers(name, users)]
    return Found(
        epoch=selectors.epoch(),
        heads=selectors.heads_differing(heads),
        revoked=revoked_sessions(sessions) if sessions else set(),
        inactive=inactive_users(heads),
        versions=list(Board.objects.filter(pk__in=watchers).values_list("name", "version")),
        barred=barred,
    )


def _meet_epoch(hub: Hub, epoch: str) -> None:
    """Another epoch: a restore lost events, so no position of before means anything."""
    if hub.epoch and hub.epoch != epoch:
        hub.watching.forget_versions()
        for connection in hub.connections():
            if connection.sent is not None and connection.epoch != epoch:
                metrics.resets.labels("epoch").inc()
                hub.close(connection, Close.POSITION_LOST, "The server's history has changed. Reload and connect anew.")
    hub.epoch = epoch


def _bar(hub: Hub, name: str, user_id: UUID) -> None:
    for connection in hub.watching.of(name):
        if connection.user_id != user_id:
            continue
        if connection.translate is not None:  # a dialect has no words for it
            hub.close(connection, Close.FORBIDDEN, BoardClosed.message)
            continue
        hub.watching.remove(connection, name)
        connection.say("board", board=name, error=frames.refusal(BoardClosed().envelope()))
