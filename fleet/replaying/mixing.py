"""In which order scans reach us: as they happened, or as they come from gates whose network is bad."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from fleet.services.scans import Seen

SHUFFLED = timedelta(minutes=1)
LATE, LATEST = timedelta(minutes=10), timedelta(hours=3)
ARE_LATE, ARE_REPEATED = 0.03, 0.05


@dataclass(frozen=True, slots=True)
class Sending:
    """`at`, by the clock of the recording, `scan` is sent."""

    at: datetime
    scan: Seen


def in_order(scans: Iterable[Seen]) -> list[Sending]:
    return _sorted(Sending(scan.at, scan) for scan in scans)


def mixed(scans: Iterable[Seen], seed: int = 0) -> list[Sending]:
    """All of them shuffled within minutes, some hours late, and some sent twice. What they say is the same."""
    dice = Random(seed)
    sendings = []
    for scan in scans:
        late = dice.uniform(LATE / SHUFFLED, LATEST / SHUFFLED) if dice.random() < ARE_LATE else dice.random()
        sendings.append(Sending(scan.at + late * SHUFFLED, scan))
        if dice.random() < ARE_REPEATED:
            sendings.append(Sending(sendings[-1].at + dice.random() * LATEST, scan))
    return _sorted(sendings)


def _sorted(sendings: Iterable[Sending]) -> list[Sending]:
    return sorted(sendings, key=lambda sending: sending.at)
