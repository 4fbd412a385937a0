"""Collects what the database should know about this process's sockets, for one write a second."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

from realtime import models, nodes, presence
from realtime.connection import Connection
from realtime.presence import Ack
from realtime.threads import in_thread


class Recorder:
    def __init__(self) -> None:
        self._opened: dict[UUID, models.Connection] = {}
        self._in_foreground: dict[UUID, bool] = {}
        self._closed: dict[UUID, UUID] = {}  # with its user
        self._acked: dict[tuple[UUID, str], Connection] = {}

    def opened(self, connection: Connection) -> None:
        self._opened[connection.id] = models.Connection(
            id=connection.id,
            user_id=connection.user_id,
            device=connection.device,
            protocol=connection.protocol,
            client=connection.client,
            node=nodes.node_name(models.Node.Role.WEB),
            is_foreground=connection.is_foreground,
            since=datetime.now(UTC) - timedelta(seconds=monotonic() - connection.opened_at),
        )

    def closed(self, connection: Connection) -> None:
        self.acked(connection)
        self._in_foreground.pop(connection.id, None)
        if self._opened.pop(connection.id, None) is None:
            self._closed[connection.id] = connection.user_id

    def changed(self, connection: Connection) -> None:
        if connection.id not in self._opened:
            self._in_foreground[connection.id] = connection.is_foreground
        else:
            self._opened[connection.id].is_foreground = connection.is_foreground

    def acked(self, connection: Connection) -> None:
        if connection.acked:
            self._acked[connection.user_id, connection.device] = connection

    async def flush(self) -> None:
        """Write all of it in one unit; on failure keep it for the next time."""
        opened, in_foreground, closed, acked = self._opened, self._in_foreground, self._closed, self._acked
        if not (opened or in_foreground or closed or acked):
            return
        self._opened, self._in_foreground, self._closed, self._acked = {}, {}, {}, {}
        acks = [Ack(c.user_id, c.device, c.epoch, c.acked, c.acked_foreground) for c in acked.values()]
        try:
            await in_thread(presence.record, list(opened.values()), in_foreground, closed, acks)
        except Exception:
            self._opened = {**opened, **self._opened}
            self._in_foreground = {**in_foreground, **self._in_foreground}
            self._closed = {**closed, **self._closed}
            self._acked = {**acked, **self._acked}
            raise
