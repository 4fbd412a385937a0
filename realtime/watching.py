"""The boards that sockets of this process look at, and which of them lack the latest version."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from realtime import frames, rendering
from realtime.connection import Connection
from realtime.models import Board
from realtime.tcp import frame_of

NEVER_SEEN = -1


class Watching:
    def __init__(self) -> None:
        self._watchers: dict[str, set[Connection]] = {}
        self.lacking: set[tuple[Connection, str]] = set()

    def add(self, connection: Connection, name: str, version: int = NEVER_SEEN) -> None:
        connection.boards[name] = version
        self._watchers.setdefault(name, set()).add(connection)

    def remove(self, connection: Connection, name: str) -> None:
        connection.boards.pop(name, None)
        self.lacking.discard((connection, name))
        if watchers := self._watchers.get(name):
            watchers.discard(connection)
            if not watchers:
                del self._watchers[name]

    def remove_all(self, connection: Connection) -> None:
        for name in list(connection.boards):
            self.remove(connection, name)

    def names(self) -> list[str]:
        return list(self._watchers)

    def of(self, name: str) -> list[Connection]:
        return list(self._watchers.get(name, ()))

    def hear(self, hint: Mapping[str, Any]) -> None:
        """A board was rendered: write the frame to those it fits, note the others as lacking."""
        name, version, base = hint["name"], hint["version"], hint["base"]
        text = frames.board(name, hint["epoch"], version, hint["part"])
        frame = frame_of(text)
        for connection in self._watchers.get(name, ()):
            known = connection.boards[name]
            if version <= known:
                continue
            if connection.board_moved is None and base in (None, known) and connection.pass_on(text, frame):
                connection.boards[name] = version
            else:
                self._note(connection, name, version)

    def compare(self, versions: Iterable[tuple[str, int]]) -> None:
        """The periodic check read these versions: whoever has another lacks it."""
        for name, version in versions:
            for connection in self._watchers.get(name, ()):
                if connection.boards[name] < version:
                    self._note(connection, name, version)

    def forget_versions(self) -> None:
        """Another epoch: versions before it mean nothing."""
        for name, watchers in self._watchers.items():
            for connection in watchers:
                connection.boards[name] = NEVER_SEEN
                self._note(connection, name, NEVER_SEEN)

    def _note(self, connection: Connection, name: str, version: int) -> None:
        """There is a version that the connection was not shown."""
        if connection.board_moved is None:
            self.lacking.add((connection, name))
        else:
            connection.boards[name] = version
            connection.board_moved(name, version)

    def due(self) -> list[str]:
        """Boards that some socket lacks and could be written now."""
        return list({name for connection, name in self.lacking if connection.transport.is_free})

    def bring(self, boards: Iterable[Board], epoch: str) -> None:
        """Write whole boards to those who lack them and can be written; the others stay lacking."""
        by_name = {board.name: board for board in boards}
        for connection, name in list(self.lacking):
            board = by_name.get(name)
            if board is None or not board.version:
                continue  # never rendered: the hint of its first rendering will come
            text = frames.board(name, epoch, board.version, rendering.whole(board))
            if connection.boards[name] >= board.version or connection.pass_on(text, frame_of(text)):
                connection.boards[name] = max(connection.boards[name], board.version)
                self.lacking.discard((connection, name))

    def __iter__(self) -> Iterator[tuple[str, set[Connection]]]:
        return iter(self._watchers.items())
