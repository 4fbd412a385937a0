"""Renders boards: one renderer at a time by a lease, and never an older value over a newer one."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.timezone import now

from core.unit import unit
from core.wiring import declared
from realtime import hints
from realtime.conf import limits
from realtime.kinds import encode
from realtime.models import Board, BoardChange
from realtime.selectors import epoch, snapshot

logger = logging.getLogger(__name__)

CANNOT_COMPUTE = encode(
    {"code": "board_unavailable", "message": "This board cannot be computed now.", "temporary": True}
)


def render(name: str) -> bool:
    """Compute the board and tell its watchers. False when another renderer has it, or had it a moment ago."""
    at = now()  # the pace goes from one beginning to the next, or boards would be later by what it takes
    board = _claim(name, at)
    if board is None:
        return False
    claimed = list(BoardChange.objects.filter(board=name).values_list("pk", flat=True))
    data, error = _compute(name)
    if not _store(board, at, claimed, data, error):
        return False
    part, base = _part(board, data, error)
    hints.announce_board(name, epoch(), board.version + 1, part, base)
    return True


def rest_of(name: str) -> float | None:
    """In how many seconds what has changed since may be rendered. None where nothing has, or somebody is at it: she
    asks this herself when she is done.
    """
    board = Board.objects.filter(pk=name, leased_until=None).first()
    if board is None or not BoardChange.objects.filter(board=name).exists():
        return None
    rested_at = (board.rendered_at or now()) + timedelta(seconds=limits.board_seconds)
    return max(0.0, (rested_at - now()).total_seconds())


def render_due() -> int:
    """Beat: boards whose changes were left to later by the pace, a lease or a lost ring."""
    due = BoardChange.objects.values_list("board", flat=True).distinct()
    return sum(render(name) for name in due)


def _claim(name: str, at: datetime) -> Board | None:
    is_free = Q(leased_until=None) | Q(leased_until__lte=at)
    is_rested = Q(rendered_at=None) | Q(rendered_at__lte=at - timedelta(seconds=limits.board_seconds))
    leased_until = at + timedelta(seconds=limits.board_lease_seconds)
    board, _ = Board.objects.get_or_create(pk=name)
    # Of this version: one that another stores meanwhile begins a pace of its own.
    same = Board.objects.filter(is_free & is_rested, pk=name, version=board.version)
    return board if same.update(leased_until=leased_until) else None


def _compute(name: str) -> tuple[dict[str, Any] | None, str | None]:
    kind, _, argument = name.partition(":")
    try:
        with snapshot():
            return declared("BOARDS")[kind].render(argument), None
    except Exception:  # whatever is wrong with one board, its watchers are told and the others are rendered
        logger.exception("board_failed", extra={"board": name})
        return None, CANNOT_COMPUTE


@unit
def _store(board: Board, at: datetime, claimed: list[int], data: dict[str, Any] | None, error: str | None) -> bool:
    # A renderer that slept through its lease must not put its old value over a newer one. Its changes are left to the
    # next: what was stored meanwhile may lack some.
    newer = {"data": encode(data) if data is not None else None, "error": error, "version": board.version + 1}
    current = Board.objects.filter(pk=board.pk, version=board.version)
    is_stored = bool(current.update(**newer, rendered_at=at, leased_until=None))
    if is_stored:
        BoardChange.objects.filter(pk__in=claimed).delete()
    return is_stored


def whole(board: Board) -> str:
    return f'"error":{board.error}' if board.error else f'"data":{board.data}'


def _part(before: Board, data: dict[str, Any] | None, error: str | None) -> tuple[str, int | None]:
    """What to send: the change against the version before where that is shorter, else the whole."""
    if data is None:
        return f'"error":{error}', None
    full = f'"data":{encode(data)}'
    if before.data is None:
        return full, None
    old = json.loads(before.data)
    new = json.loads(encode(data))
    change = {key: value for key, value in new.items() if key not in old or old[key] != value}
    gone = [key for key in old if key not in new]
    part = f'"base":{before.version},"set":{encode(change)},"del":{encode(gone)}'
    return (part, before.version) if len(part) < len(full) else (full, None)
