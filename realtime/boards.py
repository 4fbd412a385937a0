"""Boards: the latest value of something many look at together. Domains declare theirs in `wiring.BOARDS`.

A commit only notes that a board changed; rendering follows, at most once a second, whatever the number of commits.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.doorbell import ring
from core.unit import remember
from core.wiring import declared
from realtime import rendering, tasks
from realtime.errors import UnknownBoard
from realtime.models import Board, BoardChange


@dataclass(frozen=True, slots=True)
class BoardKind:
    """A board is named `<kind>` or `<kind>:<argument>`; `render` gets the argument, `readers` says who may look."""

    render: Callable[[str], dict[str, Any]]
    readers: Callable[[str, Collection[UUID]], set[UUID]]


@dataclass(frozen=True, slots=True)
class BoardChanged:
    name: str


def touch(*names: str) -> None:
    """What these boards show is changed by this unit."""
    for name in names:
        remember(BoardChanged(name))


def settle(changes: Sequence[BoardChanged]) -> None:
    names = {change.name for change in changes}
    BoardChange.objects.bulk_create([BoardChange(board=name) for name in names])
    for name in names:
        ring(tasks.render_board, name)


def readers(name: str, users: Collection[UUID]) -> set[UUID]:
    """Which of these users may look at the board now: nobody, where there is no such board."""
    kind, argument = split(name)
    spec: BoardKind | None = declared("BOARDS").get(kind)
    return spec.readers(argument, users) if spec else set()


def open_board(user_id: UUID, name: str) -> Board:
    """The board as it is now, for one who may see it; rendered first if it never was."""
    if not readers(name, [user_id]):
        raise UnknownBoard
    board = Board.objects.filter(pk=name).first()
    if board is None or board.version == 0:
        rendering.render(name)
        board = Board.objects.get(pk=name)
    return board


def split(name: str) -> tuple[str, str]:
    kind, _, argument = name.partition(":")
    return kind, argument
