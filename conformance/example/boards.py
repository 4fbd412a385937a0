"""The latest value of what many watch."""

from dataclasses import dataclass, field
from typing import Any

Frame = dict[str, Any]


@dataclass
class Board:
    version: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    stale: bool = True


class Boards:
    def __init__(self) -> None:
        self.epoch = ""
        self.watched: dict[str, Board] = {}

    def connected(self, epoch: str) -> None:
        """Versions are of one epoch."""
        if epoch != self.epoch:
            self.epoch = epoch
            for board in self.watched.values():
                board.version = None

    def disconnected(self) -> None:
        for board in self.watched.values():
            board.stale = True

    def subscribed(self, name: str, version: int) -> None:
        """The answer to a subscription: nothing follows where the newest is known."""
        board = self.watched[name]
        if board.version == version:
            board.stale = False

    def hear(self, frame: Frame) -> bool:
        """False: it is lost, and must be asked for anew."""
        board = self.watched.get(frame["board"])
        if board is None:
            return True
        if "version" not in frame:
            board.error, board.stale = frame["error"]["code"], True
            return True
        self.connected(frame["epoch"])
        if board.version is not None and frame["version"] <= board.version:
            return True
        return self._newer(board, frame)

    def _newer(self, board: Board, frame: Frame) -> bool:
        if "error" in frame:
            board.error, board.stale = frame["error"]["code"], True
            return True
        if "base" in frame and frame["base"] != board.version:
            board.version, board.stale = None, True
            return False
        if "base" in frame:
            kept = {key: value for key, value in board.data.items() if key not in frame["del"]}
            board.data = {**kept, **frame["set"]}
        else:
            board.data = frame["data"]
        board.version, board.error, board.stale = frame["version"], None, False
        return True
