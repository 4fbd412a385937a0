"""Zones of the tests' own, in which something happens soon: files as zoneinfo reads them from PYTHONTZPATH."""

import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

DAY = 24 * 60 * 60
MAGIC = b"TZif2" + bytes(15)


def write_zone(path: Path, offset: int, changes: Sequence[tuple[datetime, int]] = ()) -> None:
    """With `offset` seconds east of Greenwich, and others from these moments on."""
    offsets = [offset, *(after for _, after in changes)]
    kinds = b"".join(struct.pack(">lBB", seconds, 0, 0) for seconds in offsets)
    moments = b"".join(struct.pack(">q", int(moment.timestamp())) for moment, _ in changes)
    places = bytes(range(1, len(offsets)))
    nothing = MAGIC + struct.pack(">6l", 0, 0, 0, 0, 0, 0)
    counts = MAGIC + struct.pack(">6l", 0, 0, 0, len(changes), len(offsets), 4)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(nothing + counts + moments + places + kinds + b"TST\0" + b"\n\n")


def offset_of_midnight(moment: datetime) -> int:
    """Of a zone west of Greenwich, whose day ends then."""
    return -int(moment.timestamp()) % DAY - DAY


def soon(now: datetime, ahead: float) -> datetime:
    """A whole second, and no midnight in Greenwich: no zone is a whole day away."""
    moment = (now + timedelta(seconds=ahead)).replace(microsecond=0)
    return moment if moment.timestamp() % DAY else moment + timedelta(seconds=1)
