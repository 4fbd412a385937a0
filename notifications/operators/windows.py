"""What the dashboard shows of a time. The longer that is, the dearer it is to read, and the longer it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from core.clocks import DAY
from core.keeping import kept
from core.measuring import Parts
from notifications.operators import insight
from notifications.operators.insight import Dwell, Outcome, Tally, Told

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Length:
    name: str
    part: timedelta
    parts: int
    kept_seconds: float


LENGTHS = {
    1: Length("an hour", 2 * MINUTE, 30, 0),
    24: Length("24 hours", HOUR, 24, 60),
    168: Length("7 days", 6 * HOUR, 28, 300),
    672: Length("28 days", DAY, 28, 900),
}


@dataclass(frozen=True, slots=True)
class Window:
    """Of the deliveries that were planned in it until it was read. `waits` are p50, p95 and p99 of each part."""

    parts: Parts
    read_at: datetime
    outcomes: Sequence[Outcome]
    dwells: Sequence[Dwell]
    by_channel: Mapping[str, Sequence[Tally]]
    waits: Sequence[Sequence[float] | None]
    told: Told

    @property
    def total(self) -> Tally:
        return insight.tallies(self.outcomes).get((), Tally())


def window(hours: int, channel: str, kind: str, now: datetime) -> Window:
    name = f"notifications.window.{hours}.{channel}.{kind}"
    return kept(name, LENGTHS[hours].kept_seconds, partial(_read, LENGTHS[hours], channel, kind, now))


def _read(length: Length, channel: str, kind: str, now: datetime) -> Window:
    parts = Parts.upto(now, length.part, length.parts)
    wanted = {"channel": channel, "kind": kind}
    only = Q(**{name: value for name, value in wanted.items() if value})
    return Window(
        parts=parts,
        read_at=now,
        outcomes=insight.outcomes(parts.since, now, only),
        dwells=insight.dwells(parts.since, now, only=only),
        by_channel=insight.tallies_over_time(parts, only),
        waits=insight.dwells_over_time(parts, only),
        told=insight.told(parts.since, now, kind),
    )
