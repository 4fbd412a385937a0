"""What the scans of a vehicle tell of its stays. A function of the set of scans: in whatever order they came, and
however often, the stays are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core.clocks import INSTANT
from fleet.conf import limits
from fleet.models import Scan

IN, OUT = Scan.Direction.IN.value, Scan.Direction.OUT.value
REPEAT = max(timedelta(seconds=limits.repeat_seconds), INSTANT)  # at the same instant a vehicle passes once


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """A scan, ordered as things happen; at the same instant a vehicle comes before it goes."""

    at: datetime
    direction: str
    source: str


@dataclass(slots=True)
class Stay:
    """The columns of a VehicleLog that scans decide."""

    at: datetime
    in_at: datetime | None
    out_at: datetime | None
    is_open: bool
    in_by: str
    out_by: str

    @classmethod
    def begun_by(cls, reading: Reading) -> "Stay":
        """An exit that no entry is known of makes a stay of its own."""
        if reading.direction == IN:
            return cls(reading.at, reading.at, None, True, reading.source, "")
        return cls(reading.at, None, reading.at, False, "", reading.source)

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def known_before(self, moment: datetime) -> "Stay":
        """What was known of it, the last stay that began before then, by what happened before."""
        if self.out_at is not None and self.out_at < moment:
            return self
        return replace(self, out_at=None, out_by="", is_open=True)

    def last_reading(self) -> Reading:
        """That counted."""
        return Reading(self.at, IN, self.in_by) if self.out_at is None else Reading(self.out_at, OUT, self.out_by)


def fold(readings: Iterable[Reading], begin: Stay | None = None) -> tuple[list[Stay], Reading | None]:
    """The stays, oldest first, and the last reading that counted.

    `readings` are in order; `begin` is the stay before them, as far as it was known then. A vehicle that is read again
    in the same direction within REPEAT of the last reading that counted has not moved: two antennas saw it. An entry
    while it is inside means that nobody saw it go.
    """
    last = begin.last_reading() if begin else None
    stays = [begin] if begin else []
    for reading in readings:
        if last and last.direction == reading.direction and reading.at - last.at < REPEAT:
            continue
        stay = stays[-1] if stays else None
        if stay and stay.is_open:
            stay.is_open = False
            if reading.direction == OUT:
                stay.out_at, stay.out_by = reading.at, reading.source
                last = reading
                continue
        stays.append(Stay.begun_by(reading))
        last = reading
    return stays, last
