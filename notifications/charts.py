"""Bars as numbers for an SVG: it has no style attributes, which a strict Content-Security-Policy forbids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.insight import Outcome, Tally, tallies

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


def columns(outcomes: Iterable[Outcome], since: datetime, until: datetime, parts: int) -> list[Column]:
    """Oldest first; those in which nothing was planned, too."""
    found = tallies(outcomes, "part")
    all_parts = [found.get((part,), Tally()) for part in range(parts)]
    most = max(tally.count - tally.out for tally in all_parts) or 1
    width = (until - since) / parts
    return [
        Column(n * (WIDTH + GAP), since + n * width, tally, list(_blocks(tally, HEIGHT / most)))
        for n, tally in enumerate(all_parts)
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
