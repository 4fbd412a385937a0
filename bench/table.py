"""The one table that a run prints: figures of several rounds by their median, and what is asked of some of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Target:
    """A bound that the issue sets; a figure may be asked to reach it or to stay below it."""

    bound: float
    is_floor: bool = True

    def __str__(self) -> str:
        return f"{'≥' if self.is_floor else '<'} {self.bound:g}"

    def is_met_by(self, value: float) -> bool:
        return value >= self.bound if self.is_floor else value < self.bound


def at_least(bound: float) -> Target:
    return Target(bound)


def below(bound: float) -> Target:
    return Target(bound, is_floor=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `figures` has one value a round; none, and `note` says why."""

    what: str
    unit: str
    figures: Sequence[float] = ()
    target: Target | None = None
    note: str = ""

    @property
    def median(self) -> float:
        return median(self.figures)

    def cells(self) -> list[str]:
        if not self.figures:
            return [self.what, "NOT MEASURED", "", self.unit, "", self.note]
        spread = f"{_number(min(self.figures))} – {_number(max(self.figures))}" if len(self.figures) > 1 else ""
        return [self.what, _number(self.median), spread, self.unit, self._verdict(), self.note]

    def _verdict(self) -> str:
        if self.target is None:
            return ""
        return f"{self.target} {'met' if self.target.is_met_by(self.median) else 'MISSED'}"


def ratio(what: str, ours: Row, peer: Row, target: Target | None = None) -> Row:
    """How many times the peer's figure ours is, round by round."""
    if not (ours.figures and peer.figures and all(peer.figures)):  # on a busy machine a short round may count nothing
        return Row(what, "×", note=ours.note or peer.note)
    return Row(what, "×", [mine / theirs for mine, theirs in zip(ours.figures, peer.figures, strict=True)], target)


def printed(rows: Sequence[Row]) -> str:
    """As Markdown, aligned, so that it reads the same in a terminal and in docs/benchmarks.md."""
    head = ["what", "median", "min – max", "unit", "asked", ""]
    lines = [head, *[row.cells() for row in rows]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(_line(cells, widths) for cells in lines)


def _line(cells: list[str], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
