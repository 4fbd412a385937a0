"""Bars as numbers for an SVG: it has no style attributes, which a strict Content-Security-Policy forbids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.operators.insight import Tally

HEIGHT = 100.0
WIDTH = 20
GAP = 3


@dataclass(frozen=True, slots=True)
class Block:
    css: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """What was planned in a part of the window."""

    x: int
    begin: datetime
    tally: Tally
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Row:
    words: Sequence[str]
    count: int
    percent: float  # of the longest row


def columns(tallies: Sequence[Tally], since: datetime, until: datetime) -> list[Column]:
    most = max(tally.count - tally.out for tally in tallies) or 1
    duration = (until - since) / len(tallies)
    return [
        Column(n * (WIDTH + GAP), since + n * duration, tally, list(_blocks(tally, HEIGHT / most)))
        for n, tally in enumerate(tallies)
    ]


def rows(counts: Mapping[tuple[str, ...], int], at_most: int = 12) -> list[Row]:
    """The longest, which come first in `counts`."""
    shown = list(counts.items())[:at_most]
    return [Row(words, count, 100 * count / shown[0][1]) for words, count in shown]


def _blocks(tally: Tally, unit: float) -> Iterable[Block]:
    y = HEIGHT
    for css, count in (("good", tally.handed_over), ("bad", tally.lost), ("waiting", tally.waiting)):
        if count:
            y -= count * unit
            yield Block(css, y, count * unit)
