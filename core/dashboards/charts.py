"""Charts as data: `static/operators/charts.js` draws them, and a table says the same in words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Tone = Literal["primary", "good", "bad", "waiting", "quiet"]


@dataclass(frozen=True, slots=True)
class Series:
    label: str
    values: Sequence[float | None]
    tone: Tone = "primary"


@dataclass(frozen=True, slots=True)
class Chart:
    """`name` is unique on its page: a chart of that name is moved, not drawn anew, when figures change. A doughnut has
    one series, and a tone for each of its values.
    """

    name: str
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    type: Literal["bar", "line", "doughnut"] = "bar"
    is_stacked: bool = False
    tones: Sequence[Tone] = ()
    unit: str = ""

    @property
    def data(self) -> str:
        drawn = {
            "type": self.type,
            "labels": list(self.labels),
            "series": [asdict(one) for one in self.series],
            "stacked": self.is_stacked,
            "tones": list(self.tones),
            "unit": self.unit,
        }
        return json.dumps(drawn, default=float)

    @property
    def rows(self) -> list[tuple[str, list[float | None]]]:
        return [(label, [one.values[place] for one in self.series]) for place, label in enumerate(self.labels)]

    @property
    def is_empty(self) -> bool:
        return not any(value for one in self.series for value in one.values)


@dataclass(frozen=True, slots=True)
class Bar:
    words: Sequence[str]
    count: int
    percent: float  # of the longest
    link: str = ""


def days(since: datetime, until: datetime) -> list[date]:
    """Those that the time from `since` to `until` touches, in UTC: what a chart by the day has as its labels."""
    first, last = since.date(), until.date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def bars(
    counts: Mapping[tuple[str, ...], int],
    at_most: int = 12,
    links: Mapping[tuple[str, ...], str] | None = None,
) -> list[Bar]:
    """The longest first; what is nothing is left out."""
    shown = sorted(((words, count) for words, count in counts.items() if count), key=lambda one: -one[1])[:at_most]
    return [Bar(words, count, 100 * count / shown[0][1], (links or {}).get(words, "")) for words, count in shown]
