"""What the scans of a vehicle tell of its stays. A function of the set of scans: in whatever order they came, and
however often, the stays are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fleet.conf import limits
from fleet.models import Scan

IN, OUT = Scan.Direction.IN.value, Scan.Direction.OUT.value
REPEAT = timedelta(seconds=limits.repeat_seconds)


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

    def first_reading(self) -> Reading:
        return Reading(self.at, OUT if self.in_at is None else IN, self.in_by or self.out_by)


def fold(readings: Iterable[Reading], begin: Stay | None = None) -> tuple[list[Stay], Reading | None]:
    """The stays, oldest first, and the last reading that counted.

    `begin` is a stay that is known from its first reading; `readings`, in order, are all after that. A vehicle that is
    read again in the same direction within REPEAT of the last reading that counted has not moved: two antennas saw it.
    An entry while it is inside means that nobody saw it go.
    """
    last = begin.first_reading() if begin else None
    stays = [Stay.begun_by(last)] if last else []
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
