"""Bars as numbers for an SVG: it has no style attributes, which a strict Content-Security-Policy forbids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notifications.insight import Bar

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
    x: int
    blocks: Sequence[Block]
    bar: Bar


@dataclass(frozen=True, slots=True)
class Row:
    words: Sequence[str]
    count: int
    percent: float  # of the longest row


def columns(bars: Sequence[Bar]) -> list[Column]:
    most = max((bar.handed_over + bar.lost + bar.waiting for bar in bars), default=0) or 1
    return [Column(n * (WIDTH + GAP), list(_blocks(bar, HEIGHT / most)), bar) for n, bar in enumerate(bars)]


def rows(counts: Mapping[tuple[str, ...], int], at_most: int = 12) -> list[Row]:
    """The longest, which come first in `counts`."""
    shown = list(counts.items())[:at_most]
    return [Row(words, count, 100 * count / shown[0][1]) for words, count in shown]


def _blocks(bar: Bar, unit: float) -> Iterable[Block]:
    y = HEIGHT
    for css, count in (("good", bar.handed_over), ("bad", bar.lost), ("waiting", bar.waiting)):
        if count:
            y -= count * unit
            yield Block(css, round(y, 2), round(count * unit, 2))
